"""What pages of finds said when they were read, as the database keeps it until the finds are decided about."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import cast

from sqlalchemy import Engine, delete, select

from newsletter.apart.wire import BadAnswer, read_as
from newsletter.collect.pages.details import PageDetails
from newsletter.collect.tables import find, find_page
from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.words.find import FindStatus

_DAY_SECONDS = 86_400
# So long a press can be taken back without the page being asked again.
_KEPT_DAYS = 14


class ReadPages:
    """The pages that were read in the background."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, find_id: int, details: PageDetails) -> None:
        words = json.dumps(asdict(details), default=date.isoformat)
        with writing(self._engine) as connection:
            into = insert_into(connection, find_page).values(find_id=find_id, details=words)
            connection.execute(into.on_conflict_do_update(index_elements=["find_id"], set_={"details": words}))

    def find(self, find_id: int) -> PageDetails | None:
        """None for a page that was not read, or that an earlier program wrote down otherwise."""
        with reading(self._engine) as connection:
            words = connection.scalar(select(find_page.c.details).where(find_page.c.find_id == find_id))
        try:
            return None if words is None else cast("PageDetails", read_as(PageDetails, json.loads(words)))
        except (BadAnswer, ValueError, TypeError):
            return None

    def clear(self) -> None:
        """Let go of the pages of finds that were decided about some time ago."""
        decided = select(find.c.id).where(
            find.c.status != FindStatus.WAITING, find.c.decided_at < database_now(-_KEPT_DAYS * _DAY_SECONDS)
        )
        with writing(self._engine) as connection:
            connection.execute(delete(find_page).where(find_page.c.find_id.in_(decided)))
