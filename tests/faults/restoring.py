"""An older copy of a database, put where the database was and taken away again: a backup that somebody restored."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, create_engine, text
from sqlalchemy.engine import make_url


class Shelf(Protocol):
    """Holds one older copy. Nobody may be connected when it is put in place or taken away."""

    def keep(self) -> None:
        """Copy the database as it is now."""

    def tries(self) -> int:
        """How many tries the copy knows."""

    def put_older(self, *, same_place: bool) -> None:
        """Put the copy where the database is; in the `same_place` where nothing but its contents tells it apart."""

    def put_back(self) -> None:
        """Take it away again, and let the newer one be what it was, in its very place."""


def high_water(directory: Path) -> int:
    """The number of the last try, as the file beside the database has it."""
    return max((int(path.read_text()) for path in directory.glob("*") if path.read_text().strip()), default=0)


_TRIES = "SELECT coalesce(max(id), 0) FROM attempt"


class FileShelf:
    """An SQLite file, copied by its own backup."""

    def __init__(self, path: Path) -> None:
        self._path, self._kept, self._newer = path, path.with_suffix(".kept"), path.with_suffix(".newer")
        self._same_place = False
        self.keep()

    def keep(self) -> None:
        self._kept.unlink(missing_ok=True)
        with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(self._kept)) as target:
            source.backup(target)

    def tries(self) -> int:
        with closing(sqlite3.connect(self._kept)) as kept:
            found: int = kept.execute(_TRIES).fetchone()[0]
            return found

    def put_older(self, *, same_place: bool) -> None:
        self._same_place = same_place
        with closing(sqlite3.connect(self._path)) as newer:
            busy = newer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        assert not busy, "somebody is still connected"
        if same_place:
            shutil.copyfile(self._path, self._newer)
        else:
            self._path.rename(self._newer)
        self._without_log()
        shutil.copyfile(self._kept, self._path)

    def put_back(self) -> None:
        self._without_log()
        if self._same_place:
            shutil.copyfile(self._newer, self._path)
        else:
            self._newer.replace(self._path)

    def _without_log(self) -> None:
        for ending in ("-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)


class ServerShelf:
    """A PostgreSQL database, copied as a template. The copy is the database as it was when the shelf was made."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._name = self._url.database or ""
        self._tell(f"DROP DATABASE IF EXISTS {self._name}_kept WITH (FORCE)")
        self._tell(f"CREATE DATABASE {self._name}_kept TEMPLATE {self._name}")

    def keep(self) -> None:
        """Nothing: a server copies only a database that nobody uses, and the oldest copy is the worst."""

    def tries(self) -> int:
        return 0

    def put_older(self, *, same_place: bool) -> None:
        self._alone(self._name)
        self._tell(f"ALTER DATABASE {self._name} RENAME TO {self._name}_newer")
        self._tell(f"CREATE DATABASE {self._name} TEMPLATE {self._name}_kept")
        if same_place:
            here = "(SELECT oid FROM pg_database WHERE datname = current_database())"
            place = f"split_part(place, '/', 1) || '/' || {here}"
            self._tell(f"UPDATE live_database SET place = {place}", self._url)

    def put_back(self) -> None:
        self._tell(f"DROP DATABASE {self._name} WITH (FORCE)")
        self._alone(f"{self._name}_newer")
        self._tell(f"ALTER DATABASE {self._name}_newer RENAME TO {self._name}")

    def _alone(self, name: str) -> None:
        """Who was killed leaves a session behind for a moment."""
        self._tell(
            f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        )

    def _tell(self, statement: str, url: URL | None = None) -> None:
        address = (url or self._url.set(database="postgres")).set(drivername="postgresql+psycopg")
        admin = create_engine(address, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(statement))
        admin.dispose()
