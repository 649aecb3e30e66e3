"""The newsletter command in a process that kills itself at one of its steps: a write to the database, a commit, a file, a call."""

from __future__ import annotations

import os
import re
import runpy
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

DIE_AT = "TEST_DIE_AT"
STEPS = "TEST_STEPS"

_WRITES = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
_HAS_WRITTEN = "has written"


class Steps:
    """Counts what lasts. What a process only reads between two of these makes no difference to the one that comes after."""

    def __init__(self, folder: Path, count: Path, *, die_at: int | None) -> None:
        self._folder, self._count, self._die_at = str(folder), count, die_at
        self._taken = 0
        self._lock = threading.Lock()

    def watch(self) -> None:
        """Count from now on, for as long as this process lives."""
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Engine, "commit", self._commit)
        sys.addaudithook(self._of_the_system)

    def write_down(self) -> None:
        self._count.write_text(str(self._taken))

    def _take(self) -> None:
        with self._lock:
            self._taken += 1
            if self._taken == self._die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def _statement(self, connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if _WRITES.match(statement):
            connection.info[_HAS_WRITTEN] = True
            self._take()

    def _commit(self, connection: Connection) -> None:
        if connection.info.pop(_HAS_WRITTEN, False):
            self._take()

    def _of_the_system(self, what: str, about: tuple[Any, ...]) -> None:
        opens_to_write = what == "open" and isinstance(about[2], int) and about[2] & (os.O_WRONLY | os.O_RDWR)
        if (opens_to_write or what == "os.rename") and self._is_ours(about[0]):
            self._take()
        if what == "socket.connect":
            self._take()

    def _is_ours(self, path: object) -> bool:
        """A file of the newsletter; those of the database are counted by its commits."""
        return isinstance(path, str | os.PathLike) and (
            os.fspath(path).startswith(self._folder) and "newsletter.db" not in os.fspath(path)
        )


def run() -> None:
    """`python -m tests.faults.dying -C FOLDER ...` is `newsletter -C FOLDER ...`."""
    die_at = os.environ.get(DIE_AT)
    steps = Steps(Path(sys.argv[2]), Path(os.environ[STEPS]), die_at=int(die_at) if die_at else None)
    steps.watch()
    try:
        runpy.run_module("newsletter", run_name="__main__")
    finally:
        steps.write_down()


if __name__ == "__main__":
    run()
