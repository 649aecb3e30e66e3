"""The migrations make exactly the tables that the code speaks of, on both databases."""

from __future__ import annotations

import sqlite3
import warnings
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from newsletter.store.engine import check_durable, connect, is_sqlite, reading, writing
from newsletter.store.schema import metadata
from newsletter.store.upgrade import HEAD, prepare, run, upgrade, version
from newsletter.words.mistake import Mistake, NotNow

# Indexes on expressions with an order of their own, which Alembic can't compare.
BYTEWISE = ("subscriber_last_name", "subscriber_whole_name")


def test_migrations_and_tables_agree(engine: Engine) -> None:
    """Alembic finds no difference between a migrated database and the tables in code."""
    with reading(engine) as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SQLite can't reflect expressions of some constraints
        options = {"include_object": lambda _object, name, *_: name not in BYTEWISE}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
        made = (
            connection.scalars(text("SELECT sql FROM sqlite_master WHERE type = 'index'")).all()
            if is_sqlite(connection)
            else connection.scalars(text("SELECT indexdef FROM pg_indexes WHERE tablename = 'subscriber'")).all()
        )

    assert differences == []
    for name in BYTEWISE:
        assert any(f" {name} ON " in one for one in made if one), made


def test_the_version_this_program_wants_is_the_newest_migration(engine: Engine) -> None:
    """HEAD in code is the head of the history, and a migrated database stands at it."""
    from importlib.resources import files

    history = ScriptDirectory(str(files("newsletter.store") / "migrations"))

    assert history.get_heads() == [HEAD]
    assert version(engine) == HEAD


def test_a_row_that_refers_to_nothing_stops_an_upgrade_and_nothing_is_changed(tmp_path: Path) -> None:
    """SQLite does not look at references while tables are made again: they are looked at before the commit."""
    engine = connect(f"sqlite:///{tmp_path / 'old.db'}")
    with writing(engine) as connection:
        run(connection, "0001")
    driver = sqlite3.connect(tmp_path / "old.db")
    with driver:
        driver.execute("INSERT INTO parcel (id, mailing_id, number, status, n_readers) VALUES (1, 77, 1, 'ready', 0)")
    driver.close()

    with pytest.raises(NotNow, match="parcel"):
        upgrade(engine)

    assert version(engine) == "0001"
    with reading(engine) as connection:
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_a_database_of_a_newer_program_is_refused(engine: Engine) -> None:
    """A version that this program has never heard of is left alone, with a sentence."""
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(NotNow):
        prepare(engine)


def test_the_check_constraints_are_those_of_the_enums(engine: Engine) -> None:
    """A state that no enum knows can't be written."""
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO suppression (email_key, reason, since_at)"
                " VALUES ('a@example.com', 'whim', '2026-01-01 00:00:00')"
            )
        )


def test_a_database_that_may_forget_commits_is_refused(engine: Engine) -> None:
    """synchronous below FULL, or synchronous_commit off, is an error before anything is sent."""
    from sqlalchemy import event

    check_durable(engine)

    off = "PRAGMA synchronous = NORMAL" if engine.dialect.name == "sqlite" else "SET synchronous_commit = off"

    @event.listens_for(engine, "checkout")
    def weaken(connection: object, *_: object) -> None:
        connection.execute(off)  # type: ignore[attr-defined]

    with pytest.raises(Mistake):
        check_durable(engine)
