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

from newsletter.db.engine import check_durable, connect, is_sqlite, reading, writing
from newsletter.db.upgrade import HEAD, complaints, pending, prepare, upgrade, version
from newsletter.db.upgrade import run as migrate
from newsletter.wiring.schema import metadata
from newsletter.words.mistake import Mistake, NotNow
from tests.running import a_folder, run

# Indexes on expressions with an order of their own, which Alembic can't compare.
BYTEWISE = ("subscriber_last_name", "subscriber_whole_name")


def _left_alone(name: str) -> bool:
    """Not compared: what Alembic can't, and what belongs to Procrastinate."""
    return name in BYTEWISE or name.startswith(("procrastinate", "idx_procrastinate"))


def test_migrations_and_tables_agree(engine: Engine) -> None:
    """Alembic finds no difference between a migrated database and the tables in code."""
    with reading(engine) as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SQLite can't reflect expressions of some constraints
        options = {"include_object": lambda _object, name, *_: not _left_alone(name)}
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

    history = ScriptDirectory(str(files("newsletter.db") / "migrations"))

    assert history.get_heads() == [HEAD]
    assert version(engine) == HEAD


SPOILT = [
    ("ALTER TABLE subscription DROP COLUMN consent", "column subscription.consent is missing"),
    ("ALTER TABLE departure ADD COLUMN mood TEXT", "column departure.mood is not known here"),
    ("DROP INDEX delivery_once", "index delivery_once is missing"),
    ("DROP TABLE rest", "table rest is missing"),
]
ON_POSTGRESQL = [
    ('ALTER TABLE suppression ALTER COLUMN email_key TYPE varchar(320) COLLATE "default"', "suppression.email_key is"),
    ("ALTER TABLE mailing ALTER COLUMN canary TYPE bigint", "column mailing.canary is BIGINT"),
    ("ALTER TABLE mailing ALTER COLUMN planned DROP DEFAULT", "column mailing.planned is INTEGER, not INTEGER, '0'"),
    ("ALTER TABLE mailing ALTER COLUMN pause_reason SET NOT NULL", "column mailing.pause_reason is TEXT"),
    ("ALTER TABLE event DROP CONSTRAINT event_once", "unique event event_once is missing"),
    ("ALTER TABLE tag DROP CONSTRAINT tag_subscriber_id_fk", "reference tag tag_subscriber_id_fk is missing"),
    ("ALTER TABLE departure DROP CONSTRAINT departure_how", "check departure departure_how is missing"),
]
MADE_AGAIN = [
    ("DROP INDEX delivery_once", "CREATE INDEX delivery_once ON delivery (issue, subscriber_id, is_practice)"),
    (
        "DROP INDEX mailing_unfinished",
        "CREATE UNIQUE INDEX mailing_unfinished ON mailing (issue, list_id, is_practice) WHERE status <> 'finished'",
    ),
    ("DROP INDEX subscriber_last_name", "CREATE INDEX subscriber_last_name ON subscriber (last_name, id)"),
]


def _spoil(engine: Engine, *statements: str) -> None:
    with writing(engine) as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_tables_that_differ_are_told_by_name_whatever_number_they_bear(engine: Engine) -> None:
    """Missing or unknown tables, columns and indexes; an upgrade says so and changes nothing."""
    _spoil(engine, *(statement for statement, _ in SPOILT))

    assert sorted(complaints(engine, metadata)) == sorted(said for _, said in SPOILT)
    with pytest.raises(NotNow, match="its tables are others"):
        upgrade(engine, metadata)


def test_types_conditions_and_references_that_differ_are_told_by_name(postgres_url: str) -> None:
    """What PostgreSQL lets anybody change in place."""
    engine = connect(postgres_url)
    _spoil(engine, *(statement for statement, _ in ON_POSTGRESQL))

    told = complaints(engine, metadata)

    engine.dispose()
    assert len(told) == len(ON_POSTGRESQL)
    for _, said in ON_POSTGRESQL:
        assert any(said in one for one in told), (said, told)


def test_an_index_of_the_same_name_that_promises_something_else_is_told(engine: Engine) -> None:
    """Unique or not, for which rows, and over what."""
    _spoil(engine, *(statement for both in MADE_AGAIN for statement in both))

    told = sorted(one.partition(" is ")[0] for one in complaints(engine, metadata))

    assert told == sorted(drop.replace("DROP INDEX", "index") for drop, _ in MADE_AGAIN)


def test_a_condition_that_allows_other_words_is_told(tmp_path: Path) -> None:
    """SQLite writes a table's statement down as it was given: what was left out of it is seen."""
    engine = connect(f"sqlite:///{tmp_path / 'other.db'}")
    upgrade(engine, metadata)
    driver = sqlite3.connect(tmp_path / "other.db")
    driver.execute("PRAGMA writable_schema = ON")
    for before, after in (("'complaint', ", ""), ("AUTOINCREMENT", "")):
        driver.execute("UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table'", (before, after))
    driver.commit()
    driver.close()

    told = "; ".join(complaints(engine, metadata))

    assert "check suppression suppression_reason is" in told
    assert "numbers of subscriber is missing" in told


