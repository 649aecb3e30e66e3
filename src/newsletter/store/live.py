"""Live or a copy: a database that was copied or restored holds all sending until it is told that it is the live one."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import DBAPIError

from newsletter.store.engine import is_sqlite, reading, writing
from newsletter.store.live_table import live_database
from newsletter.store.tables import attempt
from newsletter.store.types import database_now
from newsletter.store.upserting import insert_into
from newsletter.words.mistake import NotNow

_FIX = (
    "If this is the one to send from, and nobody sends from another: look at `newsletter status`, cancel what has "
    "gone out already, then run: newsletter db here"
)


class SqlLive:
    """The `Live` port. A copy is somewhere else; an old backup knows fewer tries than a file beside the database does.

    `directory` holds that file: the number of the last try, written before each call.
    """

    def __init__(self, engine: Engine, directory: Path, *, new_id: Callable[[], str]) -> None:
        self._engine, self._directory, self._new_id = engine, directory, new_id
        self._lock = threading.Lock()
        self._file: int | None = None
        self._noted = 0

    def check(self) -> None:
        with reading(self._engine) as connection:
            row = connection.execute(select(live_database.c.name, live_database.c.place)).first()
            here = _place(connection)
        if row is None:
            self.declare()
            return
        if row.place != here:
            raise NotNow("This database is a copy, or was moved: the live one was somewhere else.", fix=_FIX)
        # The file first: a try is in the database before it is noted, so a sender at work beside us raises no alarm.
        known = self._high_water(row.name)
        with reading(self._engine) as connection:
            tries = _tries(connection)
        if tries < known:
            raise NotNow(
                f"This database is older than what was sent: it knows {tries} tries, and there were {known}. It seems to "
                "be a restored backup, and readers would get an issue twice.",
                fix=_FIX,
            )

    def note(self, attempt_id: int) -> None:
        with self._lock:
            if self._file is None:
                self._file = self._opened()
            if attempt_id > self._noted:
                os.pwrite(self._file, b"%020d\n" % attempt_id, 0)
                self._noted = attempt_id

    def declare(self) -> None:
        """This database, where it is now and as it is now, is the live one."""
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
    except DBAPIError:  # not every hosted server lets us ask
        server = "unknown"
    return f"{server}/{oid}"
