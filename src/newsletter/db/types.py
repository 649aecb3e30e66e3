"""Column types, constraints and clock expressions that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    Integer,
    MetaData,
    Row,
    String,
    Text,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import functions
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine

# SQLite gives ids only to columns of type INTEGER; on PostgreSQL that type ends at two thousand million.
Id = BigInteger().with_variant(Integer(), "sqlite")


def one_of(column: str, words: Iterable[StrEnum]) -> CheckConstraint:
    """The column holds one of these words."""
    allowed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


def only_where(condition: str) -> dict[str, Any]:
    """For an Index over only the rows for which this holds, on both databases: see `conditions_on_postgresql`."""
    return {"sqlite_where": text(condition), "info": {"where": condition}}


def conditions_on_postgresql(tables: MetaData) -> None:
    """Give the indexes their conditions for PostgreSQL as well, where that is the database.

    Given with the index, they would load that dialect with every command: that takes 25 to 45 ms.
    """
    for index in [index for table in tables.tables.values() for index in table.indexes]:
        if "where" in index.info:
            index.dialect_options["postgresql"]["where"] = text(index.info["where"])


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime: `timestamptz` on PostgreSQL, sortable text on SQLite. Refuses naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the ledger")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class AddressKey(TypeDecorator[str]):
    """An address as it is compared, byte by byte on both databases: equal beginnings lie together in every index."""

    impl = String(320)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(320, collation="C" if dialect.name == "postgresql" else None))


# A row of any shape, for queries whose columns are plain from the code beside them.
AnyRow = Row[*tuple[Any, ...]]


class FieldsJson(TypeDecorator[Any]):
    """JSON as text; `jsonb` on PostgreSQL, whose dialect is loaded only there: that takes 45 ms of every command."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name != "postgresql":
            return dialect.type_descriptor(JSON())
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB())

    def coerce_compared_value(self, op: OperatorType | None, value: Any) -> Any:
        return self.impl_instance.coerce_compared_value(op, value)


class database_now(functions.GenericFunction[datetime]):
    """The database's own clock, plus a number of seconds: machines that share a database share its clock."""

    type = UtcDateTime()
    inherit_cache = True
    name = "database_now"

    def __init__(self, plus_seconds: float = 0.0) -> None:
        super().__init__(float(plus_seconds))


@compiles(database_now, "sqlite")
def _on_sqlite(element: database_now, compiler: SQLCompiler, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    # SQLAlchemy writes microseconds and SQLite tells milliseconds: pad, so that text order is time order.
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', {seconds} || ' seconds') || '000')"


@compiles(database_now, "postgresql")
def _on_postgresql(element: database_now, compiler: SQLCompiler, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    return f"(clock_timestamp() + {seconds} * interval '1 second')"


class only_compared(functions.GenericFunction[Any]):
    """A number that is compared in rows found by other columns: PostgreSQL does not look for rows by this one.

    About a table that it has no statistics of, it expects one row wherever two columns are compared. It may then read all
    rows with this number for each row of a join. Costs nothing on SQLite.
    """

    inherit_cache = True
    name = "only_compared"

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column, type_=column.type)


@compiles(only_compared)
def _as_it_is(element: only_compared, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(only_compared, "postgresql")
def _as_an_expression(element: only_compared, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} + 0)"


class bytewise(functions.GenericFunction[str]):
    """A text that is ordered byte by byte, whatever the database's own order is."""

    type = Text()
    inherit_cache = True
    name = "bytewise"


@compiles(bytewise)
def _bytes_anyway(element: bytewise, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(bytewise, "postgresql")
def _bytes_on_postgresql(element: bytewise, compiler: SQLCompiler, **options: Any) -> str:
    return f'({compiler.process(element.clauses, **options)} COLLATE "C")'
