"""Looks at the pages of finds in the background: what each is called, how long it is, in which language, how it begins."""

from __future__ import annotations

import re
from collections.abc import Callable

from newsletter.collect.desk import CollectDesk
from newsletter.collect.triage.looks_sql import FindFacts
from newsletter.words.find import LONGEST_SUMMARY, LONGEST_TITLE, Find, plain_words, read_title
from newsletter.words.mistake import NewsletterError
from newsletter.words.plain import shortened

_WORDS_SHOWN = 60
_MARKS = re.compile(r"^(?:>\s?|#+ |[-*] )+|\\(?=[^\w\s])|[*`]", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\[\]]*+)\]\((?:(?!\]\()[^)])*+\)")
_PICTURE_LINE = re.compile(r"^!\[.*$", re.MULTILINE)


def look_at_pages(desk: CollectDesk, *, go_on: Callable[[], bool] = lambda: True) -> int:
    """Read the pages of finds that were not read yet, what people saved first, while `go_on` says so; how many were tried.

    A page that does not answer for now is tried again hours and days later, five times in all. Several processes may do it at
    once: each page is claimed by one, and one that brings its reader down is given up.
    """
    n_tried = 0
    while go_on() and (find := desk.looks.claim()):
        _look(desk, find)
        n_tried += 1
    return n_tried


def leave_old(desk: CollectDesk) -> int:
    """Let go of entries of feeds that nobody decided about within `feed_days`; how many. What people saved stays."""
    desk.pages.clear()
    return desk.looks.leave_old(desk.feed_days)


def _look(desk: CollectDesk, find: Find) -> None:
    from newsletter.collect.pages.web_page import NoAnswerNow, details_of, fetch_page

    try:
        details = details_of(fetch_page(find.url or "", desk.fetcher), on=desk.today())
    except NoAnswerNow:
        return
    except NewsletterError:
        desk.looks.describe(find.id, None)
        return
    post = details.post
    desk.pages.keep(find.id, details)
    desk.looks.describe(
        find.id,
        FindFacts(
            title=read_title(post.title),
            site=plain_words(post.source or "", LONGEST_TITLE),
            author=plain_words(post.author or "", LONGEST_TITLE),
            summary=first_words(post.body),
            minutes=details.minutes,
            language=details.language,
            is_paid=details.is_paid,
        ),
    )


def first_words(markdown: str) -> str:
    """How a text begins, as plain words on one line."""
    plain = _MARKS.sub("", _LINK.sub(r"\1", _PICTURE_LINE.sub("", markdown)))
    words = plain_words(plain, 20 * LONGEST_SUMMARY).split(" ")
    line = " ".join(words[:_WORDS_SHOWN]) + ("…" if len(words) > _WORDS_SHOWN else "")
    return shortened(line, LONGEST_SUMMARY - 1)
