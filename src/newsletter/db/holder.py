"""The lock of the process that serves a database: it names its holder, and ends with it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ServingLock:
    """`flock` on a file beside an SQLite database, with a line in it about the holder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def try_hold(self, about: str) -> Iterator[str | None]:
        """Hold it until the block ends. Gives None, or what the holder said about itself."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield os.pread(handle, 500, 0).decode(errors="replace").strip() or "another process"
                return
            os.ftruncate(handle, 0)
            os.pwrite(handle, about.encode(), 0)
            yield None
        finally:
            os.close(handle)
