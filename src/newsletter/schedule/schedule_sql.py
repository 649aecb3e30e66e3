"""The schedule's memory as one part."""

from __future__ import annotations

from sqlalchemy import Engine

from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.notices.notices_sql import Notices
from newsletter.schedule.approvals_sql import Approvals, OneOffs
from newsletter.schedule.counts_sql import SendingTallies
from newsletter.schedule.slots_sql import Plans, Slots
from newsletter.schedule.tables import last_tick


class Schedule(Plans, Slots, Approvals, OneOffs, Notices, SendingTallies):
    """All that the schedule remembers, in one database and for one account of its ledger."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def mark_tick(self) -> None:
        """Everything that was due has been looked at just now, and nothing went wrong."""
        with writing(self._engine) as connection:
            into = insert_into(connection, last_tick)
            now = {"ticked_at": database_now()}
            connection.execute(into.values(id=1, **now).on_conflict_do_update(index_elements=["id"], set_=now))
