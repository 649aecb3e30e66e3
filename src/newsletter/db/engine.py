"""Connections: one engine a process, durable transactions, and the same manners on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError, PendingRollbackError, SQLAlchemyError

from newsletter.db.keepable import can_not_be_kept, without_values
from newsletter.db.limits import FOR_LONG_WORK, WaitLimits
from newsletter.db.lock import Turns
from newsletter.words.mistake import Interrupted, Mistake, NotNow

BUSY_SECONDS = 15

# Seconds to connect, and milliseconds that sent data may stay unacknowledged (libpq).
_PATIENCE = {"connect_timeout": 10, "tcp_user_timeout": 30_000}


# Errors of PostgreSQL (appendix A of its manual): a lock was not free in time; somebody ended our connection.
_LOCK_NOT_AVAILABLE = "55P03"
_ENDED = ("25P03", "57P01", "57P05")
_RANGE_BY_RANGE = {"enable_nestloop": "off"}
# What a failing statement raises; the last three for values that no driver takes.
_FAULTS = (SQLAlchemyError, OverflowError, UnicodeEncodeError, TypeError)


class HeldUp(Interrupted):
    """Another process holds what this one has to change, for longer than we wait."""


def connect(url: str, limits: WaitLimits | None = None) -> Engine:
    """An engine for `sqlite:///PATH` or `postgresql://...`, whose connections have these limits, or the usual ones.

    Raises Mistake for any other address.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(url, limits or WaitLimits())
    if address.get_backend_name() == "postgresql":
        return _postgresql(address, limits or WaitLimits())
    raise Mistake(
        f"NEWSLETTER_DATABASE_URL names a database of kind {address.get_backend_name()!r}, which is not known here.",
        fix="Use sqlite:///PATH or postgresql://user:password@host/name.",
    )


def dial(engine: Engine) -> tuple[dict[str, Any], str]:
    """How another driver reaches the same PostgreSQL: psycopg's arguments, and what to say first, for the same limits."""
    _, arguments = engine.dialect.create_connect_args(engine.url)
    # SQLAlchemy's own conversions of values.
    arguments.pop("context", None)
    patience = {name: value for name, value in _PATIENCE.items() if name not in engine.url.query}
    return {**arguments, **patience}, _settings(limits_of(engine).for_session(), until_the_end="false")


def limits_of(engine: Engine) -> WaitLimits:
    limits: WaitLimits = engine.get_execution_options().get("limits", WaitLimits())
    return limits


def _postgresql(address: URL, limits: WaitLimits) -> Engine:
    try:
        engine = create_engine(
            address.set(drivername="postgresql+psycopg"),
            json_deserializer=orjson.loads,
            json_serializer=_json,
            hide_parameters=True,
            # The ledger's locks rely on it, whatever the server's own default is.
            isolation_level="READ COMMITTED",
            pool_size=8,
            # As many as pages have threads: readers who wait for a frozen process keep no connection from the others.
            max_overflow=32,
            execution_options={"limits": limits},
            # A server that vanished without a word: without these a thread waits for it for a quarter of an hour.
            connect_args={name: value for name, value in _PATIENCE.items() if name not in address.query},
        )
    except ModuleNotFoundError as error:
        raise Mistake(
            "The database is PostgreSQL, but its driver is not installed.",
            fix="In the checkout, run: make setup. Elsewhere install psycopg[binary] beside newsletter.",
        ) from error

    event.listen(engine, "handle_error", without_values)

    @event.listens_for(engine, "connect")
    def _limit(connection: Any, _record: Any) -> None:
        # Set on the connection and not in its address: some servers behind a pool refuse them there.
        connection.execute(_settings(limits.for_session(), until_the_end="false"))
        connection.commit()

    return engine


def _settings(values: Mapping[str, str], *, until_the_end: str) -> str:
    return "SELECT " + ", ".join(
        "set_config('{}', '{}', {})".format(name, value.replace("'", ""), until_the_end)
        for name, value in values.items()
    )


def at_long_work(connection: Connection) -> None:
    """Lift the limits until this transaction ends: it changes or copies everything, however long that takes."""
    if not is_sqlite(connection):
        connection.exec_driver_sql(_settings(FOR_LONG_WORK, until_the_end="true"))


