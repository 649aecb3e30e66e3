"""This week: what goes out next and the one thing to do for it, what was found, and what readers did with the last issue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from newsletter.compose.draft import unused_posts
from newsletter.ledger.rows import Tally
from newsletter.move_in.reminder import title_of
from newsletter.report.figures import Figures
from newsletter.schedule.times.skip import find_skipped, skip_time, unskip_time
from newsletter.web.studio.alarms import alarms
from newsletter.web.studio.health import signs
from newsletter.web.studio.issue.broken import readable
from newsletter.web.studio.next_send import Coming, find_coming, open_lines, overdue
from newsletter.web.studio.page import Page
from newsletter.web.studio.readers.growth import WEEKS, Chart, drawn
from newsletter.web.studio.settings.first_day import is_untouched
from newsletter.web.studio.sign_in import show as show_entry
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import Visit
from newsletter.wiring.clocks import desk_of
from newsletter.wiring.collect import collect_desk
from newsletter.words.issue import Issue
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.post import Post
from newsletter.words.slot import Timetable
from newsletter.words.times.cadence_text import say_time
from newsletter.words.user import Role

_SHOWN = 5
_GROWTH_SECONDS = 600.0
# One of so many issues has begun to go, if any has: few are planned and never begin.
_LOOKED_THROUGH = 30
_WALL = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Last:
    """The issue that was sent last: what was done, and what came of it, once that is counted."""

    tally: Tally
    figures: Figures | None
    went_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedTime:
    """A time to come that somebody skips; `asked` names it in the form that takes that back."""

    list_name: str
    asked: str
    when: str


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
    lines = open_lines(studio)
    coming = find_coming(studio, found, set(sent), lines, last.went_at if last else None)
    growth, is_drawing = _growth(studio, coming)
    return studio.page(
        visit,
        "home.html",
        coming=coming,
        others=[(line, overdue(studio, line)) for line in lines[1:][:_SHOWN]],
        skipped=_skipped(studio),
        alarms=alarms(studio),
        reminders=[(move, title_of(move)) for move in parts.moves.list_due(studio.now())],
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
    """Pause the schedule of a list, or let it go on."""
    timetable = _timetable(studio, visit)
    is_held = visit.text("act") == "hold"
    studio.parts.schedule.timetables.hold(timetable.id, studio.now() if is_held else None)
    return visit.go("", said="The schedule is paused: nothing goes by itself." if is_held else "It goes on.")


def skip(studio: Studio, visit: Visit) -> Response:
    """Let nothing go at one time of a list, or take that back. The schedule goes on after it."""
    timetable, desk = _timetable(studio, visit), desk_of(studio.parts)
    asked = _wall_time(visit.text("asked"))
    if visit.text("act") == "unskip":
        unskip_time(desk, timetable, asked)
        return visit.go("", said=f"{say_time(asked)} is not skipped any more.")
    done = skip_time(desk, timetable, asked)
    said = f"{say_time(asked)} is skipped: nobody gets anything then."
    issue = f"Issue {done.issue}" if done.issue else "The next issue"
    if done.following:
        said += f" {issue} stays as it is and goes {say_time(done.following.local)} instead."
    return visit.go("", said=said)


def _timetable(studio: Studio, visit: Visit) -> Timetable:
    timetable = studio.parts.schedule.timetables.find(visit.text("list"))
    if timetable is None:
        raise NotNow("There is no schedule for this list any more.", fix="Load the page again.")
    return timetable


def _wall_time(text: str) -> datetime:
    try:
        return datetime.strptime(text, _WALL)  # noqa: DTZ007 - wall time belongs to the cadence's zone
    except ValueError as error:
        raise Missing("There is no such time.", fix="Load the page again.") from error


def _skipped(studio: Studio) -> list[SkippedTime]:
    desk = desk_of(studio.parts)
    return [
        SkippedTime(list_name=timetable.list_name, asked=slot.asked.strftime(_WALL), when=say_time(slot.asked))
        for timetable in studio.parts.schedule.timetables.list_all()
        for slot in find_skipped(desk, timetable)
    ]


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
    Page(path="/skip", change=skip, do=Role.EDITOR),
)
