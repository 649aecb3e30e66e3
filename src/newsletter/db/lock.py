"""One sender at a time on an SQLite file, held by the operating system so that it ends with its holder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLock:
    """`flock` on a file beside the database: a killed holder lets go, a stopped one does not."""

    is_exclusive = True

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def try_hold(self) -> Iterator[bool]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
        finally:
            os.close(handle)

    def is_mine(self) -> bool:
        """The operating system takes it from no living process."""
        return True


class SharedSending:
    """PostgreSQL: any number of senders, kept apart by row locks and deadlines."""

    is_exclusive = False

    @contextmanager
    def try_hold(self) -> Iterator[bool]:
        yield True
