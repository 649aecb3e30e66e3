"""Bring a database to the tables this version knows, and refuse one that is newer or not ours."""

from __future__ import annotations

from importlib.resources import files

from sqlalchemy import Connection, Engine, inspect, text

from newsletter.store.engine import reading, writing
from newsletter.words.mistake import NotNow

HEAD = "0001"


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
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7234001)"))
        run(connection, "head")


def run(connection: Connection, target: str) -> None:
    # Imported here: Alembic takes most of a second to load, and is needed once a release.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(files("newsletter.store") / "migrations"))
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
