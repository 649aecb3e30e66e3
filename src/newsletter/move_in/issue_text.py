"""An old issue as an issue of this newsletter: its words as Markdown, safe to show, and never to be sent by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from newsletter.collect.literal import literal_inline, one_line
from newsletter.collect.pages.fragment import fragment_to_markdown
from newsletter.move_in.export import NO_TEXT, Export, LeftOut, MoveInOptions, OldIssue
from newsletter.move_in.pictures import Pictures, addresses
from newsletter.words.gap import without_gaps
from newsletter.words.issue import Issue
from newsletter.words.mistake import NewsletterError
from newsletter.words.plain import shortened

_LONGEST_PREHEADER = 150
_LINK = re.compile(r"(?<=\]\()https?://[^)\s]+(?=\))")


@dataclass(frozen=True, slots=True, kw_only=True)
class OldIssueText:
    """The words of an old issue. `pictures` are the addresses in them; those of the export are stand-ins."""

    old: OldIssue
    words: str
    pictures: tuple[str, ...]


def write(old: OldIssue, *, export: Export, pictures: Pictures, asked: MoveInOptions) -> OldIssueText | LeftOut:
    """Its words, or why there are none that can be read."""

    def prepare(page: BeautifulSoup) -> None:
        export.prepare(page)
        pictures.mark(page, one_line(old.title))

    try:
        words = fragment_to_markdown(old.html(), prepare=prepare, base=asked.url)
    except NewsletterError as error:
        return LeftOut(title=old.title, why=error.message)
    if not re.search(r"\w", words):
        return LeftOut(title=old.title, why=NO_TEXT)
    if export.has_headline:
        words = _with_headline(words, one_line(old.title))
    return OldIssueText(old=old, words=words, pictures=tuple(dict.fromkeys(addresses(words))))


def _with_headline(words: str, title: str) -> str:
    """The title above, unless the first heading is that already."""
    headline = f"# {literal_inline(title)}"
    first = words.partition("\n")[0]
    return words if not title or first.lstrip("# ") == headline[2:] else f"{headline}\n\n{words}"


def as_issue(written: OldIssueText, number: int, words: str, *, export: Export, asked: MoveInOptions) -> Issue:
    old = written.old
    return Issue(
        number=number,
        subject=subject_of(old),
        preheader=shortened(_plain(old.preheader), _LONGEST_PREHEADER),
        dated_on=day_of(old, asked),
        intro=words,
        moved_in=mark_of(old, export),
    )


def mark_of(old: OldIssue, export: Export) -> str:
    """What `moved_in:` says of it, by which it is known again."""
    return f"{export.title}, {one_line(old.name)}"


def subject_of(old: OldIssue) -> str:
    return _plain(old.title) or _plain(old.name)


def day_of(old: OldIssue, asked: MoveInOptions) -> date:
    """The day on the wall of the newsletter."""
    return (old.sent_at.astimezone(asked.zone) if old.sent_at.tzinfo else old.sent_at).date()


def _plain(text: str) -> str:
    """One line in which braces are only braces."""
    return without_gaps(one_line(text))


def followed(markdown: str, now: Mapping[str, str], url: str) -> str:
    """The text with new addresses: `now` has them by the path that an issue had at `url`. Other hosts are left alone."""
    host, below = _host(url), _path(url)

    def new(match: re.Match[str]) -> str:
        address = match[0]
        return now.get(_path(address).removeprefix(below), address) if _host(address) == host else address

    return _LINK.sub(new, markdown) if host else markdown


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower().removeprefix("www.")
    except ValueError:
        return ""


def _path(address: str) -> str:
    return urlsplit(address).path.rstrip("/")
