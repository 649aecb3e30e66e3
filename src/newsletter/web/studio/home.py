"""This week: what goes out next, what stops it, what was found, and how the last issue fared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from starlette.responses import Response

from newsletter.compose.draft import unused_posts
from newsletter.compose.press import press
from newsletter.jobs.driver import Outlook
from newsletter.ledger.rows import Tally
from newsletter.report.figures import Figures
from newsletter.schedule.approval import find_good_approval, needs_approval
from newsletter.schedule.calendar import CalendarLine, calendar
from newsletter.segments.audience import Audience
from newsletter.web.studio.health import signs
from newsletter.web.studio.issue.broken import readable
from newsletter.web.studio.page import Page
from newsletter.web.studio.readers.growth import WEEKS, Chart, drawn
from newsletter.web.studio.settings.first_day import is_untouched
from newsletter.web.studio.sign_in import show as show_entry
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring.clocks import desk_of
from newsletter.wiring.collect import collect_desk
from newsletter.words.difference import count_changed
from newsletter.words.finding import Finding, Severity
from newsletter.words.issue import Issue
from newsletter.words.mistake import NewsletterError, NotNow
from newsletter.words.moment import say_moment, say_span
from newsletter.words.post import Post
from newsletter.words.slot import Approval, Timetable
from newsletter.words.user import Role

_SHOWN = 5
_GROWTH_SECONDS = 600.0
_MINUTE = timedelta(minutes=1)
# One of so many issues has begun to go, if any has: few are planned and never begin.
_LOOKED_THROUGH = 30
# What asks or is under way comes first, although its time has passed.
_LOOKED_BACK = timedelta(days=14)
_OPEN = frozenset({"asking", "going", "planning", "sending", "paused"})
_OVER = frozenset({"gone", "skipped", "finished", "cancelled"})


@dataclass(frozen=True, slots=True)
class Last:
    """The issue that was sent last: what was done, and what came of it, once that is counted."""

    tally: Tally
    figures: Figures | None
    went_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """What goes out next. Without a time it is the newest issue that was not sent; without an issue there is none yet.

    `overdue` is how long its time is over; `outlook` whether anything runs that would send it, where it waits for that.
    """

    issue: Issue | None
    at: datetime | None
    when: str
    until: str
    list_name: str
    n_readers: int | None
    is_held: bool
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

    @property
    def n_errors(self) -> int:
        return sum(one.severity is Severity.ERROR for one in self.findings or ())

    @property
    def n_warnings(self) -> int:
        return len(self.findings or ()) - self.n_errors


def show(studio: Studio, visit: Visit) -> Response:
    if visit.user is None or visit.asked("token"):
        return show_entry(studio, visit)
    if visit.who.role.may(Role.OWNER) and is_untouched(studio):
        return visit.go("/first-day")
    parts = studio.parts
    found = readable(parts)
    issues = found.issues
    sent = parts.ledger.accounts.list_issues_sent()
    last = _last(studio, sent)
    unused = unused_posts(found.posts, issues)
    lines = _open_lines(studio)
    coming = _coming(studio, issues, set(sent), lines)
    growth, is_drawing = _growth(studio, coming)
    return studio.page(
        visit,
        "home.html",
        coming=coming,
        others=[(line, _overdue(studio, line)) for line in lines[1:][:_SHOWN]],
        unused=unused,
        last=last,
        problems=found.problems,
        steps=_steps(studio, issues, unused, is_sent=last is not None),
        growth=growth,
        is_drawing=is_drawing,
        is_counting=is_drawing
        or bool(last and last.figures is None)
        or bool(coming and (coming.n_readers is None or coming.findings is None)),
        signs=signs(studio),
        waiting=collect_desk(parts).finds.list_finds(limit=_SHOWN + 1, people_first=True),
        shown=_SHOWN,
    )


def hold(studio: Studio, visit: Visit) -> Response:
    """Let no slot of a list send until it is let go again."""
    timetable = studio.parts.schedule.timetables.find(visit.text("list"))
    if timetable is None:
        raise NotNow("There is no schedule for this list any more.", fix="Load the page again.")
    is_held = visit.text("act") == "hold"
    studio.parts.schedule.timetables.hold(timetable.id, studio.now() if is_held else None)
    return visit.go("", said="On hold: nothing goes by itself." if is_held else "It goes on.")


def _open_lines(studio: Studio) -> list[CalendarLine]:
    """What waits, asks, is paused or under way, of every list: first what needs a person, then by time."""
    now = studio.now()
    lines = calendar(desk_of(studio.parts), since=now - _LOOKED_BACK, n_ahead=1)
    wanted = [line for line in lines if line.kind != "left out"]
    found = [
        line for line in wanted if line.status in _OPEN or line.due_at or (line.at >= now and line.status not in _OVER)
    ]
    return sorted(
        found, key=lambda line: (line.status not in _OPEN and not _overdue(studio, line), line.due_at or line.at)
    )


def _overdue(studio: Studio, line: CalendarLine) -> str:
    """How long it is overdue, "" where it is not. A running process is given a minute: it looks every 15 seconds."""
    late = line.lateness(studio.now())
    if late is None and line.kind == "sending" and line.status == "paused" and line.at < studio.now():
        has_begun = line.issue in studio.parts.ledger.tallies.list_went([line.issue or 0])
        return "" if has_begun else say_span(studio.now() - line.at)
    if late is None or (late < _MINUTE and studio.parts.outlook(of_slot=line.kind == "slot").is_driven):
        return ""
    return say_span(late)


def _coming(studio: Studio, issues: Sequence[Issue], sent: set[int], lines: Sequence[CalendarLine]) -> Coming | None:
    parts, now = studio.parts, studio.now()
    if lines:
        line = lines[0]
        timetable = next(
            (timetable for timetable in parts.schedule.timetables.list_all() if timetable.list_name == line.list_name),
            None,
        )
        at = line.due_at or line.at
        return _with_issue(
            studio,
            Coming(
                issue=next((issue for issue in issues if issue.number == line.issue), None),
                at=at,
                when=say_moment(at, line.zone),
                until=say_span(max(at - now, timedelta(0))),
                list_name=line.list_name,
                n_readers=None,
                is_held=bool(line.kind == "slot" and timetable and timetable.held_at),
                status=line.status,
                words=line.words,
                overdue=_overdue(studio, line),
                outlook=studio.parts.outlook(of_slot=line.kind == "slot") if line.due_at else None,
                is_unread=bool(
                    line.kind == "slot" and timetable and line.issue and _is_unread(studio, timetable, line.issue)
                ),
            ),
        )
    left = [issue for issue in issues if issue.number not in sent and not issue.moved_in]
    if not left:
        return None
    issue = left[-1]
    lists = parts.readers.list_names()
    name = next((one for one in issue.lists if one in lists), lists[0] if lists else "")
    plain = Coming(issue=issue, at=None, when="", until="", list_name=name, n_readers=None, is_held=False)
    return _with_issue(studio, plain)


def _is_unread(studio: Studio, timetable: Timetable, number: int) -> bool:
    """Whether its slot will not let the issue go, because nobody has approved it."""
    desk = desk_of(studio.parts)
    return needs_approval(desk, timetable.ways, number) and find_good_approval(desk, number) is None


def _with_issue(studio: Studio, coming: Coming) -> Coming:
    """Add how many it goes to, what stops its issue, and whether its words are still those that were approved."""
    if coming.issue is None:
        whom = Audience(lists=(coming.list_name,), at=coming.at)
        return replace(coming, n_readers=_count(studio, coming.list_name, whom))
    number = coming.issue.number
    approval = studio.parts.schedule.approvals.find(number)
    segment = approval.segment if approval and coming.at else ""
    whom = Audience(lists=(coming.list_name,), issue=number, segment=segment, at=coming.at)
    coming = replace(coming, n_readers=_count(studio, coming.list_name, whom), approval=approval)
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


def _count(studio: Studio, list_name: str, whom: Audience) -> int | None:
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


def _last(studio: Studio, sent: Sequence[int]) -> Last | None:
    """The newest issue that has begun to go; one that still waits for its time does not count."""
    went = studio.parts.ledger.tallies.list_went(sent[:_LOOKED_THROUGH])
    number = next((one for one in sent if one in went), None)
    tally = studio.parts.ledger.tallies.find(number) if number is not None else None
    return Last(tally, studio.figures(tally.issue), went[tally.issue]) if tally else None


def _growth(studio: Studio, coming: Coming | None) -> tuple[Chart | None, bool]:
    """The chart of readers of the next list, or of the first one; and whether they are still being counted."""
    name = coming.list_name if coming and coming.list_name else next(iter(studio.parts.readers.list_names()), "")

    def count() -> tuple[Chart | None]:
        return (drawn(name, studio.parts.growth.by_week(name, now=studio.now(), weeks=WEEKS)),)

    if not name:
        return None, False
    found = studio.cache.ask(("growth", name), count, fresh_for=_GROWTH_SECONDS)
    return (None, True) if found is None else (found[0], False)


def _steps(
    studio: Studio, issues: Sequence[Issue], unused: Sequence[Post], *, is_sent: bool
) -> list[tuple[bool, str, str]]:
    """The first day: what is done, what it is called, and where it is done. Empty once all of it is."""
    parts = studio.parts
    unnamed = any("sender" in warning or "postal" in warning for warning in parts.config.warnings)
    named = not (unnamed or {"sender", "address"} & {lack.setting for lack in parts.config.lacks})
    steps = [
        (named, "Say who sends it, and from which address", "/settings"),
        (bool(issues) or bool(unused), "Keep a first post", "/finds"),
        (any(not issue.moved_in for issue in issues), "Draft an issue and look at it", "/issues"),
        (parts.readers.has_any(), "Bring your readers in", "/readers"),
        (is_sent, "Send it, for practice first", "/issues"),
    ]
    return [] if all(done for done, _, _ in steps) else steps


# Open only so that the token in its address can be taken; nobody who is not signed in sees more than the way in.
PAGES = (
    Page(path="", show=show, is_open=True),
    Page(path="/hold", change=hold, do=Role.EDITOR),
)
