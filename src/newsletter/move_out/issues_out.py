"""The issues that leave: those that went out, those that moved in once, and drafts; each with its words and its day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from html import escape
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter.collect.file_name import name_of
from newsletter.compose.press import read_manuscript
from newsletter.folder.shelf import Shelf
from newsletter.move_out.issue_words import html_of_issue, html_of_mail, line_for_anybody
from newsletter.words.edition import as_reader
from newsletter.words.issue import Issue
from newsletter.words.mistake import NewsletterError
from newsletter.words.newsletter import Newsletter

if TYPE_CHECKING:
    from newsletter.archive.archive_sql import Archive, PublicIssue


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingIssue:
    """An issue as it leaves. `at` is when it went out, None for one that nobody has had: that one leaves as a draft.

    `slug` is its name in an address, of ASCII letters, digits and hyphens, and no other issue has it. `read` gives its
    words as HTML for anybody; it raises NewsletterError where they can't be had.
    """

    number: int
    subject: str
    preheader: str
    slug: str
    at: datetime | None
    read: Callable[[], str] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLeaving:
    """Something that can't leave, or leaves in another way than one would expect, and why."""

    what: str
    why: str


def leaving_issues(
    shelf: Shelf, newsletter: Newsletter, archive: Archive
) -> tuple[Sequence[LeavingIssue], Sequence[NotLeaving]]:
    """The oldest first, and what is to be said of some. Their words are read when they are needed."""
    files, wrong = shelf.issues.list_readable()
    gone = archive.list_dates()
    written = {issue.number: issue for issue in files}
    notes = [NotLeaving(what=str(one.place or "An issue"), why=one.message) for one in wrong]
    names: set[str] = set()
    found = []
    for number in sorted(written.keys() | gone.keys()):
        issue = written.get(number)
        subject, preheader = _lines(issue, newsletter) if issue else (_mailed_subject(archive, number), "")
        at = gone.get(number) or (_day_elsewhere(issue, newsletter) if issue else None)
        found.append(
            LeavingIssue(
                number=number,
                subject=subject,
                preheader=preheader,
                slug=_slug(subject, number, names),
                at=at,
                read=_reader(shelf, newsletter, archive, number, has_file=issue is not None),
            )
        )
        notes += _noted(number, subject, issue, at)
    return found, notes


def _mailed_subject(archive: Archive, number: int) -> str:
    public = archive.find_issue(number)
    return as_reader(public.edition, {})[0] if public else ""


def _lines(issue: Issue, newsletter: Newsletter) -> tuple[str, str]:
    try:
        return line_for_anybody(issue.subject, newsletter), line_for_anybody(issue.preheader, newsletter)
    except NewsletterError:
        return issue.subject, issue.preheader


def _day_elsewhere(issue: Issue, newsletter: Newsletter) -> datetime | None:
    """Noon of the day on which an issue appeared that moved in; None for every other."""
    if not issue.moved_in or issue.dated_on is None:
        return None
    return datetime.combine(issue.dated_on, time(12), ZoneInfo(newsletter.zone)).astimezone(UTC)


def _slug(subject: str, number: int, taken: set[str]) -> str:
    name = "-".join(word for word in name_of(subject).split("-") if word.isascii()) or f"issue-{number}"
    name = f"{name}-{number}" if name in taken else name
    taken.add(name)
    return name


def _noted(number: int, subject: str, issue: Issue | None, at: datetime | None) -> list[NotLeaving]:
    what = f"{number}, {subject}"
    if issue is None:
        why = "Its file is gone, so its words come from the mail that went, with what stands round them there."
        return [NotLeaving(what=what, why=why)]
    if at is None and issue.moved_in:
        return [NotLeaving(what=what, why="It has no day, so it leaves as a draft.")]
    if at is None:
        return [NotLeaving(what=what, why="It did not go to a list that is open to all, so it leaves as a draft.")]
    return []


def _reader(
    shelf: Shelf, newsletter: Newsletter, archive: Archive, number: int, *, has_file: bool
) -> Callable[[], str]:
    def read() -> str:
        public = archive.find_issue(number)
        words = (
            _of_file(shelf, newsletter, number)
            if has_file or public is None
            else html_of_mail(public.edition, newsletter)
        )
        return _corrected(public, newsletter) + words

    return read


def _of_file(shelf: Shelf, newsletter: Newsletter, number: int) -> str:
    assert shelf.images is not None
    written = read_manuscript(shelf, number)
    template = shelf.templates.get_template(written.issue.template or newsletter.template)
    return html_of_issue(written, newsletter, template, shelf.images)


def _corrected(public: PublicIssue | None, newsletter: Newsletter) -> str:
    """What readers of the archive are told of corrections, as its first paragraphs."""
    return "".join(
        f"<p><em>{_day(one.at, newsletter)}: {escape(one.note)}</em></p>\n"
        for one in (public.corrections if public else ())
    )


def _day(at: datetime, newsletter: Newsletter) -> date:
    return at.astimezone(ZoneInfo(newsletter.zone)).date()