def join_range_by_range(connection: Connection) -> None:
    """Have PostgreSQL go through both sides of each join once, until this transaction ends.

    For statements over a range of readers. A range that PostgreSQL has no statistics about, or old ones, it takes for one
    row, and goes through the other side again for each of the thousands that there are.
    """
    if not is_sqlite(connection):
        connection.exec_driver_sql(_settings(_RANGE_BY_RANGE, until_the_end="true"))


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _sqlite(url: str, limits: WaitLimits) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        json_deserializer=orjson.loads,
        json_serializer=_json,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        pool_size=16,
        execution_options={"turns": Turns(), "limits": limits},
    )

    @event.listens_for(engine, "connect")
    def _pragmas(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver must not open transactions behind our back: `writing` begins them itself.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        # NORMAL may lose the last commits when the power fails: an attempt forgotten is a reader mailed twice.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # A person who asked to be forgotten must not stay readable in the free pages of the file.
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that starts by reading and then writes can be refused half-way; writers take the lock at the
        # start.
        options = connection.get_execution_options()
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")

    return engine


# By the driver's words: what they mean, and what to do.
_COMPLAINTS = (
    ("disk is full", "The disk that holds the database is full.", "Make room, then run the command again."),
    ("disk I/O error", "The disk that holds the database fails or is full.", "Look at the disk before anything else."),
    ("readonly database", "The database file can't be written.", "Let this user write it and its folder."),
    (
        "unable to open database",
        "The database file can't be opened.",
        "Look whether its folder is there, and whether this user may read and write in it.",
    ),
    ("database is locked", f"The database was busy for {BUSY_SECONDS} s.", "Run the command again."),
)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed at the end of the block, rolled back if it raises.

    Raises NotNow for what a person can mend: a full disk, a file that can't be written, a server that is away.
    """
    turns: Turns | None = engine.get_execution_options().get("turns")
    try:
        # Before a connection is taken: those who wait keep none from readers.
        with turns.mine(seconds=BUSY_SECONDS) if turns else nullcontext(), engine.connect() as connection:
            connection = connection.execution_options(writes=True)
            with connection.begin():
                yield connection
    except _FAULTS as error:
        raise _in_words(error) from error


def let_others_in(engine: Engine, *, seconds: float = 0.12) -> None:
    """Pause between two of many transactions: other processes look for SQLite's lock every 0.1 s, and must find it free.

    With a shorter pause they find it free only now and then.
    """
    if engine.dialect.name == "sqlite":
        time.sleep(seconds)


@contextmanager
def remaking_tables(engine: Engine) -> Iterator[Connection]:
    """`writing`, where SQLite does not look at references: it changes most of a table by making it again."""
    with engine.connect() as held:
        driver = held.connection.driver_connection
        assert driver is not None
        if is_sqlite(held):
            driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with held.execution_options(writes=True).begin():
                at_long_work(held)
                yield held
        except _FAULTS as error:
            raise _in_words(error) from error
        finally:
            if is_sqlite(held):
                driver.execute("PRAGMA foreign_keys = ON")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads, from one consistent state. Raises NotNow as `writing` does."""
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    except _FAULTS as error:
        raise _in_words(error) from error


def _in_words(error: Exception) -> Exception:
    """The driver's error as a sentence with a remedy, where we have one; else the error itself."""
    if isinstance(error, PendingRollbackError):  # after a connection that was lost in a step whose failure is no harm
        return _ended()
    if can_not_be_kept(error):
        return Mistake(
            "This holds a number or a character that the database can't keep.",
            fix="Look for a number that is far too large, or for signs that can't be seen.",
        )
    if not isinstance(error, DBAPIError):
        return error
    if not isinstance(error, OperationalError | InternalError) and not error.connection_invalidated:
        return error
    said = str(error.orig)
    for words, message, fix in _COMPLAINTS:
        if words in said:
            return NotNow(message, fix=fix)
    state = getattr(error.orig, "sqlstate", None)
    if state == _LOCK_NOT_AVAILABLE:
        return HeldUp(
            "Another process holds what this one has to change.",
            fix="Try again. One that stands still is ended after a few seconds; see what runs: newsletter status",
        )
    if state in _ENDED:
        return _ended()
    if error.connection_invalidated or "connection" in said:
        return Interrupted(
            "The database server could not be reached.", fix="See that it runs, then run the command again."
        )
    return error


def _ended() -> Interrupted:
    return Interrupted(
        "The database ended this connection: this process stood still in the middle of its work, or somebody asked "
        "for it. What it had begun is undone.",
        fix="Run the command again.",
    )


def is_sqlite(connection: Connection | Engine) -> bool:
    return connection.dialect.name == "sqlite"


def check_durable(engine: Engine) -> None:
    """Raise unless a commit survives a power cut, as far as the database's own settings tell."""
    with reading(engine) as connection:
        if is_sqlite(connection):
            level = connection.execute(text("PRAGMA synchronous")).scalar_one()
            if level < 2:
                raise Mistake("SQLite is not set to synchronous=FULL; a power cut could mail readers twice.")
        elif connection.execute(text("SHOW synchronous_commit")).scalar_one() == "off":
            raise Mistake(
                "PostgreSQL has synchronous_commit = off; a crash could mail readers twice.",
                fix="Turn synchronous_commit on for this database.",
            )
