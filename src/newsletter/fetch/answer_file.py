"""Keeps the web's answers in a small SQLite file: bounded, thrown away when it is damaged, and never believed blindly."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Collection, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from newsletter.ports.answers import Remembered
from newsletter.ports.fetcher import MAX_BYTES, Fetched, NotFetched, WhyNot

MOST_ANSWERS = 2_000
MOST_BYTES = 40_000_000
_AT_ONCE = 500
_LONGEST = 8_000
_VERSION = 1
_TABLE = """
CREATE TABLE answer (
  url TEXT PRIMARY KEY, asked_at REAL NOT NULL, why TEXT, reason TEXT, status INTEGER, landed TEXT, n_hops INTEGER,
  is_permanent INTEGER, kind TEXT, is_whole INTEGER, body BLOB
) WITHOUT ROWID
"""
_FORGET = """
DELETE FROM answer WHERE url IN (
  SELECT url FROM (
    SELECT url, ROW_NUMBER() OVER latest AS place, SUM(COALESCE(LENGTH(body), 0)) OVER latest AS bytes
    FROM answer WINDOW latest AS (ORDER BY asked_at DESC, url)
  ) WHERE place > ? OR bytes > ?
)
"""


class AnswerFile:
    """Forgetting is never wrong: both methods do what they can and never raise. Processes may share one file; threads open it for themselves."""

    def __init__(self, path: Path, *, most_answers: int = MOST_ANSWERS, most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._most = (most_answers, most_bytes)

    def recall(self, urls: Collection[str]) -> Mapping[str, Remembered]:
        """What is known of these addresses, however old."""
        wanted = [url for url in urls if len(url) <= _LONGEST]
        found: dict[str, Remembered] = {}
        if not self._path.exists():
            return found

        def look(connection: sqlite3.Connection) -> None:
            for start in range(0, len(wanted), _AT_ONCE):
                some = wanted[start : start + _AT_ONCE]
                marks = ", ".join("?" * len(some))
                for row in connection.execute(f"SELECT * FROM answer WHERE url IN ({marks})", some):  # noqa: S608
                    if (one := _read(row)) is not None:
                        found[row["url"]] = one

        self._with_file(look)
        return found

    def remember(self, answers: Mapping[str, Remembered]) -> None:
        """Keep these in the place of older ones; where room is short, the oldest go."""
        rows = [_row(url, one) for url, one in answers.items() if len(url) <= _LONGEST]
        if not rows:
            return
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(f"INSERT OR REPLACE INTO answer VALUES ({', '.join('?' * 11)})", rows)  # noqa: S608
            connection.execute(_FORGET, self._most)
            connection.execute("COMMIT")

        self._with_file(write)

    def _with_file(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Work on the table. A file that can't be read is no loss: it is deleted, and filled again another time."""
        try:
            with closing(sqlite3.connect(self._path, timeout=2, isolation_level=None)) as connection:
                connection.row_factory = sqlite3.Row
                _prepare(connection)
                work(connection)
        except sqlite3.OperationalError:
            pass  # locked, or the disk is full: nothing can be read or kept just now
        except sqlite3.DatabaseError:
            with suppress(OSError):
                self._path.unlink()


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = OFF")
    if connection.execute("PRAGMA user_version").fetchone()[0] == _VERSION:
        return
    connection.execute("PRAGMA auto_vacuum = FULL")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("DROP TABLE IF EXISTS answer")
    connection.execute(_TABLE)
    connection.execute(f"PRAGMA user_version = {_VERSION}")
    connection.execute("COMMIT")


def _row(url: str, one: Remembered) -> tuple[Any, ...]:
    asked_at, reply = one.asked_at.timestamp(), one.reply
    if isinstance(reply, NotFetched):
        return url, asked_at, reply.why.value, reply.reason[:500], None, None, None, None, None, None, None
    body = zlib.compress(reply.body, 1) if one.has_body else None
    kind = reply.headers.get("content-type", "")[:200]
    moved = (len(reply.redirects), reply.is_permanent)
    return url, asked_at, None, None, reply.status, reply.url[:_LONGEST], *moved, kind, reply.is_whole, body


def _read(row: sqlite3.Row) -> Remembered | None:
    """None for a row that this program would not have written."""
    try:
        asked_at = datetime.fromtimestamp(row["asked_at"], UTC)
        if row["why"] is not None:
            return Remembered(
                reply=NotFetched(WhyNot(row["why"]), str(row["reason"])), asked_at=asked_at, has_body=False
            )
        reply = Fetched(
            url=str(row["landed"]),
            status=int(row["status"]),
            headers={"content-type": str(row["kind"])},
            body=_inflated(row["body"]),
            redirects=(str(row["url"]),) * min(int(row["n_hops"]), 10),
            is_permanent=bool(row["is_permanent"]),
            is_whole=bool(row["is_whole"]),
        )
    except (ValueError, TypeError, OverflowError, OSError, zlib.error):
        return None
    return Remembered(reply=reply, asked_at=asked_at, has_body=row["body"] is not None)


def _inflated(body: bytes | None) -> bytes:
    if body is None:
        return b""
    inflate = zlib.decompressobj()
    found = inflate.decompress(body, MAX_BYTES)
    if not inflate.eof:
        raise ValueError("it is longer than anything that is kept")
    return found
