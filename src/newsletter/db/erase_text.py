"""Removes addresses from texts that are about something else: what providers said, questions, notices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import Column, ColumnElement, Connection, Table, func, or_, select, true, update

ERASED = "(erased)"


def erase_in(connection: Connection, column: Column[Any], which: ColumnElement[bool], names: Sequence[str]) -> None:
    """Write `ERASED` for these address keys in a column, in any case and as they stand in links. All else stays as it was said."""
    spellings = sorted({spelling for name in names for spelling in (name, quote(name, safe=""), quote(name))})
    table = column.table
    assert isinstance(table, Table)
    key = tuple(table.primary_key)
    found = or_(*(func.lower(column).contains(spelling.lower(), autoescape=True) for spelling in spellings))
    pattern = re.compile("|".join(re.escape(spelling) for spelling in spellings), re.IGNORECASE)
    for row in connection.execute(select(*key, column).where(which, found)).all():
        mine = [part == value for part, value in zip(key, row[:-1], strict=True)]
        connection.execute(update(table).where(*mine).values({column: pattern.sub(ERASED, row[-1])}))


def erase_everywhere(connection: Connection, columns: Sequence[Column[Any]], names: Sequence[str]) -> None:
    """The same in every row of columns with few rows, where no row says whom it is about."""
    for column in columns:
        erase_in(connection, column, true(), names)
