"""What the owner is to be told: written in the transaction of the fact, and handed over later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select, update

from newsletter.db.engine import reading, writing
from newsletter.db.upsert import insert_into
from newsletter.notices.notice import Notice
from newsletter.notices.tables import notice


class Notices:
    """What the owner is to be told, and whether it was."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, one: Notice) -> bool:
        """False where this was told before."""
        with writing(self._engine) as connection:
            return write_notice(connection, one)

    def list_all(self, *, waiting: bool) -> Sequence[Notice]:
        wanted = select(notice).order_by(notice.c.id)
        if waiting:
            wanted = wanted.where(notice.c.handed_over_at.is_(None))
        with reading(self._engine) as connection:
            rows = connection.execute(wanted)
            return [Notice(**{**row._mapping, "tell": tuple(row.tell)}) for row in rows]

    def mark_tried(self, notice_id: int, now: datetime, *, taken: bool) -> None:
        values = {"tried_at": now, **({"handed_over_at": now} if taken else {})}
        with writing(self._engine) as connection:
            connection.execute(update(notice).where(notice.c.id == notice_id).values(values))


def write_notice(connection: Connection, one: Notice) -> bool:
    """Write a notice in the caller's transaction. False where it was told before."""
    words = {name: getattr(one, name) for name in ("about", "kind", "subject", "body", "shows", "made_at")}
    into = insert_into(connection, notice).values(**words, tell=list(one.tell))
    return connection.execute(into.on_conflict_do_nothing()).rowcount == 1
