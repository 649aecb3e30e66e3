"""Procrastinate's own tables on PostgreSQL: made and brought up to date beside ours, and otherwise left to it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Connection, text

from newsletter.db.engine import is_sqlite
from newsletter.words.mistake import Mistake, NotNow

# Where they stand is a comment on one of them: it comes and goes with the tables that it is about.
_MARK = "Jobs of newsletter, by Procrastinate as of "
_STAND = text(
    "SELECT to_regclass('procrastinate_jobs'), obj_description(to_regclass('procrastinate_jobs'), 'pg_class')"
)


def job_steps(connection: Connection) -> list[str]:
    """What `upgrade_jobs` would do, a line for each step; nothing on SQLite, and where all is done.

    Raises NotNow where the tables are another program's, or newer than the Procrastinate that is installed.
    """
    if is_sqlite(connection):
        return []
    known, done = _migrations(), _done(connection)
    if done is None:
        return ["Procrastinate's tables, which call workers to what is due"]
    if done not in known:
        raise NotNow(
            f"The tables of Procrastinate in this database are newer than the one that is installed: {done}.",
            fix="Install the version that constraints.txt names, or a newer one.",
        )
    return [f"Procrastinate's {name}" for name in known[known.index(done) + 1 :]]


def upgrade_jobs(connection: Connection) -> None:
    """Make the tables, or run those migrations of Procrastinate that are missing, in the caller's transaction."""
    if not job_steps(connection):
        return
    known, done = _migrations(), _done(connection)
    folder = _folder()
    files = (
        [folder / "schema.sql"]
        if done is None
        else [folder / "migrations" / f"{name}.sql" for name in known[known.index(done) + 1 :]]
    )
    driver = connection.connection.driver_connection
    assert driver is not None
    for file in files:
        # By the driver itself: several statements at once, and a percent sign is no parameter.
        driver.execute(file.read_text(encoding="utf-8"))
    connection.execute(text(f"COMMENT ON TABLE procrastinate_jobs IS '{_MARK}{known[-1]}'"))


def _done(connection: Connection) -> str | None:
    """The last migration that was run; None where there are no such tables."""
    table, mark = connection.execute(_STAND).one()
    if table is None:
        return None
    if not (mark or "").startswith(_MARK):
        raise NotNow(
            "Another program keeps jobs of Procrastinate in this database.",
            fix="Give the newsletter a database of its own.",
        )
    return str(mark).removeprefix(_MARK)


def _migrations() -> list[str]:
    return sorted(file.stem for file in (_folder() / "migrations").glob("*.sql"))


def _folder() -> Path:
    # Found and not imported: that takes a third of a second, and each command asks.
    found = find_spec("procrastinate")
    if found is None or found.origin is None:
        raise Mistake(
            "The database is PostgreSQL, but Procrastinate, which carries its jobs, is not installed.",
            fix="In the checkout, run: make setup. Elsewhere install newsletter[postgres].",
        )
    return Path(found.origin).parent / "sql"
