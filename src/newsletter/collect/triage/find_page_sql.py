"""The find of a page, whatever was decided about it."""

from __future__ import annotations

from sqlalchemy import Engine, select

from newsletter.collect.finds_sql import find_of
from newsletter.collect.tables import find
from newsletter.db.engine import reading
from newsletter.words.find import Find, FindStatus, find_key


def find_page(engine: Engine, url: str) -> Find | None:
    """None for a page that nobody saved, and for an entry of a feed that was never shown."""
    with reading(engine) as connection:
        query = select(find).where(find.c.key == find_key(url), find.c.status != FindStatus.OLD)
        row = connection.execute(query).one_or_none()
        return find_of(row) if row else None
