"""Skip: one time of a list at which nothing goes. The schedule goes on after it, and its issue takes the next time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from newsletter.schedule import letters
from newsletter.schedule.desk import Desk
from newsletter.schedule.times.line import is_skipped, slot_at, times_ahead
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.slot import OPEN, Slot, SlotStatus, Timetable, Why
from newsletter.words.times.cadence import Occurrence

# A tick may move the slot at the same moment; more than a few times in a row it does not.
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A time that is skipped; `issue` is what would have gone, `following` the time that it goes at instead."""

    slot: Slot
    issue: int | None
    following: Occurrence | None


def skip_time(desk: Desk, timetable: Timetable, asked: datetime) -> Skipped:
    """Let nothing go at the time of this wall time. Twice is the same as once.

    Raises NotNow where it has begun, and Missing where the schedule does not have it.
    """
    slot = _slot_of(desk, timetable, asked)
    issue = slot.issue
    for _ in range(_TRIES):
        if is_skipped(slot):
            break
        if slot.status not in OPEN:
            raise NotNow("It is on its way already, or over.", fix="Pause it instead, while it goes.")
        now = desk.clock.now()
        # Editors who have its mail were told that it goes.
        notice = letters.called_off(desk, timetable, slot) if slot.status is SlotStatus.FROZEN else None
        desk.schedule.slots.move(
            slot, SlotStatus.SKIPPED, notice=notice, why=Why.DECIDED, detail="", ended_at=now, go_at=None
        )
        slot = desk.schedule.slots.get(slot.id)
    if not is_skipped(slot):
        raise NotNow("The schedule is busy with it at this moment.", fix="Press again.")
    return Skipped(slot=slot, issue=issue, following=next(times_ahead(desk, timetable), None))


def unskip_time(desk: Desk, timetable: Timetable, asked: datetime) -> Slot:
    """Let something go at that time after all. Raises NotNow where it is not skipped any more, or has passed."""
    slot = next((one for one in desk.schedule.slots.of(timetable.id) if one.asked == asked), None)
    if slot is None or not is_skipped(slot) or slot.at <= desk.clock.now():
        raise NotNow("That time is not skipped any more, or it has passed.", fix="Load the page again.")
    anew = {"issue": None, "digest": None, "frozen_at": None, "unlocked_at": None}
    desk.schedule.slots.move(slot, SlotStatus.WAITING, why=None, detail="", ended_at=None, **anew)
    return desk.schedule.slots.get(slot.id)


def find_skipped(desk: Desk, timetable: Timetable) -> list[Slot]:
    """The times to come that somebody skips, by time."""
    now = desk.clock.now()
    return [slot for slot in desk.schedule.slots.of(timetable.id) if is_skipped(slot) and slot.at > now]


def _slot_of(desk: Desk, timetable: Timetable, asked: datetime) -> Slot:
    known = next((one for one in desk.schedule.slots.of(timetable.id) if one.asked == asked), None)
    if known:
        return known
    to_come = takewhile(lambda one: one.asked <= asked, timetable.cadence.after(desk.clock.now()))
    one = next((one for one in to_come if one.asked == asked), None)
    if one is None:
        raise Missing("The schedule does not have that time any more.", fix="Load the page again.")
    return slot_at(desk, timetable, one)
