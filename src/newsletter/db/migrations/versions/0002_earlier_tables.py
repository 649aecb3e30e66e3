"""Bring the tables of earlier programs, which all called themselves 0001, to what 0001 makes today.

0001 was edited in place until it was frozen, so the number does not tell what a database holds: its tables do. Where
they differ, all are made anew beside the old ones, every row is carried over, and the old ones go. What has no place
in today's tables, or can't be filled, stops it before anything is changed.
"""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

from newsletter.db.shape import columns, differences
from newsletter.words.mistake import NotNow

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What earlier programs kept and nothing asks for any more: whether the owner was told of a breaker is a notice's now.
_GIVEN_UP = frozenset({"breaker.told"})
_OLD = "before_0002_"
# For a column that was not there: how today's programs would have filled it.
_FILLED = {
    # Who divided a batch left its readers in the count of the whole; since there is a tally, each counts its own.
    "parcel.n_accepted": """
        UPDATE parcel SET
        n_readers = (SELECT count(*) FROM delivery d WHERE d.parcel_id = parcel.id),
        n_accepted = (SELECT count(*) FROM delivery d WHERE d.parcel_id = parcel.id AND d.handover = 'accepted'),
        n_uncertain = (SELECT count(*) FROM delivery d WHERE d.parcel_id = parcel.id AND d.handover = 'uncertain'),
        n_left = (SELECT count(*) FROM delivery d WHERE d.parcel_id = parcel.id AND d.handover = 'left'),
        n_not_held = (SELECT count(*) FROM delivery d WHERE d.parcel_id = parcel.id
                      AND d.handover IN ('refused', 'skipped'))""",
    # The last try that carried a reader and was taken; of a try with several answers only the last is known.
    "delivery.accepted_by": """
        UPDATE delivery SET accepted_by = coalesce(
            (SELECT max(c.attempt_id) FROM carried c JOIN attempt a ON a.id = c.attempt_id
             WHERE c.delivery_id = delivery.id AND a.outcome = 'accepted'),
            (SELECT max(c.attempt_id) FROM carried c WHERE c.delivery_id = delivery.id))
        WHERE handover = 'accepted'""",
    # What only ever went into the outbox was practice, and keeps nobody from the issue itself.
    "mailing.is_practice": """
        UPDATE mailing SET is_practice = true WHERE id IN (
            SELECT p.mailing_id FROM parcel p JOIN attempt a ON a.parcel_id = p.id
            GROUP BY p.mailing_id HAVING min(a.provider) = 'outbox' AND max(a.provider) = 'outbox')""",
    "delivery.is_practice": """
        UPDATE delivery SET is_practice = true WHERE parcel_id IN (
            SELECT p.id FROM parcel p JOIN mailing m ON m.id = p.mailing_id WHERE m.is_practice)""",
    "slot.is_practice": """
        UPDATE slot SET is_practice = true WHERE mailing_id IN (SELECT id FROM mailing WHERE is_practice)""",
    # An import was one transaction: all that is there was finished.
    "import_run.finished_at": "UPDATE import_run SET finished_at = started_at",
    "import_suppression.since_before": """
        UPDATE import_suppression SET since_before = (SELECT r.started_at FROM import_run r WHERE r.id = run_id)
        WHERE reason_before IS NOT NULL""",
}


