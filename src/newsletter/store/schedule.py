"""The schedule's memory as one part, and the locks that keep two tickers apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

from newsletter.store.approving import SqlApprovals, SqlOneOffs
from newsletter.store.engine import writing
from newsletter.store.noticing import SqlNotices
from newsletter.store.schedule_tables import last_tick
from newsletter.store.scheduled_counts import SqlTallies
from newsletter.store.scheduling import SqlPlans, SqlSlots
from newsletter.store.types import database_now
from newsletter.store.upserting import insert_into

_TICK_LOCK = 7234002


class SqlSchedule(SqlPlans, SqlSlots, SqlApprovals, SqlOneOffs, SqlNotices, SqlTallies):
    """Implements the ports of `ports/slots.py` over one database, for one account of its ledger."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def mark_tick(self) -> None:
        with writing(self._engine) as connection:
            into = insert_into(connection, last_tick)
            now = {"ticked_at": database_now()}
            connection.execute(into.values(id=1, **now).on_conflict_do_update(index_elements=["id"], set_=now))


class AdvisoryLock:
    """PostgreSQL: one node ticks; a lock of its session ends with the node that holds it."""

    def __init__(self, engine: Engine, number: int = _TICK_LOCK) -> None:
        self._engine, self._number = engine, number

    @contextmanager
    def try_hold(self) -> Iterator[bool]:
        with self._engine.connect() as connection:
            number = {"number": self._number}
            held = bool(connection.execute(text("SELECT pg_try_advisory_lock(:number)"), number).scalar())
            connection.commit()
            try:
                yield held
            finally:
                if held:
                    connection.execute(text("SELECT pg_advisory_unlock(:number)"), number)
                    connection.commit()
