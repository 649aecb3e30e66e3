"""Mails and pages from outside, read in a bounded child process: the libraries that take them apart stay out of ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from newsletter.apart import Bounds, call
from newsletter.collect.mail.message import ReadMail
from newsletter.collect.pages.details import PageDetails
from newsletter.collect.paste.pasted import Pasted
from newsletter.folder.habits_file import Habit
from newsletter.words.post import Post

# A mail of three megabytes of tags takes half of it. By the wall clock it is less than a visit to the mailbox may last.
_MAIL = Bounds(seconds=4)
_PAGE = Bounds(seconds=10)


def open_mail(data: bytes) -> ReadMail:
    """`read_mail`, bounded. Raises Mistake, TooMuch where it takes too long or too much, and NotNow."""
    fix = "Copy its words into a .txt file and add that."
    return call(
        "newsletter.collect.mail.message:read_mail", data, returns=ReadMail, what="This mail", fix=fix, bounds=_MAIL
    )


def open_page(
    html: str, *, on: date, at: str | None = None, with_text: bool = True, habits: Sequence[Habit] = ()
) -> Post:
    """`read_page`, bounded. Raises Mistake, TooMuch where it takes too long or too much, and NotNow."""
    fix = "Copy its text into a .txt file and add that."
    task = "newsletter.collect.pages.page:read_sent_page"
    asked = {"on": on, "at": at, "with_text": with_text, "habits": habits}
    data = html.encode(errors="surrogatepass")
    return call(task, data, returns=Post, what="This page", fix=fix, bounds=_PAGE, **asked)


def open_details(html: str, *, on: date, at: str) -> PageDetails:
    """`read_sent_details`, bounded. Raises Mistake, TooMuch where it takes too long or too much, and NotNow."""
    fix = "Copy its text into a .txt file and add that."
    task = "newsletter.collect.pages.page_details:read_sent_details"
    data = html.encode(errors="surrogatepass")
    return call(task, data, returns=PageDetails, what="This page", fix=fix, bounds=_PAGE, on=on, at=at)


def open_clip(html: str, *, at: str, is_article: bool) -> str:
    """`read_piece`, bounded. Raises Mistake, TooMuch where it takes too long or too much, and NotNow."""
    fix = "Select less of the page."
    task = "newsletter.collect.pages.piece:read_piece"
    data = html.encode(errors="replace")
    return call(task, data, returns=str, what="This piece", fix=fix, bounds=_PAGE, at=at, is_article=is_article)


def open_pasted(html: str, *, tells_voices: bool, byline: str = "", habits: Sequence[Habit] = ()) -> Pasted:
    """`read_pasted`, bounded. Raises Mistake, TooMuch where it takes too long or too much, and NotNow."""
    fix = "Paste it without its formatting: Ctrl Shift V."
    task = "newsletter.collect.paste.read:read_pasted"
    asked = {"tells_voices": tells_voices, "byline": byline, "habits": habits}
    data = html.encode(errors="replace")
    return call(task, data, returns=Pasted, what="What was pasted", fix=fix, bounds=_PAGE, **asked)


def open_document(data: bytes, *, on: date, habits: Sequence[Habit] = ()) -> Post:
    """`read_document`, bounded. Raises Mistake, TooMuch where it takes too long or too much, and NotNow."""
    fix = "Save it as .html or .txt and add that."
    task = "newsletter.collect.pages.document:read_document"
    return call(task, data, returns=Post, what="This Word file", fix=fix, bounds=_PAGE, on=on, habits=habits)


def open_pdf(data: bytes, *, on: date, at: str | None = None) -> Post:
    """`read_pdf`, bounded. Raises Mistake, TooMuch where it takes too long or too much, and NotNow."""
    fix = "Copy what you want to quote into a .txt file and add that."
    task = "newsletter.collect.pages.pdf:read_pdf"
    return call(task, data, returns=Post, what="This PDF", fix=fix, bounds=_PAGE, on=on, at=at)
