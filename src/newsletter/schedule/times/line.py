"""The line: the times of a list that are to come, and which of them an issue goes at as things stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from newsletter.schedule.desk import Desk
from newsletter.schedule.freeze import in_line
from newsletter.words.mistake import NewsletterError
from newsletter.words.slot import Slot, SlotStatus, Timetable, Why
from newsletter.words.times.cadence import Occurrence

# An issue that stands further back in the line has no time that anybody plans with.
_TIMES_AHEAD = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueTurn:
    """When it is an issue's turn on a list. `asked` is the wall time that names the slot."""

    timetable: Timetable
    asked: datetime
    at: datetime


def turn_of(desk: Desk, number: int) -> IssueTurn | None:
    """The earliest time at which an issue goes; None where no schedule takes it, or it went already."""
    turns = [_turn_on(desk, timetable, number) for timetable in desk.schedule.timetables.list_all()]
    return min((turn for turn in turns if turn), key=lambda turn: turn.at, default=None)


def times_ahead(desk: Desk, timetable: Timetable) -> Iterator[Occurrence]:
    """The times of a list that can still take an issue: not those that have begun early, nor those that somebody skips."""
    slots = desk.schedule.slots.of(timetable.id)
    over = {slot.asked for slot in slots if slot.status in (SlotStatus.GOING, SlotStatus.GONE) or is_skipped(slot)}
    return (one for one in timetable.cadence.after(desk.clock.now()) if one.asked not in over)


def is_skipped(slot: Slot) -> bool:
    """Whether a person decided that nothing goes then."""
    return slot.status is SlotStatus.SKIPPED and slot.why is Why.DECIDED


def slot_at(desk: Desk, timetable: Timetable, one: Occurrence) -> Slot:
    """The slot of a time, written down where it was not yet."""
    desk.schedule.slots.add(timetable.id, [one])
    return next(slot for slot in desk.schedule.slots.of(timetable.id) if slot.asked == one.asked)


def _turn_on(desk: Desk, timetable: Timetable, number: int) -> IssueTurn | None:
    slots = desk.schedule.slots.of(timetable.id)
    open_slots = [slot for slot in slots if slot.issue and slot.status in (SlotStatus.WAITING, SlotStatus.FROZEN)]
    mine = next((slot for slot in open_slots if slot.issue == number), None)
    if mine:
        return IssueTurn(timetable=timetable, asked=mine.asked, at=mine.due_at)
    try:
        waiting = in_line(desk, timetable)
    except NewsletterError:
        # A file that can't be read keeps its issue, and those after it, from being counted.
        return None
    if number not in waiting:
        return None
    taken = {slot.asked for slot in open_slots}
    free = (one for one in islice(times_ahead(desk, timetable), _TIMES_AHEAD) if one.asked not in taken)
    one = next(islice(free, waiting.index(number), None), None)
    return IssueTurn(timetable=timetable, asked=one.asked, at=one.at) if one else None
