"""Bring a database to the tables that this version needs, and refuse one that is newer, or that nobody knows."""

from __future__ import annotations

import ast
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, inspect, text

from newsletter.db.engine import is_sqlite, reading, remaking_tables
from newsletter.db.job_tables import job_steps, upgrade_jobs
from newsletter.db.shape import differences, missing
from newsletter.words.mistake import NotNow

_MIGRATIONS = Path(__file__).parent / "migrations"
_SHOWN = 5


def _numbers() -> list[str]:
    """The numbers of the migrations, from the names of their files, in order.

    Asking Alembic would take most of a second.
    """
    return sorted(file.name[:4] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


HEAD = _numbers()[-1]


def version(engine: Engine) -> str | None:
    """The migration a database stands at; None where it is empty."""
    with reading(engine) as connection:
        return _stands_at(connection)


def upgrade(engine: Engine, wanted: MetaData) -> None:
    """Run all missing migrations, or change nothing. Two processes may call it at once.

    `wanted` are the tables that this program needs.

    Raises NotNow where the tables afterwards are not those that this version needs, whatever the number says.
    """
    with remaking_tables(engine) as connection:
        if not is_sqlite(connection):
            connection.execute(text("SELECT pg_advisory_xact_lock(7234001)"))
        run(connection, "head")
        upgrade_jobs(connection)
        if is_sqlite(connection):
            _nothing_dangles(connection)
        if wrong := differences(connection, wanted):
            raise _unknown_tables(wrong)


def run(connection: Connection, target: str) -> None:
    stands_at = _stands_at(connection)
    if stands_at is not None and stands_at not in _numbers():
        raise _another_program(stands_at)
    # Imported here: Alembic takes most of a second to load, and is needed once a release.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def prepare(engine: Engine, wanted: MetaData) -> bool:
    """Make a new database ready; ask before changing one that many machines may be using. True where it was new.

    Looks at the tables, not only at their version number. Raises NotNow where they are not ours.
    """
    with reading(engine) as connection:
        stands_at = _stands_at(connection)
        if stands_at == HEAD:
            if gone := missing(connection, wanted):
                raise _unknown_tables([f"{name} is missing" for name in gone])
            if steps := job_steps(connection):
                raise _stop_and_upgrade(f"The database lacks {in_words(steps)}.")
            return False
        if stands_at is not None and stands_at not in _numbers():
            raise _another_program(stands_at)
    if stands_at is None or engine.dialect.name == "sqlite":
        upgrade(engine, wanted)
        return stands_at is None
    raise _stop_and_upgrade(f"The database stands at version {stands_at}, this program needs {HEAD}.")


def pending(engine: Engine) -> list[str]:
    """What `upgrade` would do, a line for each migration that is missing."""
    with reading(engine) as connection:
        stands_at, jobs = _stands_at(connection), job_steps(connection)
    ours = [
        f"{file.name[:4]}: {_first_line(file)}"
        for file in sorted((_MIGRATIONS / "versions").glob("[0-9]*.py"))
        if stands_at is None or file.name[:4] > stands_at
    ]
    return [*ours, *jobs]


def _first_line(file: Path) -> str:
    return (ast.get_docstring(ast.parse(file.read_text())) or "").partition("\n")[0]


def complaints(engine: Engine, wanted: MetaData, *, closely: bool = True) -> list[str]:
    """How version number or tables differ from what this program needs, each in a few words. Changes nothing.

    `closely` looks at types, indexes and conditions as well, which takes some ten times as long.
    """
    with reading(engine) as connection:
        stands_at = _stands_at(connection)
        if stands_at != HEAD:
            return [f"it stands at version {stands_at or 'none'}, and this program needs {HEAD}"]
        if closely:
            return differences(connection, wanted)
        return [f"{name} is missing" for name in missing(connection, wanted)]


def _stands_at(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    number: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return number


def in_words(wrong: list[str]) -> str:
    """The first of many complaints, and how many more there are."""
    more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return f"{'; '.join(wrong[:_SHOWN])}{more}"


def _stop_and_upgrade(why: str) -> NotNow:
    return NotNow(
        why,
        fix="Stop the other machines, make a backup with the program that wrote it, then run: newsletter db upgrade",
    )


def _another_program(stands_at: str) -> NotNow:
    return NotNow(
        f"The database was written by a newer version of newsletter: it stands at {stands_at}, and this program knows "
        f"no more than {HEAD}.",
        fix="Upgrade newsletter, or restore the backup made before the database was upgraded.",
    )


def _unknown_tables(wrong: list[str]) -> NotNow:
    return NotNow(
        f"The database says that it stands at version {HEAD}, and its tables are others: {in_words(wrong)}. "
        "Nothing was changed.",
        fix="Restore a backup, or go on with the program that made it. Its readers as files: newsletter db export FOLDER",
    )


def _nothing_dangles(connection: Connection) -> None:
    rows = connection.execute(text("PRAGMA foreign_key_check")).all()
    if rows:
        raise NotNow(
            f"The database can't be upgraded: {len(rows)} rows in {rows[0].table!r} and elsewhere refer to rows that are "
            "not there. Nothing was changed.",
            fix="Restore a backup: newsletter restore. Or look at it with: sqlite3 FILE 'PRAGMA foreign_key_check'.",
        )
