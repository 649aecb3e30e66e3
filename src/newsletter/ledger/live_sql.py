"""Live or a copy: a database that was copied or restored holds all sending until it is declared live."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select, text, update
from sqlalchemy.exc import DBAPIError

from newsletter.db.engine import is_sqlite, reading, writing
from newsletter.db.tables import live_database
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.ledger.tables import attempt
from newsletter.words.mistake import NotNow

# Stands in the column for the place of the live database; no real place has this name.
_WENT_BACK = "went back in time"
_FIX = (
    "If this is the one to send from, and nobody sends from another: look at `newsletter status`, cancel what has "
    "gone out already, then run: newsletter db here"
)


class Live:
    """Whether this database is the live one.

    A copy is somewhere else; an old backup knows fewer tries than a file beside the database does.

    `directory` holds that file: the number of the last try, written before each call. A server that fails over to a
    replica which missed the last second goes back in time while a sender works: the last try is not there any more.
    """

    def __init__(self, engine: Engine, directory: Path, *, new_id: Callable[[], str]) -> None:
        self._engine, self._directory, self._new_id = engine, directory, new_id
        self._lock = threading.Lock()
        self._file: int | None = None
        self._noted = 0
        self._before: int | None = None

    def find_hold(self) -> NotNow | None:
        """Why nothing is sent from this database, with what to do; None for the live one. Changes nothing."""
        with reading(self._engine) as connection:
            row = connection.execute(select(live_database.c.name, live_database.c.place)).first()
            here = _place(connection)
        if row is None:
            return None
        if row.place == _WENT_BACK:
            return _went_back()
        if row.place != here:
            return NotNow("This database is a copy, or was moved: the live one was somewhere else.", fix=_FIX)
        # The file first: a try is in the database before it is noted, so a sender that works at the same time raises no
        # alarm.
        known = self._high_water(row.name)
        with reading(self._engine) as connection:
            tries = _tries(connection)
        if tries >= known:
            return None
        return NotNow(
            f"This database is older than what was sent: it knows {tries} tries, and there were {known}. It seems to "
            "be a restored backup, and readers would get an issue twice.",
            fix=_FIX,
        )

    def check(self) -> None:
        """Before a sending begins. Raises NotNow where this database is not known to be the live one."""
        held = self.find_hold()
        if held:
            raise held
        with reading(self._engine) as connection:
            is_declared = connection.scalar(select(live_database.c.id)) is not None
        if not is_declared:
            self.declare()
            return
        with self._lock:
            self._before = None
            if self._file is not None:
                # `declare`, in any process, may have removed it.
                os.close(self._file)
                self._file = None

    def note(self, attempt_id: int) -> None:
        """Remember outside the database that there was this attempt, before its call.

        Raises NotNow where the database no longer has the attempt before it.
        """
        with self._lock:
            self._check_before(attempt_id)
            if self._file is None:
                self._file = self._opened()
            if attempt_id > self._noted:
                os.pwrite(self._file, b"%020d\n" % attempt_id, 0)
                self._noted = attempt_id

    def _check_before(self, attempt_id: int) -> None:
        """Raise unless the try that was noted before is still there, and no other try has its number."""
        if self._before is not None:
            with reading(self._engine) as connection:
                is_there = connection.scalar(select(attempt.c.id).where(attempt.c.id == self._before)) is not None
            if self._before == attempt_id or not is_there:
                # Holds every sender until somebody declares the database live.
                with writing(self._engine) as connection:
                    connection.execute(update(live_database).values(place=_WENT_BACK))
                raise _went_back()
        self._before = attempt_id

    def declare(self) -> None:
        """Declare this database live, where it is now and as it is now."""
        with writing(self._engine) as connection:
            values = {"place": _place(connection), "since_at": database_now()}
            statement = insert_into(connection, live_database).values(id=1, name=self._new_id(), **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
            name, tries = connection.execute(select(live_database.c.name)).scalar_one(), _tries(connection)
        path = self._directory / name
        if path.exists() and self._high_water(name) > tries:
            path.unlink()

    def _opened(self) -> int:
        with reading(self._engine) as connection:
            name = connection.execute(select(live_database.c.name)).scalar_one()
        self._noted = self._high_water(name)
        self._directory.mkdir(parents=True, exist_ok=True)
        return os.open(self._directory / name, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _high_water(self, name: str) -> int:
        try:
            return int((self._directory / name).read_text())
        except (FileNotFoundError, ValueError):
            return 0


def _went_back() -> NotNow:
    return NotNow(
        "The database went back in time while it was sent from: it does not know the last try any more, and whom it calls "
        "waiting may have the issue. A server that fails over to an older copy does that.",
        fix=_FIX,
    )


def _tries(connection: Connection) -> int:
    return connection.scalar(select(func.max(attempt.c.id))) or 0


def _place(connection: Connection) -> str:
    """Where a database is: path and inode of the file, or the server's own identifier and that of the database in it.

    Not the device: its number may change when a machine starts again.
    """
    if is_sqlite(connection):
        path = next(row.file for row in connection.execute(text("PRAGMA database_list")) if row.name == "main")
        return f"{os.path.realpath(path)}#{Path(path).stat().st_ino}" if path else ":memory:"
    oid = connection.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar_one()
    try:
        with connection.begin_nested():
            server = connection.execute(text("SELECT system_identifier FROM pg_control_system()")).scalar_one()
    except DBAPIError as error:  # not every hosted server lets us ask
        if error.connection_invalidated:
            raise
        server = "unknown"
    return f"{server}/{oid}"
