"""Bring a database to the tables this version knows, and refuse one that is newer or not ours."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from newsletter.store.engine import is_sqlite, reading, remaking_tables
from newsletter.words.mistake import NotNow

_MIGRATIONS = Path(__file__).parent / "migrations"


def _newest() -> str:
    """The number that the newest migration's file begins with. Asking Alembic would take most of a second."""
    return max(file.name[:4] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


HEAD = _newest()


def version(engine: Engine) -> str | None:
    """The migration a database stands at; None where it is empty."""
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def is_current(engine: Engine) -> bool:
    return version(engine) == HEAD


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing. Two processes may call it at once: the second finds nothing to do."""
    with remaking_tables(engine) as connection:
        if not is_sqlite(connection):
            connection.execute(text("SELECT pg_advisory_xact_lock(7234001)"))
        run(connection, "head")
        if is_sqlite(connection):
            _nothing_dangles(connection)


def _nothing_dangles(connection: Connection) -> None:
    rows = connection.execute(text("PRAGMA foreign_key_check")).all()
    if rows:
        raise NotNow(
            f"The database can't be upgraded: {len(rows)} rows in {rows[0].table!r} and elsewhere refer to rows that are "
            "not there. Nothing was changed.",
            fix="Restore a backup: newsletter restore. Or look at it with: sqlite3 FILE 'PRAGMA foreign_key_check'.",
        )


def run(connection: Connection, target: str) -> None:
    # Imported here: Alembic takes most of a second to load, and is needed once a release.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, target)
    except CommandError as error:
        raise NotNow(
            f"The database was written by another version of newsletter ({error}).",
            fix="Upgrade newsletter, or restore the backup made before the database was upgraded.",
        ) from error


def prepare(engine: Engine) -> bool:
    """Make a new database ready; ask before changing one that many machines may be using. True where it was new."""
    stands_at = version(engine)
    if stands_at == HEAD:
        return False
    if stands_at is None or engine.dialect.name == "sqlite":
        upgrade(engine)
        return stands_at is None
    raise NotNow(
        f"The database stands at version {stands_at}, this program needs {HEAD}.",
        fix="Stop the other machines, then run: newsletter db upgrade",
    )
