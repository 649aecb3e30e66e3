"""Backups: the whole database of either kind as one SQLite file, and back into either."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, create_engine, text
from sqlalchemy.exc import ArgumentError

from newsletter.db.engine import at_long_work, connect, is_sqlite, reading, writing
from newsletter.db.transfer import clear, copy_rows, count_rows, read_numbers, write_numbers
from newsletter.db.upgrade import HEAD, upgrade
from newsletter.words.mistake import Mistake, NotNow

_MARK = "newsletter backup"
# Tables that only the backup file has, beside those of the newsletter.
_OWN_TABLES = """
CREATE TABLE backup (kind TEXT NOT NULL, made_at TEXT NOT NULL);
CREATE TABLE backup_number (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE backup_file (name TEXT PRIMARY KEY, content BLOB NOT NULL);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a backup holds: rows by table, and the files that were put into it."""

    made_at: datetime
    rows: Mapping[str, int]
    files: Mapping[str, bytes]


def write_backup(
    engine: Engine, path: Path, wanted: MetaData, *, now: datetime, files: Mapping[str, bytes]
) -> Contents:
    """One consistent state, while others go on working. The file is complete, or it is not there.

    Raises Mistake where there is such a file already.
    """
    if path.exists():
        raise Mistake(f"{path.name} exists already.", fix="Name another file: backups are never written over.")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    # Made closed: it holds every reader's address.
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        numbers = _whole_file(engine, part) if engine.dialect.name == "sqlite" else _by_table(engine, part, wanted)
        _finish(part, now, numbers, files)
        part.replace(path)
        _settle(path.parent)
    finally:
        for left in part.parent.glob(f"{part.name}*"):
            left.unlink()
    return read_contents(path, wanted)


def read_contents(path: Path, wanted: MetaData) -> Contents:
    """Raises Mistake for a file that is not one of our backups."""
    with _opened(path, wanted) as engine, reading(engine) as connection:
        made_at = connection.scalar(text("SELECT made_at FROM backup"))
        rows = connection.execute(text("SELECT name, content FROM backup_file")).all()
        files = {row.name: row.content for row in rows}
        return Contents(made_at=datetime.fromisoformat(str(made_at)), rows=count_rows(connection), files=files)


def restore(path: Path, engine: Engine, wanted: MetaData, *, replace: bool) -> Mapping[str, int]:
    """Restore everything or nothing. Returns the rows by table; the database sends nothing until it is declared live.

    Raises Mistake for a file that is not a backup, and NotNow where the database is not empty and `replace` is False.
    """
    with _opened(path, wanted) as source_engine, reading(source_engine) as source:
        numbers = {row.name: row.last for row in source.execute(text("SELECT name, last FROM backup_number"))}
        with writing(engine) as target:
            at_long_work(target)
            alone(target)
            _must_be_empty(target, replace=replace)
            clear(target)
            rows = copy_rows(source, target)
            write_numbers(target, numbers)
    return rows


def move(engine: Engine, target_engine: Engine, *, place: str) -> Mapping[str, int]:
    """Everything into another, empty database; then this one says that it has moved to `place`, and sends no more.

    Nobody can write to this one meanwhile. Raises NotNow where a call is under way, or others are connected.
    """
    with writing(engine) as source:
        at_long_work(source)
        alone(source)
        _no_call(source)
        with writing(target_engine) as target:
            at_long_work(target)
            _must_be_empty(target, replace=False)
            clear(target)
            rows = copy_rows(source, target)
            write_numbers(target, read_numbers(source))
        source.execute(text("UPDATE live_database SET place = :place"), {"place": f"moved to {place}"})
    return rows


def target_at(url: str, wanted: MetaData) -> Engine:
    """A database to move to, with all tables. Raises Mistake for an address that is not a database's."""
    try:
        engine = connect(url)
    except ArgumentError:
        raise Mistake(
            "That is not the address of a database.",
            fix="Write postgresql://user:password@host/name, or sqlite:///PATH.",
        ) from None
    upgrade(engine, wanted)
    return engine


def alone(connection: Connection) -> None:
    """Raise NotNow where others are connected to a PostgreSQL database. SQLite's writer is alone by itself."""
    if is_sqlite(connection):
        return
    others = connection.scalar(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
    )
    if others:
        raise NotNow(
            f"There are {others} other connections to this database.",
            fix="Stop `serve`, every `worker`, cron and whatever else works on it, then try again.",
        )


def _no_call(connection: Connection) -> None:
    if connection.scalar(text("SELECT count(*) FROM attempt WHERE outcome IS NULL")):
        raise NotNow(
            "Batches are in flight, or their outcome is not written down yet.",
            fix="Let `newsletter tick` write it down, a minute after the last sender ended. Then try again.",
        )


def _must_be_empty(connection: Connection, *, replace: bool) -> None:
    there = count_rows(connection)
    if there and not replace:
        readers, sendings = there.get("subscriber", 0), there.get("mailing", 0)
        raise NotNow(
            f"The database is not empty: it holds {sum(there.values()):,} rows, {readers:,} readers and {sendings:,} "
            "sendings among them.",
            fix="Name an empty one. `restore --replace` writes over it.",
        )


def _whole_file(engine: Engine, part: Path) -> Mapping[str, int]:
    """SQLite's own online backup: page by page, from one state, without shutting writers out."""
    raw = engine.raw_connection()
    try:
        assert isinstance(raw.driver_connection, sqlite3.Connection)
        with _plain(part) as target:
            raw.driver_connection.backup(target)
            _leave_uploads_behind(target)
    finally:
        raw.close()
    copy = create_engine(f"sqlite:///{part}")
    try:
        with reading(copy) as connection:
            return read_numbers(connection)
    finally:
        copy.dispose()


def _leave_uploads_behind(copy: sqlite3.Connection) -> None:
    """See `LEFT_BEHIND`: what is copied table by table does not have them in the first place."""
    if copy.execute("SELECT EXISTS (SELECT 1 FROM upload_slice)").fetchone()[0]:
        copy.execute("DELETE FROM upload_slice")
        copy.commit()
        copy.execute("VACUUM")


def _by_table(engine: Engine, part: Path, wanted: MetaData) -> Mapping[str, int]:
    made = connect(f"sqlite:///{part}")
    try:
        upgrade(made, wanted)
        with engine.connect() as opened:
            source = opened.execution_options(isolation_level="REPEATABLE READ")
            with source.begin(), writing(made) as target:
                at_long_work(source)
                copy_rows(source, target)
                return read_numbers(source)
    finally:
        made.dispose()


def _finish(part: Path, now: datetime, numbers: Mapping[str, int], files: Mapping[str, bytes]) -> None:
    with _plain(part) as target:
        # One file, with nothing beside it that could be forgotten.
        target.execute("PRAGMA journal_mode = DELETE")
        target.executescript(_OWN_TABLES)
        with target:
            target.execute("INSERT INTO backup VALUES (?, ?)", (_MARK, now.isoformat()))
            target.executemany("INSERT INTO backup_number VALUES (?, ?)", numbers.items())
            target.executemany("INSERT INTO backup_file VALUES (?, ?)", files.items())
        found = target.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise NotNow(f"The backup is damaged: {found}.", fix="Look at the disk, and at the database: newsletter doctor")


@contextmanager
def _opened(path: Path, wanted: MetaData) -> Iterator[Engine]:
    """The backup, as it is or brought up to this version in a copy. It is never written to."""
    if not path.is_file():
        raise Mistake(f"There is no file {path.name}.", fix="Name a file that `newsletter backup` wrote.")
    try:
        with _plain(path, "?mode=ro") as file:
            marks = [row[0] for row in file.execute("SELECT kind FROM backup")]
            stands_at = file.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    except sqlite3.Error:
        marks, stands_at = [], ""
    if marks != [_MARK]:
        raise Mistake(f"{path.name} is no backup, or it is damaged.", fix="Name a file that `newsletter backup` wrote.")
    with tempfile.TemporaryDirectory(prefix="newsletter-restore-") as room:
        if stands_at == HEAD:
            engine = create_engine(f"sqlite:///file:{path.resolve()}?mode=ro&uri=true")
        else:
            engine = connect(f"sqlite:///{_copied(path, Path(room))}")
            upgrade(engine, wanted)
        try:
            yield engine
        finally:
            engine.dispose()


def _copied(path: Path, room: Path) -> Path:
    with _plain(path, "?mode=ro") as source, _plain(room / "backup.db") as target:
        source.backup(target)
    return room / "backup.db"


@contextmanager
def _plain(path: Path, how: str = "") -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{path.resolve()}{how}", uri=True)
    try:
        yield connection
    finally:
        connection.close()


def _settle(folder: Path) -> None:
    """Sync the folder to disk: only then does the name of a new file survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
