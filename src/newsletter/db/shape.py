"""The shape of a database: what its tables really hold, compared with what they should."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Index, MetaData, Table, UniqueConstraint, inspect, text
from sqlalchemy.schema import CheckConstraint, CreateIndex, ForeignKeyConstraint

from newsletter.db.engine import is_sqlite
from newsletter.db.types import conditions_on_postgresql

_COLUMNS = {
    "sqlite": "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'",
    "postgresql": "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
    "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace "
    "AND a.attnum > 0 AND NOT a.attisdropped",
}
_CAST = re.compile(r"::(?:character varying|timestamp with time zone|\w+)(?:\[\])?")
_TOKEN = re.compile(r"'[^']*'|\w+|<>|[<>]")
# How PostgreSQL rewrites a condition, and optional words of a statement.
_SAME = ((" <> all", " not"), (" not in ", " not "), (" = any", ""), (" in ", " "), (" using btree", ""))
_NOISE = frozenset({"array", "collate"})
_SYNONYMS = {"FLOAT": "DOUBLE PRECISION", "DECIMAL": "NUMERIC"}


def columns(connection: Connection) -> dict[str, set[str]]:
    """The columns of every table that exists: one query, quick enough for the start of each command."""
    found: dict[str, set[str]] = {}
    for table, column in connection.execute(text(_COLUMNS[connection.dialect.name])):
        found.setdefault(table, set()).add(column)
    return found


def missing(connection: Connection, wanted: MetaData) -> list[str]:
    """The tables, and columns as `table.column`, that are wanted and not there."""
    there = columns(connection)
    return [
        name
        for table in wanted.sorted_tables
        for name in (
            [f"{table.name}.{column.name}" for column in table.columns if column.name not in there[table.name]]
            if table.name in there
            else [table.name]
        )
    ]


def differences(connection: Connection, wanted: MetaData) -> list[str]:
    """Where the tables differ from those that are wanted, each in a few words. Tables that nobody asked for are not ours."""
    if not is_sqlite(connection):
        conditions_on_postgresql(wanted)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # SQLite can't reflect indexes on expressions: `_indexes` reads their statements
        there = _Found(connection)
    lines = []
    for table in wanted.sorted_tables:
        if table.name not in there.tables:
            lines.append(f"table {table.name} is missing")
            continue
        before, after = there.parts(table.name), dict(_wanted(connection, table))
        for name in sorted(before.keys() | after.keys()):
            if name not in before:
                lines.append(f"{name} is missing")
            elif name not in after:
                lines.append(f"{name} is not known here")
            elif before[name] != after[name]:
                lines.append(f"{name} is {before[name]}, not {after[name]}")
    return lines


class _Found:
    """What an inspection of the whole database says, by table."""

    def __init__(self, connection: Connection) -> None:
        inspector = inspect(connection)
        self._dialect = connection.dialect
        self.tables = set(inspector.get_table_names())
        self._columns = _by_table(inspector.get_multi_columns())
        self._keys = _by_table(inspector.get_multi_pk_constraint())
        self._uniques = _by_table(inspector.get_multi_unique_constraints())
        self._checks = _by_table(inspector.get_multi_check_constraints())
        self._references = _by_table(inspector.get_multi_foreign_keys())
        self._indexes = _indexes(connection)
        self._collations = _collations(connection)
        self._made = _statements(connection)

    def parts(self, table: str) -> dict[str, str]:
        found = {}
        for column in self._columns[table]:
            kind = column["type"].compile(dialect=self._dialect)
            kind = self._collations.get((table, column["name"]), kind)
            found[f"column {table}.{column['name']}"] = _column(kind, column["nullable"], column["default"])
        found[f"key of {table}"] = ", ".join(self._keys[table]["constrained_columns"])
        for one in self._uniques[table]:
            found[f"unique {table} {one['name']}"] = ", ".join(one["column_names"])
        for one in self._checks[table]:
            found[f"check {table} {one['name']}"] = _plain(one["sqltext"])
        for one in self._references[table]:
            found[f"reference {table} {one['name']}"] = _reference(one["constrained_columns"], one["referred_table"])
        uniques = {one["name"] for one in self._uniques[table]}
        for name, statement in self._indexes.get(table, {}).items():
            if name not in uniques:
                found[f"index {name}"] = _plain(statement)
        found.update(_manners(table, self._made.get(table, "")))
        return found


def _wanted(connection: Connection, table: Table) -> Iterator[tuple[str, str]]:
    dialect = connection.dialect
    for column in table.columns:
        default = getattr(column.server_default, "arg", None)
        kind = column.type.compile(dialect=dialect)
        yield f"column {table.name}.{column.name}", _column(kind, bool(column.nullable), default)
    yield f"key of {table.name}", ", ".join(column.name for column in table.primary_key)
    for one in table.constraints:
        match one:
            case UniqueConstraint():
                yield f"unique {table.name} {_named(one, dialect)}", ", ".join(column.name for column in one.columns)
            case CheckConstraint():
                yield f"check {table.name} {_named(one, dialect)}", _plain(str(one.sqltext))
            case ForeignKeyConstraint():
                told = _reference(list(one.column_keys), one.referred_table.name)
                yield f"reference {table.name} {_named(one, dialect)}", told
            case _:
                pass
    for index in table.indexes:
        yield f"index {index.name}", _plain(_statement(index, dialect))
    if is_sqlite(connection):
        options = table.dialect_options["sqlite"]
        words = (
            f"{'' if options['with_rowid'] else 'WITHOUT ROWID '}{'AUTOINCREMENT' if options['autoincrement'] else ''}"
        )
        yield from _manners(table.name, words).items()


def _by_table(found: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: what for (_, name), what in found.items()}


def _named(constraint: Any, dialect: Any) -> str:
    return str(dialect.identifier_preparer.format_constraint(constraint))


def _column(kind: str, nullable: bool, default: Any) -> str:
    word = _CAST.sub("", str(default if default is not None else "")).strip("'()").lower()
    gives = f", {word!r} by default" if default is not None and not word.startswith("nextval") else ""
    return f"{_SYNONYMS.get(kind, kind)}{' or nothing' if nullable else ''}{gives}"


def _reference(names: list[str], to: str) -> str:
    return f"{', '.join(names)} to {to}"


def _statement(index: Index, dialect: Any) -> str:
    return str(CreateIndex(index).compile(dialect=dialect))


def _plain(sql: str) -> str:
    """A condition or a statement as both sides would write it: its words, without brackets, casts and quotes of names."""
    words = _CAST.sub("", re.sub(r"\s+", " ", f" {sql} ").lower().replace('"', ""))
    words = re.sub(r" on \w+\.", " on ", words)
    for spelled, same in _SAME:
        words = words.replace(spelled, same)
    return " ".join(word for word in _TOKEN.findall(words) if word not in _NOISE)


def _indexes(connection: Connection) -> dict[str, dict[str, str]]:
    """The indexes that have a statement of their own, by table and name."""
    asked = (
        "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if is_sqlite(connection)
        else "SELECT tablename, indexname, indexdef FROM pg_indexes JOIN pg_index ON "
        "indexrelid = (quote_ident(schemaname) || '.' || quote_ident(indexname))::regclass "
        "WHERE schemaname = current_schema() AND NOT indisprimary"
    )
    found: dict[str, dict[str, str]] = {}
    for table, name, statement in connection.execute(text(asked)):
        found.setdefault(table, {})[name] = statement
    return found


def _collations(connection: Connection) -> dict[tuple[str, str], str]:
    """The types of columns with a collation of their own."""
    if is_sqlite(connection):
        return {}
    asked = (
        "SELECT c.relname, a.attname, 'VARCHAR(' || a.atttypmod - 4 || ') COLLATE \"' || l.collname || '\"' "
        "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_collation l ON l.oid = a.attcollation "
        "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND l.collname <> 'default' "
        "AND a.attnum > 0 AND a.atttypid = 'varchar'::regtype"
    )
    return {(table, column): kind for table, column, kind in connection.execute(text(asked))}


def _statements(connection: Connection) -> dict[str, str]:
    if not is_sqlite(connection):
        return {}
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    return {row.name: row.sql for row in rows}


def _manners(table: str, statement: str) -> dict[str, str]:
    """What only SQLite has: rowids beside the key, and whether a number may be reused."""
    found = {}
    if "WITHOUT ROWID" in statement:
        found[f"rows of {table}"] = "without numbers of their own"
    if "AUTOINCREMENT" in statement:
        found[f"numbers of {table}"] = "given once"
    return found
