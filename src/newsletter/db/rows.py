"""Many rows for one statement, as one parameter."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import ColumnElement, Connection, FromClause, Text, bindparam, cast, func, literal_column, type_coerce

from newsletter.db.engine import is_sqlite


def incoming(connection: Connection) -> FromClause:
    """The rows of the parameter `rows`, a JSON list: one parameter however many rows, one plan however many calls."""
    rows = bindparam("rows", type_=Text)
    if is_sqlite(connection):
        return func.json_each(rows).table_valued("value", name="incoming")
    from sqlalchemy.dialects.postgresql import JSONB

    return func.jsonb_array_elements(cast(rows, JSONB)).table_valued("value", name="incoming").render_derived()


def cell(rows: FromClause, number: int) -> ColumnElement[str]:
    """A cell of an incoming row, as text."""
    return type_coerce(rows.c.value.op("->>")(literal_column(str(number))), Text)


def packed(rows: Sequence[Sequence[object]]) -> dict[str, str]:
    return {"rows": orjson.dumps(rows).decode()}
