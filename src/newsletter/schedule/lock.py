"""Locks: once the words of an issue are fixed for a slot or a sending, later edits do not go until it is unlocked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from newsletter.ledger.mailings_sql import UNFINISHED
from newsletter.schedule import letters
from newsletter.schedule.desk import Desk
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import NotNow
from newsletter.words.slot import Approval, Slot, SlotStatus, Timetable


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """`at` is when a slot fixed the words, None for a sending by hand; `goes_at` is when they go or went.

    `is_open` while an editor may unlock them.
    """

    at: datetime | None
    goes_at: datetime
    list_name: str
    is_open: bool


def find_lock(desk: Desk, number: int) -> Lock | None:
    """The lock of an issue that is frozen in a slot, set to a time, or on its way. Of several the first that goes."""
    slots = list(_slots(desk))
    locks = [
        Lock(
            at=slot.frozen_at,
            goes_at=slot.began_at or slot.due_at,
            list_name=timetable.list_name,
            is_open=slot.status is SlotStatus.FROZEN,
        )
        for timetable, slot in slots
        if slot.issue == number and slot.status in (SlotStatus.FROZEN, SlotStatus.GOING)
    ]
    of_slots = {slot.mailing_id for _, slot in slots}
    locks += [
        Lock(at=None, goes_at=row.start_at, list_name=row.list_name, is_open=row.status is MailingStatus.SCHEDULED)
        for row in desk.schedule.sendings.list_all()
        if row.issue == number and row.id not in of_slots and row.status in UNFINISHED
    ]
    return min(locks, key=lambda lock: (lock.is_open, lock.goes_at), default=None)


def unlock(desk: Desk, number: int) -> None:
    """Let what is written from now on go: the approval is taken back, and the slot fixes the words again.

    A sending that waits for its time is called off. Raises NotNow where the issue is not locked, or on its way.
    """
    lock = find_lock(desk, number)
    if lock is None or not lock.is_open:
        raise NotNow(
            f"Issue {number} is on its way: its words can't be changed any more."
            if lock
            else f"Issue {number} is not locked.",
            fix="See where it stands: newsletter status",
        )
    desk.schedule.approvals.withdraw(number)
    release(desk, number)
    if any(row.issue == number and row.status is MailingStatus.SCHEDULED for row in desk.schedule.sendings.list_all()):
        desk.ledger.control.cancel(number)


def release(desk: Desk, number: int) -> None:
    """Slots that have not begun let go of the words of an issue, and wait for others."""
    now = desk.clock.now()
    for _, slot in slots_with(desk, number, SlotStatus.FROZEN):
        desk.schedule.slots.move(slot, SlotStatus.WAITING, digest=None, frozen_at=None, unlocked_at=now)


def lock_anew(desk: Desk, approval: Approval) -> None:
    """Slots that are frozen already take the words that were approved now, and show them to the editors."""
    for timetable, slot in slots_with(desk, approval.issue, SlotStatus.FROZEN):
        if slot.digest != approval.digest:
            notice = letters.frozen(desk, timetable, slot, approval.digest, segment=approval.segment)
            desk.schedule.slots.note(slot, notice=notice, digest=approval.digest, frozen_at=desk.clock.now())


def slots_with(desk: Desk, number: int, *statuses: SlotStatus) -> Iterator[tuple[Timetable, Slot]]:
    """The slots of all lists that have this issue and one of these statuses."""
    return ((timetable, slot) for timetable, slot in _slots(desk) if slot.issue == number and slot.status in statuses)


def _slots(desk: Desk) -> Iterator[tuple[Timetable, Slot]]:
    for timetable in desk.schedule.timetables.list_all():
        yield from ((timetable, slot) for slot in desk.schedule.slots.of(timetable.id))