def test_every_command_says_that_a_column_is_missing_and_what_to_do(database_url: str, tmp_path: Path) -> None:
    """Before it does anything; `doctor` and `db upgrade` say the same instead of that all is well."""
    engine = connect(database_url)
    _spoil(engine, "ALTER TABLE subscriber DROP COLUMN updated_at")
    engine.dispose()
    folder = a_folder(tmp_path / "weekly")

    for words in (["lists"], ["status"], ["db", "upgrade"], ["doctor", "--offline"]):
        done = run(folder, *words, NEWSLETTER_DATABASE_URL=database_url)

        said = f"{done.stdout}{done.stderr}"
        assert 1 == done.returncode
        assert "subscriber.updated_at is missing" in said, words
        assert "newsletter db export" in said


def test_a_dry_run_of_an_upgrade_says_what_it_would_do(tmp_path: Path) -> None:
    """A line for each migration that is missing, and the database is as it was."""
    engine = connect(f"sqlite:///{tmp_path / 'old.db'}")
    with writing(engine) as connection:
        migrate(connection, "0001")
    url = f"sqlite:///{tmp_path / 'old.db'}"

    done = run(a_folder(tmp_path / "weekly"), "db", "upgrade", "--dry-run", NEWSLETTER_DATABASE_URL=url)

    assert done.stdout.startswith("0002: Bring the tables of earlier programs")
    assert done.stdout.endswith("Nothing was changed.\n")
    assert version(engine) == "0001"


def test_a_row_that_refers_to_nothing_stops_an_upgrade_and_nothing_is_changed(tmp_path: Path) -> None:
    """SQLite does not look at references while tables are made again: they are looked at before the commit."""
    engine = connect(f"sqlite:///{tmp_path / 'old.db'}")
    with writing(engine) as connection:
        migrate(connection, "0001")
    driver = sqlite3.connect(tmp_path / "old.db")
    with driver:
        driver.execute("INSERT INTO parcel (id, mailing_id, number, status, n_readers) VALUES (1, 77, 1, 'ready', 0)")
    driver.close()

    with pytest.raises(NotNow, match="parcel"):
        upgrade(engine, metadata)

    assert version(engine) == "0001"
    with reading(engine) as connection:
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_a_database_of_a_newer_program_is_refused(engine: Engine) -> None:
    """A version that this program has never heard of is left alone, with a sentence."""
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(NotNow):
        prepare(engine, metadata)


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


def _job_tables(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        found = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE tablename LIKE 'procrastinate%' ORDER BY tablename")
        )
        return set(found)


def test_the_tables_of_the_jobs_come_with_an_upgrade_that_is_asked_for(postgres_url: str) -> None:
    """A database from before there were jobs: no command changes it by the way, `db upgrade` does, and twice is harmless."""
    engine = connect(postgres_url)
    before = _job_tables(engine)
    _spoil(engine, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    with writing(engine) as connection:
        migrate(connection, "head")
    assert _job_tables(engine) == set()
    with pytest.raises(NotNow, match="lacks Procrastinate's tables") as refused:
        prepare(engine, metadata)
    assert "newsletter db upgrade" in (refused.value.fix or "")
    assert pending(engine) == ["Procrastinate's tables, which call workers to what is due"]
    upgrade(engine, metadata)
    upgrade(engine, metadata)
    assert _job_tables(engine) == before
    assert pending(engine) == []
    assert not prepare(engine, metadata)
    engine.dispose()


def test_an_upgrade_runs_the_migrations_of_procrastinate_that_are_missing(postgres_url: str) -> None:
    """Its tables were made by an earlier version of it."""
    engine = connect(postgres_url)
    with reading(engine) as connection:
        mark = str(connection.scalar(text("SELECT obj_description('procrastinate_jobs'::regclass)")))
    newest = mark.split()[-1]
    _spoil(
        engine,
        "DROP FUNCTION procrastinate_trigger_function_status_events_update_v1 CASCADE",
        f"COMMENT ON TABLE procrastinate_jobs IS '{mark.replace(newest, '03.04.00_01_pre_add_retry_failed_job_procedure')}'",
    )
    assert pending(engine) == [f"Procrastinate's {newest}"]
    upgrade(engine, metadata)
    with reading(engine) as connection:
        made = text("SELECT count(*) FROM pg_trigger WHERE tgname = 'procrastinate_trigger_status_events_update_v1'")
        assert connection.scalar(made) == 1
        assert connection.scalar(text("SELECT obj_description('procrastinate_jobs'::regclass)")) == mark
    engine.dispose()


@pytest.mark.parametrize(
    ("mark", "why"),
    [("NULL", "Another program keeps jobs"), ("'Jobs of newsletter, by Procrastinate as of 99'", "are newer")],
)
def test_job_tables_that_are_not_ours_are_left_alone(postgres_url: str, mark: str, why: str) -> None:
    """Those of another program in the same database, and those of a Procrastinate that is newer than the one installed."""
    engine = connect(postgres_url)
    _spoil(engine, f"COMMENT ON TABLE procrastinate_jobs IS {mark}")
    for refused in (lambda: prepare(engine, metadata), lambda: upgrade(engine, metadata)):
        with pytest.raises(NotNow, match=why):
            refused()
    engine.dispose()
