"""When it goes out: each list's cadence said in words and changed in words, what asks, and the days left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

from starlette.responses import Response

from newsletter.schedule.choice import find_asking, send_at, skip_slot
from newsletter.schedule.desk import Desk
from newsletter.schedule.ical import read_days
from newsletter.schedule.letters import BECAUSE
from newsletter.schedule.setting import check_heartbeat, check_tell, say_ways, set_timetable
from newsletter.web.number import read_number
from newsletter.web.studio.calendar import address_of, days_of
from newsletter.web.studio.page import Page
from newsletter.web.studio.studio import Studio
from newsletter.web.studio.visit import NoSuchAct, Visit
from newsletter.wiring.clocks import desk_of
from newsletter.words.mistake import Missing, Mistake, NewsletterError
from newsletter.words.moment import parse_span, say_back, span_text
from newsletter.words.slot import Slot, SlotStatus, Timetable, Ways
from newsletter.words.times.cadence import Cadence
from newsletter.words.times.cadence_text import cadence_text, clock_note, describe, parse_cadence, say_time, sentence
from newsletter.words.times.typed_time import parse_moment

_AHEAD = 6
_LARGEST_CALENDAR = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSchedule:
    """A list with its schedule, if it has one, in words; `asking` is a slot that did not go, `because` says why."""

    name: str
    timetable: Timetable | None
    sentence: str = ""
    text: str = ""
    ways: tuple[str, ...] = ()
    asking: Slot | None = None
    because: str = ""
    skipped: tuple[date, ...] = ()
    freeze: str = ""
    late: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidBack:
    """A cadence that somebody typed, as it was understood."""

    list_name: str
    typed: str
    text: str = ""
    sentence: str = ""
    times: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problem: NewsletterError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidTime:
    """A time that somebody typed for what did not go, as it was understood."""

    list_name: str
    typed: str
    words: str = ""
    problem: NewsletterError | None = None


def show(studio: Studio, visit: Visit) -> Response:
    """Every list with its schedule; `?list=` with `?cadence=` or `?at=` is said back and changes nothing."""
    desk = desk_of(studio.parts)
    timetables = {timetable.list_name: timetable for timetable in studio.parts.schedule.timetables.list_all()}
    names = list(dict.fromkeys([*timetables, *studio.parts.readers.list_names()]))
    days = days_of(studio, desk)
    wanted, typed = visit.asked("list"), visit.asked("cadence")
    return studio.page(
        visit,
        "schedule.html",
        # With timetables that nothing looks after, or something that waits, it matters what runs.
        outlook=studio.parts.outlook(of_slot=True) if timetables or any(day.line.due_at for day in days) else None,
        rows=[_row(studio, desk, name, timetables.get(name)) for name in names],
        said_back=_said_back(studio, wanted, typed) if typed and wanted in names else None,
        said_time=_said_time(studio, timetables.get(wanted), visit.asked("at")),
        ahead=[day for day in days if not day.is_past],
        behind=[day for day in reversed(days) if day.is_past],
        address=address_of(studio, visit),
        zone=studio.newsletter.zone,
    )


def change(studio: Studio, visit: Visit) -> Response:
    """Set a cadence or its ways, leave out days, hold, let go on, decide about a slot that asks."""
    acts = {
        "set": _set,
        "ways": _ways,
        "skip": _skip,
        "unskip": _unskip,
        "hold": _hold,
        "resume": _hold,
        "now": _decide,
        "at": _decide,
        "pass": _decide,
    }
    act = acts.get(visit.text("act"))
    if act is None:
        raise NoSuchAct
    name = visit.text("list")
    if name not in studio.parts.readers.list_names() and studio.parts.schedule.timetables.find(name) is None:
        raise Missing(f"There is no list called {name!r}.", fix="Load the page again.")
    return visit.go("/schedule", said=act(studio, visit, name))


def _set(studio: Studio, visit: Visit, name: str) -> str:
    timetables, now = studio.parts.schedule.timetables, studio.now()
    known = timetables.find(name)
    rule = parse_cadence(visit.text("cadence"), zone=studio.newsletter.zone)
    timetable = set_timetable(timetables, name, rule, known.ways if known else Ways(), now=now)
    said = f"{name}: {sentence(timetable.cadence, islice(timetable.cadence.after(now), 60))}"
    found = studio.parts.outlook(of_slot=True)
    return said if found.is_driven else f"{said} {found.on_screen}"


def _ways(studio: Studio, visit: Visit, name: str) -> str:
    min_posts = read_number(visit.text("min_posts"))
    if min_posts is None or min_posts > 500:
        raise Mistake(f"{visit.text('min_posts')!r} is no number of posts.", fix="Write a number from 0 to 500.")
    ways = replace(
        _timetable(studio, name).ways,
        freeze_before=parse_span(visit.text("freeze")),
        late=parse_span(visit.text("late")),
        min_posts=min_posts,
        needs_approval=visit.text("approval") == "yes",
        drafts=visit.text("drafts") == "yes",
        tell=check_tell(visit.text("tell").replace(",", " ").split()),
        heartbeat_url=check_heartbeat(visit.text("heartbeat")),
    )
    set_timetable(studio.parts.schedule.timetables, name, None, ways, now=studio.now())
    return f"{name}: {' '.join(say_ways(desk_of(studio.parts), ways))}"


def _skip(studio: Studio, visit: Visit, name: str) -> str:
    timetable, days = _timetable(studio, name), {}
    if visit.text("day"):
        days[_day(visit.text("day"))] = ""
    if (file := visit.file("ics")) is not None:
        data = file.file.read(_LARGEST_CALENDAR + 1)
        if len(data) > _LARGEST_CALENDAR:
            raise Mistake("This calendar is larger than 1 MB.", fix="Choose one of holidays alone.")
        days |= read_days(data.decode("utf-8-sig", "replace"), file=file.filename or "calendar.ics")
    if not days:
        raise Mistake("No day was named.", fix="Choose a day, or a calendar of days.")
    studio.parts.schedule.timetables.skip_days(timetable.id, days)
    hit = sum(timetable.cadence.falls_on(day) for day in days)
    return f"{name}: {len(days):,} day{'s' * (len(days) > 1)} left out; {hit:,} would have been a day of its schedule."


def _unskip(studio: Studio, visit: Visit, name: str) -> str:
    day = _day(visit.text("day"))
    studio.parts.schedule.timetables.unskip_days(_timetable(studio, name).id, [day])
    return f"{name}: {day:%A} {day.day} {day:%B %Y} is not left out any more."


def _hold(studio: Studio, visit: Visit, name: str) -> str:
    timetable, is_held = _timetable(studio, name), visit.text("act") == "hold"
    studio.parts.schedule.timetables.hold(timetable.id, studio.now() if is_held else None)
    if is_held:
        return f"{name}: the schedule is paused. Nothing goes by itself."
    following = next(timetable.cadence.after(studio.now()), None)
    return f"{name}: going on." + (f" Next: {say_time(following.local)} {timetable.cadence.zone}." if following else "")


def _decide(studio: Studio, visit: Visit, name: str) -> str:
    desk, timetable, act, now = desk_of(studio.parts), _timetable(studio, name), visit.text("act"), studio.now()
    slot = find_asking(desk, timetable)
    if str(slot.id) != visit.text("slot"):
        raise Missing("Another slot asks by now.", fix="Load the page again.")
    if act == "pass":
        skip_slot(desk, slot)
        return f"{name}: skipped. What was ready goes in the next slot."
    if act == "now":
        send_at(desk, timetable, slot, now)
        return f"{name}: it goes at the next look of the schedule. {studio.parts.outlook(of_slot=True).on_screen}"
    found = parse_moment(visit.text("at"), now=now, zone=timetable.cadence.zone)
    send_at(desk, timetable, slot, found.at)
    return f"{name}: it goes {say_back(found, now=now, zone=timetable.cadence.zone)} {studio.parts.outlook(of_slot=True).on_screen}"


def _timetable(studio: Studio, name: str) -> Timetable:
    timetable = studio.parts.schedule.timetables.find(name)
    if timetable is None:
        raise Missing(f"No schedule is set for {name!r}.", fix="Set one first.")
    return timetable


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Mistake(f"{text!r} is no day.", fix="Write it like 2026-12-24.") from error


def _row(studio: Studio, desk: Desk, name: str, timetable: Timetable | None) -> ListSchedule:
    if timetable is None:
        return ListSchedule(name=name, timetable=None)
    now = studio.now()
    # The days left out are listed separately: a list that only grows does not fit into a sentence.
    bare = replace(timetable.cadence, skipped=frozenset())
    following = next(timetable.cadence.after(now), None)
    to_come = f" Next: {say_time(following.local)}." if following else ""
    asking = next(
        (slot for slot in reversed(desk.schedule.slots.of(timetable.id)) if slot.status is SlotStatus.ASKING), None
    )
    return ListSchedule(
        name=name,
        timetable=timetable,
        sentence=f"{describe(timetable.cadence)}.{to_come}",
        text=cadence_text(bare),
        ways=tuple(say_ways(desk, timetable.ways)),
        asking=asking,
        because=_because(asking) if asking else "",
        skipped=tuple(sorted(day for day in timetable.cadence.skipped if day >= now.date() - timedelta(days=1))),
        freeze=span_text(timetable.ways.freeze_before),
        late=span_text(timetable.ways.late),
    )


def _because(slot: Slot) -> str:
    why = BECAUSE[slot.why] if slot.why else "something kept it"
    return f"{why}. {slot.detail}".strip()


def _said_time(studio: Studio, timetable: Timetable | None, typed: str) -> SaidTime | None:
    if timetable is None or not typed:
        return None
    name, zone, now = timetable.list_name, timetable.cadence.zone, studio.now()
    try:
        found = parse_moment(typed, now=now, zone=zone)
    except NewsletterError as problem:
        return SaidTime(list_name=name, typed=typed, problem=problem)
    return SaidTime(list_name=name, typed=typed, words=say_back(found, now=now, zone=zone))


def _said_back(studio: Studio, name: str, typed: str) -> SaidBack:
    try:
        rule = parse_cadence(typed, zone=studio.newsletter.zone)
    except NewsletterError as error:
        return SaidBack(list_name=name, typed=typed, problem=error)
    timetable = studio.parts.schedule.timetables.find(name)
    known: Cadence = replace(rule, skipped=rule.skipped | timetable.cadence.skipped) if timetable else rule
    found = list(islice(known.after(studio.now()), _AHEAD))
    return SaidBack(
        list_name=name,
        typed=typed,
        text=cadence_text(rule),
        sentence=describe(rule),
        times=tuple(say_time(one.local) for one in found),
        notes=tuple(note for one in found if (note := clock_note(one))),
    )


PAGES = (Page(path="/schedule", show=show, change=change),)
