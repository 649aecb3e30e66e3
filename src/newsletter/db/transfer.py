"""Copies every row of one database into another of either kind: the tables are the same, and so are their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import JSON, Column, Connection, Insert, MetaData, Table, func, insert, inspect, select, text
from sqlalchemy.dialects.postgresql import JSONB

from newsletter.db.engine import is_sqlite
from newsletter.db.metadata import metadata
from newsletter.db.tables import live_database
from newsletter.db.types import AnyRow, FieldsJson, database_now
from newsletter.words.mistake import NotNow

_ROWS_AT_ONCE = 2_000
# These tables are about the place and its processes, not about the newsletter.
_OF_THE_PLACE = {"live_database", "driver", "last_tick", "lease", "upload_slice", "picture_slice"}
# Not copied. Files that wait to be imported would make a backup larger by all that they hold: they are brought again.
# Pictures are made from the folder again.
LEFT_BEHIND = ("driver", "lease", "upload_slice", "picture_slice")
# Stands for the database's place until somebody declares it live: no real place has this name.
NOWHERE = "restored"


def tables() -> Sequence[Table]:
    """All tables to copy, those that others refer to first."""
    return metadata.sorted_tables


def count_rows(connection: Connection) -> dict[str, int]:
    """The rows of each table that has any, without those that say where a database is and what runs there."""
    found = {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in tables()
        if table.name not in _OF_THE_PLACE
    }
    return {name: n for name, n in found.items() if n}


def clear(connection: Connection) -> None:
    if is_sqlite(connection):
        for table in reversed(tables()):
            connection.execute(table.delete())
    else:
        connection.execute(text(f"TRUNCATE {', '.join(_quoted(connection, table) for table in tables())}"))


def copy_rows(source: Connection, target: Connection) -> dict[str, int]:
    """Copy into empty tables, in the callers' transactions. Returns the rows by table, once both sides agree.

    The copy is not live. Raises NotNow where a table did not arrive whole.
    """
    for table in tables():
        if table.name in LEFT_BEHIND:
            continue
        for rows in _slices(source, table):
            target.execute(_into(table), rows)
    _is_nowhere(target)
    before, after = count_rows(source), count_rows(target)
    if before != after:
        raise NotNow("The rows that arrived are not those that were read.", fix="Nothing was changed. Try it again.")
    return after


def _into(table: Table) -> Insert:
    """As `insert(table)`, but what is NULL stays NULL: for JSON SQLAlchemy would write the value null instead."""
    exact = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    columns = (
        Column(one.name, exact if isinstance(one.type, FieldsJson) and one.nullable else one.type)
        for one in table.columns
    )
    return insert(Table(table.name, MetaData(), *columns))


def _slices(source: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    # By primary key: a row that refers to an earlier one of its own table finds it there.
    wanted = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_ROWS_AT_ONCE)
    for rows in source.execute(wanted).partitions():
        yield [_values(row) for row in rows]


def _values(row: AnyRow) -> dict[str, object]:
    return dict(row._mapping)


def _is_nowhere(target: Connection) -> None:
    """Mark the copy as not live, also where the original never sent: its first sender would declare it live."""
    target.execute(live_database.update().values(place=NOWHERE))
    if target.scalar(select(live_database.c.id)) is None:
        target.execute(insert(live_database).values(id=1, name=NOWHERE, place=NOWHERE, since_at=database_now()))


# Numbers that were given out and must not be given again, also where their rows are gone: links hold them.


def read_numbers(connection: Connection) -> dict[str, int]:
    """The last id given out, by table."""
    found = {}
    for table in _numbered():
        last = connection.scalar(select(func.max(table.c.id))) or 0
        if not is_sqlite(connection):
            given = text("SELECT pg_sequence_last_value(CAST(:name AS regclass))")
            last = max(last, connection.scalar(given, {"name": _sequence(connection, table)}) or 0)
        elif _has_sequences(connection):
            kept = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
            last = max(last, connection.scalar(kept, {"name": table.name}) or 0)
        found[table.name] = last
    return found


def write_numbers(connection: Connection, numbers: Mapping[str, int]) -> None:
    for table in _numbered():
        last = max(numbers.get(table.name, 0), connection.scalar(select(func.max(table.c.id))) or 0)
        if not last:
            continue
        if not is_sqlite(connection):
            connection.execute(
                text("SELECT setval(CAST(:name AS regclass), :last)"),
                {"name": _sequence(connection, table), "last": last},
            )
        elif table.dialect_options["sqlite"]["autoincrement"]:
            values = {"name": table.name, "last": last}
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
            connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values)


def _numbered() -> Sequence[Table]:
    """The tables whose ids the database gives out."""
    return [
        table
        for table in tables()
        if [column.name for column in table.primary_key] == ["id"] and table.c.id.autoincrement is not False
    ]


def _sequence(connection: Connection, table: Table) -> str:
    name = connection.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name})
    assert isinstance(name, str)
    return name


def _has_sequences(connection: Connection) -> bool:
    return inspect(connection).has_table("sqlite_sequence")


def _quoted(connection: Connection, table: Table) -> str:
    return connection.dialect.identifier_preparer.format_table(table)
