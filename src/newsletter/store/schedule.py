"""The schedule's memory as one part."""

from __future__ import annotations

from sqlalchemy import Engine

from newsletter.store.approving import SqlApprovals, SqlOneOffs
from newsletter.store.engine import writing
from newsletter.store.noticing import SqlNotices
from newsletter.store.schedule_tables import last_tick
from newsletter.store.scheduled_counts import SqlTallies
from newsletter.store.scheduling import SqlPlans, SqlSlots
from newsletter.store.types import database_now
from newsletter.store.upserting import insert_into


class SqlSchedule(SqlPlans, SqlSlots, SqlApprovals, SqlOneOffs, SqlNotices, SqlTallies):
    """Implements the ports of `ports/slots.py` over one database, for one account of its ledger."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def mark_tick(self) -> None:
        with writing(self._engine) as connection:
            into = insert_into(connection, last_tick)
            now = {"ticked_at": database_now()}
            connection.execute(into.values(id=1, **now).on_conflict_do_update(index_elements=["id"], set_=now))
