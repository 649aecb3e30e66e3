"""Old issues as files of their own: pages of HTML, mails as `.eml`, and the mails of an `.mbox`."""

from __future__ import annotations

import hashlib
import mailbox
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message, MIMEPart
from email.utils import parsedate_to_datetime
from functools import partial
from html import escape
from pathlib import PurePosixPath

from bs4 import BeautifulSoup

from newsletter.collect.pages.page_tree import parse_page
from newsletter.move_in.csv_table import instant, possible
from newsletter.move_in.export import NO_TEXT, LeftOut, OldIssue
from newsletter.move_in.export_files import LARGEST_PAGE, LARGEST_PICTURE, ExportFiles, Member
from newsletter.words.mistake import Mistake

_NO_DAY = "Nothing in it says when it went out. Put the day before its name, such as 2024-03-15-the-winter-boat.html."
_ANSWER = "It is an answer to another mail."
_LARGEST_MAIL = 40_000_000
_LARGEST_BOX = 200_000_000
_LONGEST_NAME = 40
_DAY_IN_NAME = re.compile(r"(?<!\d)(20\d\d|19\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_MOMENTS = (
    'meta[property="article:published_time"]',
    'meta[name="date"]',
    'meta[name="dcterms.date"]',
    "time[datetime]",
)
_ANSWERS = re.compile(r"(?:re|aw|sv|antw)\s*:", re.IGNORECASE)
# What Mailman writes below a mail.
_BELOW = re.compile(r"\n_{20,}\n.*\Z", re.DOTALL)
_NAME_OF_LIST = re.compile(r"^\[[^\[\]]{1,40}\]\s*")
_PICTURES = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp"}


def loose_issues(files: ExportFiles) -> Iterator[OldIssue | LeftOut]:
    """Every page and mail among the files, or why it stays out."""
    for member in files.matching(r".+\.html?"):
        yield _page(files, member)
    for member in files.matching(r".+\.eml"):
        yield _of_mail(files, files.data(member, most=_LARGEST_MAIL), member.stem, member.name)
    for member in files.matching(r".+\.mbox"):
        yield from _mails(files, member)


def _page(files: ExportFiles, member: Member) -> OldIssue | LeftOut:
    text = files.text(member, most=LARGEST_PAGE)
    try:
        page = parse_page(text)
    except Mistake as mistake:
        return LeftOut(title=member.name, why=mistake.message)
    heading = page.find("title") or page.find("h1")
    title = heading.get_text(" ", strip=True) if heading else ""
    sent_at = _day_in(member.stem) or _moment_in(page)
    if sent_at is None:
        return LeftOut(title=title or member.name, why=_NO_DAY)
    return OldIssue(
        name=member.name, title=title or member.stem, sent_at=sent_at, html=partial(str, text), path=_path_of(page)
    )


def _day_in(name: str) -> datetime | None:
    match = _DAY_IN_NAME.search(name)
    try:
        return datetime(int(match[1]), int(match[2]), int(match[3]), 12) if match else None  # noqa: DTZ001 - a day on the wall
    except ValueError:
        return None


def _moment_in(page: BeautifulSoup) -> datetime | None:
    for wanted in _MOMENTS:
        for tag in page.select(wanted):
            found = instant(str(tag.get("content") or tag.get("datetime") or ""))
            if found is not None:
                return found
    return None


def _path_of(page: BeautifulSoup) -> str:
    """Where it was on its web, as far as the page says it of itself."""
    link = page.select_one('link[rel="canonical"]')
    match = re.match(r"https?://[^/]+(/[^?#]*)", str(link.get("href") or "")) if link else None
    return match[1] if match else ""


def _mails(files: ExportFiles, member: Member) -> Iterator[OldIssue | LeftOut]:
    """The mails of an archive that began something: answers are no issues."""
    box = mailbox.mbox(files.on_disk(member, most=_LARGEST_BOX), create=False)
    try:
        for number, mail in enumerate(box, 1):
            title = _header(mail, "Subject") or f"Mail {number}"
            if mail["In-Reply-To"] or mail["References"] or _ANSWERS.match(_NAME_OF_LIST.sub("", title)):
                yield LeftOut(title=title, why=_ANSWER)
            else:
                yield _of_mail(files, mail.as_bytes(), f"{member.stem}-{number}", member.name)
    finally:
        box.close()


def _of_mail(files: ExportFiles, data: bytes, stem: str, place: str) -> OldIssue | LeftOut:
    mail = message_from_bytes(data, policy=policy.default)
    title = _NAME_OF_LIST.sub("", _header(mail, "Subject")) or stem
    sent_at = _sent_at(mail)
    if sent_at is None:
        return LeftOut(title=title, why=f"{place} does not say when it was sent.")
    html = _html_of(files, mail)
    if not html:
        return LeftOut(title=title, why=NO_TEXT)
    # A mail keeps its id wherever it lies; one without is told by what it is.
    name = _header(mail, "Message-ID").strip("<> ") or hashlib.sha256(data).hexdigest()[:16]
    return OldIssue(name=name, title=title, sent_at=sent_at, html=partial(str, html))


def _sent_at(mail: EmailMessage) -> datetime | None:
    try:
        found = parsedate_to_datetime(_header(mail, "Date"))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return possible(found if found.tzinfo else found.replace(tzinfo=UTC))


def _header(mail: Message, name: str) -> str:
    """A header as one line; Python's reader raises all kinds of things at broken ones."""
    try:
        return " ".join(str(mail[name] or "").split())
    except Exception:  # noqa: BLE001 - whatever it is, the mail says nothing there
        return ""


def _html_of(files: ExportFiles, mail: EmailMessage) -> str:
    """Its page, with the pictures that came in the mail as files of the export; of plain text its paragraphs."""
    body = mail.get_body(preferencelist=("html", "plain"))
    text = _text_of(body) if body is not None else ""
    if body is None or not text.strip():
        return ""
    if body.get_content_subtype() != "html":
        paragraphs = re.split(r"\n\s*\n", _BELOW.sub("", text.replace("\r\n", "\n")).strip())
        return "".join(f"<p>{'<br>'.join(escape(line) for line in one.splitlines())}</p>" for one in paragraphs)
    for part in mail.walk():
        ending, mark = _PICTURES.get(part.get_content_type()), _header(part, "Content-ID").strip("<> ")
        picture = part.get_payload(decode=True) if ending and mark and f"cid:{mark}" in text else None
        if isinstance(picture, bytes) and len(picture) <= LARGEST_PICTURE:
            digest = hashlib.sha256(picture).hexdigest()[:12]
            name = PurePosixPath(mark.partition("@")[0]).stem[:_LONGEST_NAME] or "picture"
            made = files.make(f"{name}-{digest}{ending}", [picture])
            # Ending where the mark ends: `cid:1` is the beginning of `cid:10`.
            text = re.sub(rf"cid:{re.escape(mark)}(?![\w.@+-])", partial(_in_mail, made.name), text)
    return text


def _in_mail(name: str, found: re.Match[str]) -> str:
    del found
    return f"https://mail.invalid/{name}"


def _text_of(part: MIMEPart) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "utf-8", "cp1252"):
        try:
            return data.decode(charset)
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode("latin-1")
