"""Notes of which somebody is still to be told: gathered while people write, and taken together as one mail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, func, or_, select

from newsletter.db.engine import reading, writing
from newsletter.db.upsert import insert_into
from newsletter.notices.notice import Notice
from newsletter.notices.notices_sql import write_notice
from newsletter.review.tables import note_to_tell

# A sitting is over ten minutes after its last note, and is told after an hour even if it goes on.
QUIET, LONGEST = timedelta(minutes=10), timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class UntoldNote:
    """An entry about `file` of which `email` is to be told; `issue` is the one that it was written in."""

    email: str
    entry: str
    file: str
    issue: int
    at: datetime


class UntoldNotes:
    """The notes that wait for their mail."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, one: UntoldNote) -> None:
        values = {name: getattr(one, name) for name in ("email", "entry", "file", "issue", "at")}
        with writing(self._engine) as connection:
            connection.execute(insert_into(connection, note_to_tell).values(values).on_conflict_do_nothing())

    def people_due(self, now: datetime) -> Sequence[str]:
        """The addresses whose sitting is over."""
        last, first = func.max(note_to_tell.c.at), func.min(note_to_tell.c.at)
        due = (
            select(note_to_tell.c.email)
            .group_by(note_to_tell.c.email)
            .having(or_(last <= now - QUIET, first <= now - LONGEST))
            .order_by(note_to_tell.c.email)
        )
        with reading(self._engine) as connection:
            return connection.scalars(due).all()

    def tell(self, email: str, letter: Callable[[Sequence[UntoldNote]], Notice | None]) -> bool:
        """Make one mail of all that waits for this address, in the transaction that takes it away. False where nothing was."""
        mine = delete(note_to_tell).where(note_to_tell.c.email == email)
        with writing(self._engine) as connection:
            rows = connection.execute(mine.returning(*note_to_tell.c)).all()
            columns = ("email", "entry", "file", "issue", "at")
            waiting = [UntoldNote(**{name: row._mapping[name] for name in columns}) for row in rows]
            notice = letter(sorted(waiting, key=lambda one: (one.at, one.entry))) if waiting else None
            return notice is not None and write_notice(connection, notice)
