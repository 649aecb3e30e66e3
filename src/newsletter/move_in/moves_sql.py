"""Moves from other systems: begun, found, finished, taken back, and the reminder that comes two weeks later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, or_, select, update

from newsletter.db.doorbell import ring
from newsletter.db.engine import reading, writing
from newsletter.db.types import AnyRow
from newsletter.imports.tables import upload
from newsletter.move_in.record import (
    PUT_OFF_BY,
    REMINDED_AFTER,
    MoveFound,
    MoveRecord,
    MoveWish,
    asked_as_json,
    found_as_text,
    read_asked,
    read_found,
)
from newsletter.move_in.tables import move
from newsletter.notices.notice import Notice
from newsletter.notices.notices_sql import write_notice
from newsletter.ports.work import Task
from newsletter.words.mistake import Missing, NotNow


class Moves:
    """Newsletters that move in from another system, or did."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, system: str, wish: MoveWish, *, now: datetime) -> int:
        """A move without an upload, from files that lie on this machine. Returns its number."""
        with writing(self._engine) as connection:
            return note_move(connection, system=system, wish=wish, now=now)

    def get(self, number: int) -> MoveRecord:
        """Raises Missing."""
        with reading(self._engine) as connection:
            row = connection.execute(select(move).where(move.c.id == number)).first()
        if row is None:
            raise Missing("There is no such move.", fix="Load the page again.")
        return _record(row)

    def find_of(self, number: int) -> MoveRecord | None:
        """The move whose files are in this upload."""
        with reading(self._engine) as connection:
            row = connection.execute(select(move).where(move.c.upload == number)).first()
        return _record(row) if row else None

    def list_done(self, *, most: int) -> Sequence[MoveRecord]:
        """Those that moved in, the newest first."""
        wanted = select(move).where(move.c.moved_at.is_not(None)).order_by(move.c.id.desc()).limit(most)
        with reading(self._engine) as connection:
            return [_record(row) for row in connection.execute(wanted)]

    def list_uploads(self) -> Mapping[int, str]:
        """The systems by the numbers of the uploads that hold a whole newsletter."""
        wanted = select(move.c.upload, move.c.system).where(move.c.upload.is_not(None))
        with reading(self._engine) as connection:
            return {row.upload: row.system for row in connection.execute(wanted)}

    def ask_otherwise(self, number: int, wish: MoveWish) -> None:
        """Other options for a move that was only looked at."""
        self._change(number, {"asked": asked_as_json(wish), "found": ""})

    def note_found(self, number: int, found: MoveFound) -> None:
        self._change(number, {"found": found_as_text(found)})

    def note_issues(self, number: int, digests: Mapping[str, str]) -> None:
        """What stands in the folder because of it, as far as it is."""
        self._change(number, {"issues": dict(digests)})

    def finish(self, number: int, found: MoveFound, *, run: int | None, now: datetime) -> None:
        """All is here. Where readers came, the owner is reminded of those who leave the old system from now on.

        An earlier move from the same system reminds of nothing any more: this one has just looked there, or is late.
        """
        values: dict[str, Any] = {"found": found_as_text(found), "run_id": run, "moved_at": now}
        with writing(self._engine) as connection:
            row = connection.execute(select(move).where(move.c.id == number)).one()
            if run is not None:
                earlier = update(move).where(move.c.system == row.system, move.c.id < number)
                connection.execute(earlier.values(remind_at=None))
                values["remind_at"] = None if read_asked(row.asked).is_late else now + REMINDED_AFTER
            connection.execute(update(move).where(move.c.id == number).values(**values))

    def put_off(self, number: int, *, now: datetime) -> None:
        """Be reminded a week from now."""
        self._change(number, {"remind_at": now + PUT_OFF_BY})

    def settle(self, number: int) -> None:
        """Those who left the old system are known here: no reminder any more."""
        self._change(number, {"remind_at": None})

    def list_due(self, now: datetime) -> Sequence[MoveRecord]:
        """Those whose old system should be looked at again by now."""
        wanted = select(move).where(move.c.remind_at <= now, move.c.undo_at.is_(None)).order_by(move.c.id)
        with reading(self._engine) as connection:
            return [_record(row) for row in connection.execute(wanted)]

    def remind(self, letter: Callable[[MoveRecord], Notice], *, now: datetime) -> int:
        """Write the owner's mail for each that is due and was not mailed yet. Returns how many."""
        untold = or_(move.c.told_at.is_(None), move.c.told_at < move.c.remind_at)
        with reading(self._engine) as connection:
            due = select(move.c.id).where(move.c.remind_at <= now, move.c.undo_at.is_(None), untold)
            numbers = connection.scalars(due).all()
        for number in numbers:
            with writing(self._engine) as connection:
                row = connection.execute(select(move).where(move.c.id == number, untold).with_for_update()).first()
                if row is not None:
                    write_notice(connection, letter(_record(row)))
                    connection.execute(update(move).where(move.c.id == number).values(told_at=row.remind_at))
        return len(numbers)

    def ask_undo(self, number: int, *, now: datetime) -> None:
        """Have it taken back by whichever process has time. Raises Missing, or NotNow where that was done before."""
        if self.get(number).undone_at is not None:
            raise NotNow("That move was taken back already.")
        with writing(self._engine) as connection:
            connection.execute(update(move).where(move.c.id == number).values(undo_at=now))
            ring(connection, Task.IMPORT)

    def list_to_undo(self) -> Sequence[MoveRecord]:
        wanted = select(move).where(move.c.undo_at.is_not(None), move.c.undone_at.is_(None)).order_by(move.c.id)
        with reading(self._engine) as connection:
            return [_record(row) for row in connection.execute(wanted)]

    def mark_undone(self, number: int, *, now: datetime) -> None:
        self._change(number, {"undone_at": now, "remind_at": None})

    def sweep(self) -> None:
        """Forget moves that were never carried out, once their files are gone."""
        is_gone = move.c.upload.not_in(select(upload.c.id))
        with writing(self._engine) as connection:
            rows = connection.execute(select(move.c.id, move.c.issues).where(move.c.moved_at.is_(None), is_gone))
            needless = [row.id for row in rows if not row.issues]
            connection.execute(delete(move).where(move.c.id.in_(needless)))

    def _change(self, number: int, values: Mapping[str, Any]) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(move).where(move.c.id == number).values(**values))


def note_move(connection: Connection, number: int | None = None, *, system: str, wish: MoveWish, now: datetime) -> int:
    """Write a move in the caller's transaction, such as the one in which its files begin to arrive as upload `number`."""
    values = {"system": system, "upload": number, "asked": asked_as_json(wish), "issues": {}, "begun_at": now}
    return int(connection.execute(insert(move).values(**values).returning(move.c.id)).scalar_one())


def _record(row: AnyRow) -> MoveRecord:
    return MoveRecord(
        id=row.id,
        system=row.system,
        upload=row.upload,
        wish=read_asked(row.asked),
        found=read_found(row.found),
        issues=row.issues,
        run=row.run_id,
        begun_at=row.begun_at,
        moved_at=row.moved_at,
        remind_at=row.remind_at,
        undone_at=row.undone_at,
        is_being_undone=row.undo_at is not None and row.undone_at is None,
    )
