"""The slots in the database: each change by compare-and-set, together with what the owner is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, delete, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from newsletter.db.engine import reading, writing
from newsletter.db.types import AnyRow
from newsletter.db.upsert import insert_into
from newsletter.ledger.tables import mailing
from newsletter.notices.notice import Notice
from newsletter.notices.notices_sql import write_notice
from newsletter.readers.tables import mailing_list
from newsletter.schedule.tables import slot
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import Missing
from newsletter.words.slot import OPEN, Slot, SlotStatus, Why, may_move
from newsletter.words.times.cadence import Occurrence

_WALL = "%Y-%m-%dT%H:%M"
# The fields of a slot that are columns of the same name, and of the same type.
_AS_THEY_ARE = {field.name for field in fields(Slot)} - {"timetable_id", "asked", "status", "why"}


class Slots:
    """The times of a cadence. A slot that has begun belongs to the account that it began in; the others are everybody's."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    @property
    def _ours(self) -> ColumnElement[bool]:
        begun = slot.c.status.in_((SlotStatus.GOING, SlotStatus.GONE))
        return or_(~begun, slot.c.is_practice == self._practice)

    def of(self, timetable_id: int, *, since: datetime | None = None) -> Sequence[Slot]:
        """The slots of a timetable by time."""
        wanted = select(slot).where(slot.c.cadence_id == timetable_id, self._ours).order_by(slot.c.at, slot.c.id)
        if since is not None:
            wanted = wanted.where(slot.c.at >= since)
        return self._read(wanted)

    def find_open(self, timetable_id: int, *, until: datetime) -> Sequence[Slot]:
        """Slots that have not begun, and those under way, up to a time; earliest first."""
        return self._read(
            select(slot)
            .where(
                slot.c.cadence_id == timetable_id,
                slot.c.status.in_((*OPEN, SlotStatus.GOING)),
                slot.c.at <= until,
                self._ours,
            )
            .order_by(slot.c.at, slot.c.id)
        )

    def get(self, slot_id: int) -> Slot:
        found = self._read(select(slot).where(slot.c.id == slot_id))
        if not found:
            raise Missing(f"There is no slot {slot_id}.", fix="See what there is: newsletter schedule show")
        return found[0]

    def add(self, timetable_id: int, found: Sequence[Occurrence]) -> int:
        """Write down those that are not there yet; the others stay as they are."""
        rows = [
            {
                "cadence_id": timetable_id,
                "local_time": one.asked.strftime(_WALL),
                "at": one.at,
                "status": SlotStatus.WAITING,
            }
            for one in found
        ]
        if not rows:
            return 0
        with writing(self._engine) as connection:
            into = insert_into(connection, slot)
            return connection.execute(into.values(rows).on_conflict_do_nothing()).rowcount

    def realign(self, one: Slot, at: datetime) -> None:
        """Move a slot whose wall time means another instant now: the zone or its rules changed."""
        with writing(self._engine) as connection:
            connection.execute(update(slot).where(slot.c.id == one.id, slot.c.status.in_(OPEN)).values(at=at))

    def drop(self, one: Slot) -> None:
        """Forget a slot that has not begun: the cadence does not have it any more."""
        with writing(self._engine) as connection:
            connection.execute(delete(slot).where(slot.c.id == one.id, slot.c.status.in_(OPEN)))

    def move(self, one: Slot, to: SlotStatus, *, notice: Notice | None = None, **values: object) -> bool:
        """`note`, and change the status. Raises ValueError for a move that `SLOT_MOVES` does not have."""
        if not may_move(one.status, to):
            raise ValueError(f"no slot goes from {one.status} to {to}")
        return self._write(one, notice, {**values, "status": to})

    def note(self, one: Slot, *, notice: Notice | None = None, **values: object) -> bool:
        """Change columns of a slot, but not its status, and write the notice about it in the same transaction.

        False, and nothing is written, where the slot's status is no longer that of `one`: another process was faster.
        """
        return self._write(one, notice, values)

    def _write(self, one: Slot, notice: Notice | None, values: Mapping[str, object]) -> bool:
        try:
            with writing(self._engine) as connection:
                changed = connection.execute(
                    update(slot)
                    .where(slot.c.id == one.id, slot.c.status == one.status)
                    .values(**values, is_practice=self._practice)
                ).rowcount
                if changed and notice:
                    write_notice(connection, notice)
        except IntegrityError:
            return False  # another slot holds this issue: the caller has to choose again
        return changed == 1

    def last_went_at(self, list_name: str, *, but: Slot, now: datetime) -> datetime | None:
        """When an issue last began, or ended, to go to this list, by a slot or by hand."""
        went = (MailingStatus.SENDING, MailingStatus.PAUSED, MailingStatus.FINISHED)
        of_slots = select(slot.c.mailing_id).where(slot.c.mailing_id.is_not(None))
        by_hand = (
            select(func.max(mailing.c.start_at))
            .join(mailing_list, mailing_list.c.id == mailing.c.list_id)
            .where(
                mailing_list.c.name == list_name,
                mailing.c.status.in_(went),
                mailing.c.start_at <= now,
                mailing.c.is_practice == self._practice,
                mailing.c.id.not_in(of_slots),
            )
        )
        # A slot that was held up for days and has just ended is as close as one that has just begun.
        gone = select(slot.c.began_at, slot.c.ended_at).where(
            slot.c.cadence_id == but.timetable_id, slot.c.id != but.id, slot.c.began_at.is_not(None), self._ours
        )
        with reading(self._engine) as connection:
            times = [connection.scalar(by_hand)]
            times += [time for row in connection.execute(gone) for time in row if time is not None and time <= now]
        return max((time for time in times if time is not None), default=None)

    def _read(self, wanted: Any) -> list[Slot]:
        with reading(self._engine) as connection:
            return [_slot(row) for row in connection.execute(wanted)]


def has_slot(mailing_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a slot sends this mailing: its result is reported even where nobody is planned for it."""
    return exists().where(slot.c.mailing_id == mailing_id)


def _slot(row: AnyRow) -> Slot:
    return Slot(
        timetable_id=row.cadence_id,
        asked=datetime.strptime(row.local_time, _WALL),  # noqa: DTZ007 - wall time belongs to the cadence's zone
        status=SlotStatus(row.status),
        why=Why(row.why) if row.why else None,
        **{name: row._mapping[name] for name in _AS_THEY_ARE},
    )