def upgrade() -> None:
    connection = op.get_bind()
    today = _made_by_0001()
    if not differences(connection, today):
        return
    old = {name: kept for name, kept in columns(connection).items() if name in today.tables}
    _stop_where_something_would_be_lost(connection, today, old)
    numbers = _set_aside(connection, old)
    today.create_all(connection)
    for table in today.sorted_tables:
        if table.name in old:
            names = ", ".join(column.name for column in table.columns if column.name in old[table.name])
            connection.execute(sa.text(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {_OLD}{table.name}"))
    _fill(connection, old)
    _count_on(connection, today, numbers)
    # Those that refer to others go first.
    for table in reversed(today.sorted_tables):
        if table.name in old:
            connection.execute(sa.text(f"DROP TABLE {_OLD}{table.name}"))


class _Recorder:
    """Stands where 0001 expects Alembic's `op`, and keeps what it is told to make."""

    f = staticmethod(sa.schema.conv)

    def __init__(self) -> None:
        self.metadata = sa.MetaData()

    def create_table(self, name: str, *parts: Any, **options: Any) -> None:
        sa.Table(name, self.metadata, *parts, **options)

    def create_index(self, name: str, table: str, parts: list[Any], **options: Any) -> None:
        on = self.metadata.tables[table]
        sa.Index(name, *(on.c[one] if isinstance(one, str) else one for one in parts), _table=on, **options)


def _made_by_0001() -> sa.MetaData:
    spec = spec_from_file_location("first_tables", Path(__file__).with_name("0001_first_tables.py"))
    assert spec is not None and spec.loader is not None
    first, recorder = module_from_spec(spec), _Recorder()
    spec.loader.exec_module(first)
    vars(first)["op"] = recorder
    first.upgrade()
    return recorder.metadata


def _stop_where_something_would_be_lost(
    connection: sa.Connection, today: sa.MetaData, old: dict[str, set[str]]
) -> None:
    lost = [
        f"{name}.{column}"
        for name, kept in old.items()
        for column in sorted(kept - {one.name for one in today.tables[name].columns})
        if f"{name}.{column}" not in _GIVEN_UP
    ]
    empty = [
        f"{table.name}.{column.name}"
        for table in today.sorted_tables
        if table.name in old and connection.scalar(sa.text(f"SELECT 1 FROM {table.name} LIMIT 1"))
        for column in table.columns
        if column.name not in old[table.name] and not column.nullable and column.server_default is None
    ]
    if lost or empty or not {"subscriber", "delivery"} <= old.keys():
        said = ", ".join(lost + empty) or "readers or deliveries are missing"
        raise NotNow(
            f"The database was made by a program on its way from one version to the next: {said}. No later version "
            "knows how its rows are to be read. Nothing was changed.",
            fix="Write its readers into files with `newsletter db export FOLDER`, and import them into a new newsletter.",
        )


def _set_aside(connection: sa.Connection, old: dict[str, set[str]]) -> dict[str, int]:
    """Give the old tables other names. Returns the last number that each gave out, where that is known."""
    if connection.dialect.name == "sqlite":
        made = sa.text("SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        for index, table in connection.execute(made).all():
            if table in old:
                connection.execute(sa.text(f"DROP INDEX {index}"))
        for table in old:
            connection.execute(sa.text(f"ALTER TABLE {table} RENAME TO {_OLD}{table}"))
        if not sa.inspect(connection).has_table("sqlite_sequence"):
            return {}
        rows = connection.execute(sa.text("SELECT name, seq FROM sqlite_sequence"))
        return {name.removeprefix(_OLD): last for name, last in rows}
    numbers = {}
    for table in old:
        # An index and a sequence have names of their own beside the tables', and would be in the way of the new ones.
        made = sa.text("SELECT indexname FROM pg_indexes WHERE tablename = :of AND schemaname = current_schema()")
        for index in connection.scalars(made, {"of": table}).all():
            connection.execute(sa.text(f"ALTER INDEX {index} RENAME TO {_OLD}{index}"))
        # Since PostgreSQL 18 NOT NULL has a name, and a new table's would be numbered beside it.
        named = sa.text("SELECT conname FROM pg_constraint WHERE conrelid = CAST(:of AS regclass) AND contype = 'n'")
        for n, constraint in enumerate(connection.scalars(named, {"of": table}).all()):
            connection.execute(sa.text(f"ALTER TABLE {table} RENAME CONSTRAINT {constraint} TO {_OLD}{n}"))
        given = sa.text("SELECT pg_get_serial_sequence(:of, 'id')")
        if "id" in old[table] and (sequence := connection.scalar(given, {"of": table})):
            last = sa.text("SELECT pg_sequence_last_value(CAST(:of AS regclass))")
            numbers[table] = connection.scalar(last, {"of": sequence}) or 0
            connection.execute(sa.text(f"ALTER SEQUENCE {sequence} RENAME TO {_OLD}{table}_id_seq"))
        connection.execute(sa.text(f"ALTER TABLE {table} RENAME TO {_OLD}{table}"))
    return numbers


def _fill(connection: sa.Connection, old: dict[str, set[str]]) -> None:
    for where, statement in _FILLED.items():
        table, _, column = where.partition(".")
        if table in old and column not in old[table]:
            connection.execute(sa.text(statement))


def _count_on(connection: sa.Connection, today: sa.MetaData, numbers: dict[str, int]) -> None:
    on_sqlite = connection.dialect.name == "sqlite"
    for table in today.sorted_tables:
        id_ = table.columns.get("id")
        if id_ is None or id_.autoincrement is False or [one.name for one in table.primary_key] != ["id"]:
            continue
        last = max(numbers.get(table.name, 0), connection.scalar(sa.select(sa.func.max(id_))) or 0)
        if table.name == "subscriber":
            last = max(last, connection.scalar(sa.text("SELECT max(subscriber_id) FROM delivery")) or 0)
        if not last:
            continue
        if not on_sqlite:
            sequence = sa.text("SELECT setval(CAST(pg_get_serial_sequence(:of, 'id') AS regclass), :last)")
            connection.execute(sequence, {"of": table.name, "last": last})
        elif table.dialect_options["sqlite"]["autoincrement"]:
            values = {"of": table.name, "last": last}
            connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :of"), values)
            connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:of, :last)"), values)
