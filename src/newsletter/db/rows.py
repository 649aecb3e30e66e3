"""Passes many rows to a statement as one parameter, and gets rows out of one by column names."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    type_coerce,
)

from newsletter.db.engine import is_sqlite
from newsletter.db.types import UtcDateTime

_S = TypeVar("_S")


def built_once(build: Callable[[Connection], _S]) -> Callable[[Connection], _S]:
    """For a function that makes a statement and asks nothing of its connection but the kind of its database.

    SQLAlchemy takes longer to build a statement, and to see that it knows it already, than to have it carried out.
    """
    built: dict[str, _S] = {}

    @functools.wraps(build)
    def get(connection: Connection) -> _S:
        kind = connection.dialect.name
        if kind not in built:
            built[kind] = build(connection)
        return built[kind]

    return get


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


def is_named(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """The column is the first cell of one of the incoming rows.

    An array on PostgreSQL: without statistics, as in a new database, it would read the whole table to join it with rows.
    """
    first = cell(incoming(connection), 0)
    wanted = cast(first, BigInteger) if column.type.python_type is int else first
    if is_sqlite(connection):
        return column.in_(select(wanted))
    return column == any_(func.array(select(wanted).scalar_subquery(), type_=ARRAY(column.type)))


def instant(connection: Connection, rows: FromClause, number: int) -> ColumnElement[datetime]:
    """A cell that `packed_instant` made."""
    told = cell(rows, number)
    if is_sqlite(connection):
        return type_coerce(told, UtcDateTime())
    return cast(told + literal_column("'+00'"), UtcDateTime())


def packed_instant(at: datetime) -> str:
    """As SQLite keeps it: text whose order is that of time."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def packed(rows: Sequence[Sequence[object]]) -> dict[str, str]:
    return {"rows": orjson.dumps(rows).decode()}


def packed_names(names: Iterable[object]) -> dict[str, str]:
    """Rows of one cell, for `is_named`."""
    return packed([[name] for name in names])


def named_rows(connection: Connection, query: Select[Any]) -> list[Mapping[str, object]]:
    """The rows of a query by the names of its columns, as plain text that can be a key of JSON."""
    return [{str(name): value for name, value in row.items()} for row in connection.execute(query).mappings()]
