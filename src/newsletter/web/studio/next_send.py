"""What goes out next: its time, its issue, to how many, what stops it, and at which stage of the week that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsletter.compose.press import press
from newsletter.jobs.driver import Outlook
from newsletter.schedule.approval import find_good_approval, needs_approval
from newsletter.schedule.calendar import CalendarLine, calendar
from newsletter.schedule.lock import find_lock
from newsletter.segments.audience import Audience
from newsletter.web.studio.finds.next_issue import next_issue
from newsletter.web.studio.issue.broken import ReadableFiles
from newsletter.web.studio.review.margin import count_open
from newsletter.web.studio.stage import Facts, WeekStage, stage_of
from newsletter.web.studio.studio import Studio
from newsletter.wiring.clocks import desk_of
from newsletter.wiring.collect import collect_desk
from newsletter.words.difference import count_changed
from newsletter.words.finding import Finding, Severity, that_ask
from newsletter.words.issue import Issue
from newsletter.words.ledger import HandOver
from newsletter.words.mistake import NewsletterError
from newsletter.words.moment import say_moment, say_span
from newsletter.words.slot import Approval, Timetable
from newsletter.words.unwritten import Unwritten, unwritten

_MINUTE = timedelta(minutes=1)
# What asks or is under way comes first, although its time has passed.
_LOOKED_BACK = timedelta(days=14)
# The times of a list that are looked at for the first that nobody skips.
_TIMES_AHEAD = 4
_OPEN = frozenset({"asking", "going", "planning", "sending", "paused"})
_OVER = frozenset({"gone", "skipped", "finished", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """What goes out next. Without a time it is the newest issue that was not sent; without an issue there is none yet.

    `asked` is the wall time that names its slot, None for a sending by hand. `overdue` is how long its time is over;
    `outlook` whether anything runs that would send it, where it waits for that. `n_free` are places that nothing fills,
    `n_to_sort` finds to sort, `n_notes` open notes of which the first is in `noted_part`, `locked_at` when the words are or were fixed, `progress` who has it, and of how many.
    """

    issue: Issue | None
    at: datetime | None
    when: str
    until: str
    list_name: str
    n_readers: int | None
    is_held: bool
    stage: WeekStage = WeekStage.COLLECTING
    asked: datetime | None = None
    status: str = ""
    words: str = ""
    overdue: str = ""
    outlook: Outlook | None = None
    approval: Approval | None = None
    is_changed: bool = False
    n_changed: int = 0
    folder_words: str = ""
    is_unread: bool = False
    findings: tuple[Finding, ...] | None = ()
    problem: NewsletterError | None = None
    unwritten: tuple[Unwritten, ...] = ()
    n_notes: int = 0
    noted_part: str = ""
    n_free: int = 0
    n_to_sort: int = 0
    locked_at: datetime | None = None
    is_locked: bool = False
    progress: tuple[int, int] | None = None
    places: tuple[str, ...] = ()

    @property
    def n_errors(self) -> int:
        return sum(one.severity is Severity.ERROR for one in self.findings or ())

    @property
    def n_warnings(self) -> int:
        return len(self.findings or ()) - self.n_errors


def open_lines(studio: Studio) -> list[CalendarLine]:
    """What waits, asks, is paused or under way, of every list: first what needs a person, then by time."""
    now = studio.now()
    found: list[CalendarLine] = []
    ahead_of: set[str] = set()
    for line in calendar(desk_of(studio.parts), since=now - _LOOKED_BACK, n_ahead=_TIMES_AHEAD):
        if not _is_open(line, now):
            continue
        # Of the times of a list that are still to come, the first.
        is_ahead = line.kind == "slot" and line.at >= now and line.status not in _OPEN
        if is_ahead and line.list_name in ahead_of:
            continue
        ahead_of |= {line.list_name} if is_ahead else set()
        found.append(line)
    return sorted(
        found, key=lambda line: (line.status not in _OPEN and not overdue(studio, line), line.due_at or line.at)
    )


def _is_open(line: CalendarLine, now: datetime) -> bool:
    is_to_come = line.at >= now and line.status not in _OVER
    return line.kind != "left out" and (line.status in _OPEN or line.due_at is not None or is_to_come)


def overdue(studio: Studio, line: CalendarLine) -> str:
    """How long it is overdue, "" where it is not. A running process is given a minute: it looks every 15 seconds."""
    late = line.lateness(studio.now())
    if late is None and line.kind == "sending" and line.status == "paused" and line.at < studio.now():
        has_begun = line.issue in studio.parts.ledger.tallies.list_went([line.issue or 0])
        return "" if has_begun else say_span(studio.now() - line.at)
    if late is None or (late < _MINUTE and studio.parts.outlook(of_slot=line.kind == "slot").is_driven):
        return ""
    return say_span(late)


def find_coming(
    studio: Studio, files: ReadableFiles, sent: set[int], lines: Sequence[CalendarLine], went_at: datetime | None
) -> Coming | None:
    """The first of the open lines, else the newest issue that was not sent; None where there is neither."""
    coming = _of_line(studio, files, lines[0]) if lines else _without_time(studio, files, sent)
    if coming is None:
        return None
    coming = _with_places(studio, files, _with_issue(studio, coming))
    return replace(coming, stage=stage_of(_facts(studio, coming, went_at)))


def _of_line(studio: Studio, files: ReadableFiles, line: CalendarLine) -> Coming:
    parts, now = studio.parts, studio.now()
    timetable = parts.schedule.timetables.find(line.list_name)
    at, is_slot = line.due_at or line.at, line.kind == "slot"
    return Coming(
        issue=next((issue for issue in files.issues if issue.number == line.issue), None),
        at=at,
        when=say_moment(at, line.zone),
        until=say_span(max(at - now, timedelta(0))),
        list_name=line.list_name,
        n_readers=None,
        is_held=bool(is_slot and timetable and timetable.held_at),
        asked=line.asked,
        status=line.status,
        words=line.words,
        overdue=overdue(studio, line),
        outlook=parts.outlook(of_slot=is_slot) if line.due_at else None,
        is_unread=bool(is_slot and timetable and line.issue and _is_unread(studio, timetable, line.issue)),
        locked_at=at - timetable.ways.freeze_before if is_slot and timetable else None,
        progress=_progress(studio, line.issue),
    )


def _without_time(studio: Studio, files: ReadableFiles, sent: set[int]) -> Coming | None:
    left = [issue for issue in files.issues if issue.number not in sent and not issue.moved_in]
    if not left:
        return None
    issue, lists = left[-1], studio.parts.readers.list_names()
    name = next((one for one in issue.lists if one in lists), lists[0] if lists else "")
    return Coming(issue=issue, at=None, when="", until="", list_name=name, n_readers=None, is_held=False)


def _progress(studio: Studio, number: int | None) -> tuple[int, int] | None:
    tally = studio.parts.ledger.tallies.find(number) if number is not None else None
    return (tally.handover[HandOver.ACCEPTED], tally.planned) if tally else None


def _is_unread(studio: Studio, timetable: Timetable, number: int) -> bool:
    """Whether its slot will not let the issue go, because nobody has approved it."""
    desk = desk_of(studio.parts)
    return needs_approval(desk, timetable.ways, number) and find_good_approval(desk, number) is None


def _with_issue(studio: Studio, coming: Coming) -> Coming:
    """Add how many it goes to, what stops its issue, and whether its words are still those that were approved."""
    if coming.issue is None:
        whom = Audience(lists=(coming.list_name,), at=coming.at)
        return replace(coming, n_readers=count_readers(studio, coming.list_name, whom))
    number = coming.issue.number
    approval = studio.parts.schedule.approvals.find(number)
    segment = approval.segment if approval and coming.at else ""
    whom = Audience(lists=(coming.list_name,), issue=number, segment=segment, at=coming.at)
    lock = find_lock(desk_of(studio.parts), number)
    coming = replace(
        coming,
        n_readers=count_readers(studio, coming.list_name, whom),
        approval=approval,
        is_locked=lock is not None,
        locked_at=lock.at or coming.locked_at if lock else coming.locked_at,
    )
    try:
        proof = press(studio.parts.shelf, studio.newsletter, number)
    except NewsletterError as error:
        return replace(coming, is_changed=approval is not None, problem=error)
    digest = proof.rendered.edition.digest
    found = studio.findings(proof, whom if coming.list_name else None)
    is_changed = approval is not None and approval.digest != digest
    approved = studio.parts.ledger.mailings.get_edition(approval.digest) if approval else proof.rendered.edition
    n_changed = count_changed(studio.changes(approved, proof.rendered.edition))
    words = studio.looks.show(proof.rendered.edition)
    known = replace(coming, is_changed=is_changed, n_changed=n_changed, folder_words=words)
    return replace(known, findings=None if found is None else tuple(found))


def _with_places(studio: Studio, files: ReadableFiles, coming: Coming) -> Coming:
    """Add what is left to collect and to write."""
    following = next_issue(studio, files)
    is_it = coming.issue is None or following.number == coming.issue.number
    free = [place for place in following.places if place.places and not place.is_full] if is_it else []
    posts = {post.slug: post for post in files.posts}
    notes = count_open(studio.parts, coming.issue) if coming.issue else {}
    return replace(
        coming,
        n_free=sum((place.places or 0) - place.n_posts for place in free),
        places=tuple(f"{place.name} {place.filling}" for place in following.places if place.places) if is_it else (),
        n_to_sort=collect_desk(studio.parts).finds.count(),
        unwritten=tuple(unwritten(coming.issue, posts, files.issues)) if coming.issue else (),
        n_notes=sum(notes.values()),
        noted_part=next(iter(notes), ""),
    )


def _facts(studio: Studio, coming: Coming, went_at: datetime | None) -> Facts:
    is_good = coming.at is not None and coming.approval is not None and not coming.is_changed and not coming.is_unread
    n_asked = len(that_ask(coming.findings or ()))
    return Facts(
        now=studio.now(),
        status=coming.status,
        at=coming.at,
        went_at=went_at,
        is_overdue=bool(coming.overdue),
        is_held=coming.is_held,
        has_issue=coming.issue is not None,
        is_good=is_good,
        n_free=coming.n_free,
        n_to_sort=coming.n_to_sort,
        n_unwritten=len(coming.unwritten) + coming.n_notes + coming.n_errors + n_asked + (coming.problem is not None),
    )


def count_readers(studio: Studio, list_name: str, whom: Audience) -> int | None:
    """How many get what goes to a list; None while it is being counted."""
    parts = studio.parts
    going = parts.ledger.mailings.find_unfinished(whom.issue, list_name) if whom.issue is not None else None
    if going:
        return studio.waiting(going.id)

    def count() -> int:
        if whom.issue is None:
            return parts.readers.count_active(list_name, at=whom.at)
        return parts.ledger.forecasts.make(whom.issue, list_name, segment=whom.segment, at=whom.at).goes

    return studio.cache.ask(("readers", whom), count)
