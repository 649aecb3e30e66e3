"""Rows: the slots of a timetable brought into line with its cadence, the clock and each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from newsletter.schedule import letters
from newsletter.schedule.desk import Desk
from newsletter.words.slot import OPEN, Slot, SlotStatus, Timetable, Why, passed_over, reminders
from newsletter.words.times.cadence import Occurrence, resolve

# Slots are written down this long before anything has to be done about them; the next one always is.
_AHEAD = timedelta(days=2)


def align(desk: Desk, timetable: Timetable, now: datetime) -> None:
    """Make what is missing, move what means another instant now, drop what the cadence does not have any more."""
    slots = desk.schedule.slots.of(timetable.id)
    for slot in slots:
        if slot.status in OPEN:
            _align_one(desk, timetable, slot, now)
        if _was_too_early(slot, now):
            desk.schedule.slots.move(slot, SlotStatus.WAITING, why=None, detail="", ended_at=None)
    desk.schedule.slots.add(timetable.id, missing_times(timetable, slots, now))
    _pass_over(desk, timetable, now)


def _align_one(desk: Desk, timetable: Timetable, slot: Slot, now: datetime) -> None:
    if not timetable.cadence.has(slot.asked):
        if slot.status is not SlotStatus.ASKING and slot.go_at is None:
            desk.schedule.slots.drop(slot)
        return
    at = resolve(slot.asked, timetable.cadence.zone).at
    if at == slot.at:
        return
    desk.schedule.slots.realign(slot, at)
    if slot.at > now >= at and slot.go_at is None and slot.status is not SlotStatus.ASKING:
        moved = desk.schedule.slots.get(slot.id)
        notice = letters.asking(desk, timetable, moved, Why.MOVED, "")
        desk.schedule.slots.move(moved, SlotStatus.ASKING, notice=notice, why=Why.MOVED)


def _was_too_early(slot: Slot, now: datetime) -> bool:
    """Called late by a clock that has been set back since: its time is still to come."""
    late = (slot.status, slot.why) in ((SlotStatus.SKIPPED, Why.PASSED), (SlotStatus.ASKING, Why.LATE))
    return late and slot.due_at > now


def missing_times(timetable: Timetable, slots: Sequence[Slot], now: datetime) -> list[Occurrence]:
    """Times that should be written down by now and are not, those among them that have passed."""
    known = {slot.asked for slot in slots}
    after = max([timetable.since_at, *(slot.at for slot in slots if slot.at <= now)])
    place = ZoneInfo(timetable.cadence.zone)
    until = now + timetable.ways.freeze_before + _AHEAD
    begin, end = (moment.astimezone(place).date() for moment in (after, until))
    found = [one for one in timetable.cadence.between(begin - timedelta(days=1), end) if after < one.at <= until]
    if not any(one.at > now for one in found):
        found += list(takewhile(lambda one: not found or one.at > found[-1].at, _one(timetable, max(now, after))))
    return [one for one in found if one.asked not in known]


def _one(timetable: Timetable, after: datetime) -> list[Occurrence]:
    following = next(timetable.cadence.after(after), None)
    return [following] if following else []


def _pass_over(desk: Desk, timetable: Timetable, now: datetime) -> None:
    """Of slots whose time has come only the last may go; one that asks gives way when the next is frozen.

    However many that are, the owner hears once: a clock that was wrong for a minute, or a year ahead, is one thing to read.
    """
    slots = [
        slot
        for slot in desk.schedule.slots.find_open(timetable.id, until=now + timetable.ways.freeze_before)
        if slot.status in OPEN
    ]
    over = passed_over(slots, now)
    silent = [slot for slot in over if slot.status is not SlotStatus.ASKING]
    for slot in over:
        held = timetable.held_at is not None and slot.status is not SlotStatus.ASKING
        why = Why.HELD if held else Why.PASSED
        is_last = bool(silent) and slot is silent[-1] and not _asks_now(timetable, slots, now)
        notice = letters.slots_passed(desk, timetable, silent, why) if is_last else None
        desk.schedule.slots.move(slot, SlotStatus.SKIPPED, notice=notice, why=why, ended_at=now)


def _asks_now(timetable: Timetable, slots: Sequence[Slot], now: datetime) -> bool:
    """Whether the last slot whose time has come is too late as well and asks now: its mail lists those before it."""
    last = [slot for slot in slots if slot.due_at <= now][-1]
    return (
        timetable.held_at is None and last.lateness(now) > timetable.ways.late and last.status is not SlotStatus.ASKING
    )


def next_moment(timetable: Timetable, slots: Sequence[Slot], now: datetime) -> datetime | None:
    """When something of this timetable is to be done next."""
    times = []
    for slot in slots:
        if slot.status in (SlotStatus.WAITING, SlotStatus.FROZEN):
            times += [slot.due_at, slot.due_at - timetable.ways.freeze_before, *reminders(timetable.ways, slot)]
    return min((time for time in times if time > now), default=None)
