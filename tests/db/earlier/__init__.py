"""Databases as earlier programs made them: their own statements, and rows that their readers, sendings and events left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from newsletter.db.engine import is_sqlite, writing

# Whatever landed with other tables than the one before, oldest first. All of them called themselves 0001.
LANDINGS = ("e913d36", "473e167", "8c5be11", "596e084", "e99dbce", "b182fd3")
_HERE = Path(__file__).parent


def make(engine: Engine, landing: str) -> None:
    """Fill an empty database as the program of that landing did."""
    with writing(engine) as connection:
        files = ("sqlite.sql" if is_sqlite(connection) else "postgresql.sql", "rows.sql")
        if not is_sqlite(connection):
            connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
        for statement in (one for name in files for one in _statements(_HERE / name, landing)):
            connection.exec_driver_sql(statement)
        number = "version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)"
        connection.exec_driver_sql(f"CREATE TABLE alembic_version ({number})")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0001')")
        if not is_sqlite(connection):
            _count_on(connection)


def _count_on(connection: Connection) -> None:
    """Rows came with their numbers: PostgreSQL's own count goes on behind them, as it had."""
    asked = text(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND column_name = 'id' AND column_default LIKE 'nextval%'"
    )
    for table in connection.scalars(asked).all():
        last = connection.scalar(text(f"SELECT max(id) FROM {table}"))
        if last:
            connection.execute(text(f"SELECT setval('{table}_id_seq', {last})"))


def _statements(file: Path, landing: str) -> Iterator[str]:
    """One a line, each under a line that says which landings made it."""
    wanted = False
    for line in file.read_text().splitlines():
        if line.startswith("-- "):
            wanted = landing in line or line == "-- all"
        elif wanted:
            yield line.removesuffix(";")
