"""Backups of either database go back into either, whole, and send nothing before somebody says so."""

from __future__ import annotations

import gc
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, create_engine, func, insert, select, text
from sqlalchemy.engine import make_url

from newsletter.cli import main
from newsletter.consent.tables import import_change, import_run
from newsletter.db.backup import read_contents, restore, write_backup
from newsletter.db.engine import connect, reading, writing
from newsletter.db.tables import live_database
from newsletter.db.transfer import count_rows, read_numbers, tables
from newsletter.db.types import database_now
from newsletter.db.upgrade import upgrade
from newsletter.ledger.live_sql import Live
from newsletter.readers.tables import subscriber
from newsletter.wiring import open_newsletter
from newsletter.wiring.schema import metadata
from newsletter.words.mistake import Mistake, NotNow
from tests.running import run
from tests.schedule.world import SLOT, World
from tests.world import add_readers

NOW = SLOT + timedelta(days=1, hours=1)


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    """A newsletter of which an issue went out in its slot, with JSON, NULLs, times and days in its tables."""
    made = World(tmp_path / "weekly", url=database_url)
    made.set_timetable(tell=("editor@example.com",))
    timetable = made.set_timetable()
    made.schedule.timetables.skip_days(timetable.id, {SLOT.date() + timedelta(days=21): "Christmas Eve"})
    made.beat(SLOT)
    with writing(made.parts.engine) as connection:
        run = connection.execute(
            insert(import_run)
            .values(list_name="weekly", files="a.csv", started_at=database_now())
            .returning(import_run.c.id)
        ).scalar_one()
        rows: list[dict[str, Any]] = [
            {"run_id": run, "email_key": "new@example.com", "fields": None},
            {"run_id": run, "email_key": "old@example.com", "fields": {"town": "Gdańsk", "n": 1.5, "none": None}},
        ]
        for row in rows:
            connection.execute(insert(import_change).values({**row, "fields": row["fields"] or text("NULL")}))
    yield made
    made.close()


