"""When any process last did everything that the schedule had due."""

from __future__ import annotations

from sqlalchemy import Engine, select

from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.schedule.tables import last_tick


class Ticks:
    """The one row about the last tick, by the database's clock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def mark(self) -> None:
        """Everything that was due has been looked at just now, and nothing went wrong."""
        with writing(self._engine) as connection:
            into = insert_into(connection, last_tick)
            now = {"ticked_at": database_now()}
            connection.execute(into.values(id=1, **now).on_conflict_do_update(index_elements=["id"], set_=now))

    def seconds_since(self) -> float | None:
        """Since the last tick that went well; None where there never was one."""
        with reading(self._engine) as connection:
            row = connection.execute(select(last_tick.c.ticked_at, database_now().label("now"))).first()
        return (row.now - row.ticked_at).total_seconds() if row else None
