"""Looks for words in finds, wherever those stand: waiting, on the shortlist or dropped."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, func, select

from newsletter.collect.finds_sql import find_of
from newsletter.collect.tables import find
from newsletter.collect.triage.find_filter_sql import fitting
from newsletter.db.engine import reading
from newsletter.words.find import Find, FindFilter

# Looked through without an index, in some milliseconds.
_NEWEST = 20_000


def search_finds(engine: Engine, words: str, *, limit: int) -> Sequence[Find]:
    """The newest of those that hold every word, in their title, note, quote or what their page says of itself."""
    oldest = select(func.coalesce(func.max(find.c.id), 0) - _NEWEST).scalar_subquery()
    query = select(find).where(find.c.id > oldest, *fitting(words, FindFilter())).order_by(find.c.id.desc())
    with reading(engine) as connection:
        return [find_of(row) for row in connection.execute(query.limit(limit))]
