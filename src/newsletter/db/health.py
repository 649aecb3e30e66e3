"""The health of the database: whether it answers, is whole, and what time it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, MetaData, select, text

from newsletter.db.engine import is_sqlite, reading
from newsletter.db.types import database_now
from newsletter.db.upgrade import complaints, in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`now` is the database's clock. `problem` is what SQLite's own check of its file found, empty for nothing.

    `tables` says how the tables differ from those that this program needs, empty where they don't.
    """

    kind: str
    now: datetime
    problem: str = ""
    tables: str = ""


def look_at(engine: Engine, wanted: MetaData) -> Health:
    """Ask the database. Raises what the driver raises where it does not answer."""
    with reading(engine) as connection:
        now = connection.scalar(select(database_now()))
        problem = ""
        if is_sqlite(connection):
            found = str(connection.scalar(text("PRAGMA quick_check(1)")))
            problem = "" if found == "ok" else found
    assert isinstance(now, datetime)
    return Health(kind=engine.dialect.name, now=now, problem=problem, tables=in_words(complaints(engine, wanted)))