@pytest.fixture
def another_postgres_url(postgres_server: str) -> Iterator[str]:
    """A second PostgreSQL database beside that of the test."""
    name = f"other{os.getpid()}"
    admin = create_engine(make_url(postgres_server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template_newsletter STRATEGY = FILE_COPY"))
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Another database, of each kind, with nothing in it."""
    if request.param == "sqlite":
        engine = connect(f"sqlite:///{tmp_path / 'other.db'}")
        upgrade(engine, metadata)
    else:
        engine = connect(request.getfixturevalue("another_postgres_url"))
    yield engine
    engine.dispose()


def _all(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with reading(engine) as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in tables()
            if table is not live_database
        }


def test_a_backup_goes_back_whole_into_either_kind(world: World, empty: Engine, tmp_path: Path) -> None:
    """Every row of every table is what it was; ids go on behind the last one given out; it does not send."""
    engine = world.parts.engine
    with writing(engine) as connection:
        connection.execute(
            insert(subscriber).values(
                id=900, email="x@example.com", email_key="x", fields={}, created_at=NOW, updated_at=NOW
            )
        )
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT setval('subscriber_id_seq', 900)"))
        connection.execute(subscriber.delete().where(subscriber.c.id == 900))
    path = tmp_path / "backups" / "monday.db"
    made = write_backup(engine, path, metadata, now=NOW, files={})

    rows = restore(path, empty, metadata, replace=False)

    assert _all(engine) == _all(empty)
    assert dict(rows) == dict(made.rows) == _counts(engine)
    assert rows["delivery"] == 3
    with reading(empty) as connection:
        assert 1 == connection.scalar(select(func.count()).where(import_change.c.fields.is_(None)))
    (fresh,) = add_readers(empty, "weekly", [77])
    assert fresh == 901
    with pytest.raises(NotNow, match="is a copy"):
        Live(empty, tmp_path / "live", new_id=lambda: "name").check()


def test_a_backup_is_one_file_that_nobody_else_reads(world: World, tmp_path: Path) -> None:
    """Complete and closed, or not there; never over another; any SQLite tool can read it."""
    path = tmp_path / "monday.db"
    write_backup(world.parts.engine, path, metadata, now=NOW, files={"var/secrets.env": b"KEY=x"})

    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert [path] == sorted(tmp_path.glob("*monday*"))
    with pytest.raises(Mistake, match="exists already"):
        write_backup(world.parts.engine, path, metadata, now=NOW, files={})
    held = read_contents(path, metadata)
    assert (NOW, {"var/secrets.env": b"KEY=x"}) == (held.made_at, held.files)
    plain = sqlite3.connect(path)
    assert [(3,)] == plain.execute("SELECT count(*) FROM subscriber").fetchall()
    plain.close()


def test_a_backup_is_one_state_while_others_write(world: World, tmp_path: Path) -> None:
    """Readers join two by two in one transaction each: no backup holds an odd one, and no writer waits for long."""
    stop, slowest = threading.Event(), [timedelta()]

    def join() -> None:
        number = 1_000
        while not stop.is_set():
            begun = datetime.now(UTC)
            add_readers(world.parts.engine, "weekly", [number, number + 1])
            slowest.append(datetime.now(UTC) - begun)
            number += 2

    joining = threading.Thread(target=join)
    joining.start()
    counts = []
    for number in range(3):
        made = write_backup(world.parts.engine, tmp_path / f"{number}.db", metadata, now=NOW, files={})
        counts.append((made.rows["subscriber"] - 3, made.rows["subscription"] - 3))
    stop.set()
    joining.join()

    assert all(people % 2 == 0 and people == subscriptions for people, subscriptions in counts)
    assert max(slowest) < timedelta(seconds=10)


def test_what_is_there_is_never_written_over_unasked(world: World, tmp_path: Path) -> None:
    """Refused; with --replace it is kept in a backup first, and then everything is as it was in the file."""
    path = tmp_path / "monday.db"
    assert 0 == _call(world, "backup", path).exit_code
    before = _all(world.parts.engine)
    add_readers(world.parts.engine, "friends", range(10, 15))
    world.parts.engine.dispose()

    refused = _call(world, "restore", path)
    assert (1, True) == (refused.exit_code, "The database is not empty: " in refused.stderr)
    done = _call(world, "restore", path, "--replace", "--yes")

    assert 0 == done.exit_code, done.stderr
    assert before == _all(world.parts.engine)
    (kept,) = (world.folder / "var" / "backups").glob("before-restore-*.db")
    assert 8 == read_contents(kept, metadata).rows["subscriber"]
    held = _call(world, "tick")
    assert (1, True) == (held.exit_code, "This database is a copy" in held.stderr)
    assert 0 == _call(world, "db", "here", "--yes").exit_code
    assert 0 == _call(world, "tick").exit_code


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(4_000)])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    """Before anything is touched."""
    (tmp_path / "x.db").write_bytes(content)
    world = World(tmp_path / "weekly")
    done = _call(world, "restore", tmp_path / "x.db", "--replace", "--yes")

    assert (1, True) == (done.exit_code, "is no backup, or it is damaged" in done.stderr)
    assert 3 == _counts(world.parts.engine)["subscriber"]
    assert 1 == _call(world, "restore", tmp_path / "not-there.db").exit_code
    world.close()


def test_secrets_are_in_a_backup_only_where_they_were_asked_for(tmp_path: Path) -> None:
    """And are put back only where none are."""
    world = World(tmp_path / "weekly")
    plain, whole = tmp_path / "plain.db", tmp_path / "whole.db"
    secrets = world.folder / "var" / "secrets.env"
    kept = secrets.read_bytes()
    assert "Without keys" in _call(world, "backup", plain).stdout
    assert "can send in your name" in _call(world, "backup", whole, "--with-secrets").stdout
    assert b"k" * 40 not in plain.read_bytes()

    secrets.unlink()
    assert 0 == _call(world, "restore", whole, "--with-secrets", "--replace", "--yes").exit_code
    assert kept == secrets.read_bytes()
    assert 0o600 == stat.S_IMODE(secrets.stat().st_mode)
    assert 1 == _call(world, "restore", plain, "--with-secrets", "--replace", "--yes").exit_code
    world.close()


def test_moving_takes_everything_along_and_leaves_no_second_sender(world: World, empty: Engine) -> None:
    """The new one is live, the old one is told that it has moved; a call in flight is waited for."""
    url = empty.url.render_as_string(hide_password=False)
    empty.dispose()
    before = _all(world.parts.engine)
    with writing(world.parts.engine) as connection:
        connection.execute(text("UPDATE attempt SET outcome = NULL"))
    world.parts.engine.dispose()
    assert "in flight" in _call(world, "db", "move", url, apart=True).stderr
    with writing(world.parts.engine) as connection:
        connection.execute(text("UPDATE attempt SET outcome = 'accepted'"))
    world.parts.engine.dispose()

    old = make_url(world.parts.config.database_url)
    done = _call(world, "db", "move", url, apart=True)

    assert 0 == done.exit_code, done.stderr
    assert before == _all(empty)
    with pytest.raises(NotNow, match="is a copy, or was moved"):
        world.parts.live.check()
    assert f"NEWSLETTER_DATABASE_URL={url}\n" in (world.folder / "var" / "secrets.env").read_text()
    assert old != make_url(open_newsletter(world.folder).config.database_url)
    assert 0 == _call(world, "tick", apart=True).exit_code
    with reading(empty) as connection:
        assert read_numbers(connection)["subscriber"] == 3
    again = _call(world, "db", "move", url, apart=True)
    assert (1, True) == (again.exit_code, "It is there already." in again.stderr)


def test_a_wrong_address_to_move_to_is_refused(tmp_path: Path) -> None:
    """With what one looks like."""
    world = World(tmp_path / "weekly")
    done = _call(world, "db", "move", "nonsense")

    assert (1, True) == (done.exit_code, "is not the address of a database" in done.stderr)
    world.close()


def test_nothing_is_moved_or_restored_under_somebody_at_work(world: World, tmp_path: Path) -> None:
    """A server on the file, or another connection to the PostgreSQL database: refused, with what to do."""
    from newsletter.wiring.clocks import serving_lock

    path = tmp_path / "monday.db"
    _call(world, "backup", path)
    lock = serving_lock(world.parts)
    if lock is None:
        with reading(world.parts.engine):
            done = _call(world, "restore", path, "--replace", "--yes")
        assert "other connections to this database" in done.stderr
    else:
        with lock.try_hold("process 1 on quay"):
            done = _call(world, "restore", path, "--replace", "--yes")
        assert "This database is in use: process 1 on quay." in done.stderr
    assert 1 == done.exit_code


class Done(NamedTuple):
    """A command that has ended."""

    exit_code: int
    stdout: str
    stderr: str


def _counts(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        return count_rows(connection)


def _call(world: World, *words: str | Path, apart: bool = False) -> Done:
    """In this process where that is enough; where PostgreSQL has a part, in its own: its connections end with it."""
    if apart or not world.parts.config.database_url.startswith("sqlite"):
        ran = run(world.folder, *words)
        return Done(ran.returncode, ran.stdout, ran.stderr)
    done = CliRunner().invoke(main, ["-C", str(world.folder), *map(str, words)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    gc.collect()
    return Done(done.exit_code, done.stdout, done.stderr)
