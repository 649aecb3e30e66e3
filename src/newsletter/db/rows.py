"""Passes many rows to a statement as one parameter, and gets rows out of one by column names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    type_coerce,
)

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


def named_rows(connection: Connection, query: Select[Any]) -> list[Mapping[str, object]]:
    """The rows of a query by the names of its columns, as plain text that can be a key of JSON."""
    return [{str(name): value for name, value in row.items()} for row in connection.execute(query).mappings()]
