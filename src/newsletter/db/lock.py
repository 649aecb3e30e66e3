"""Locks on an SQLite file: one sending process at a time, and the writers of one process in turn."""

from __future__ import annotations

import fcntl
import os
import threading
from collections import deque
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


class Turns:
    """A lock that goes to the one who has waited longest.

    SQLite's own wait is a look every tenth of a second: a thread that writes again and again would nearly always be
    faster than one that looks, and somebody who unsubscribes would wait for seconds.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def mine(self, *, seconds: float) -> Iterator[None]:
        """Wait for my turn, but not longer than this: then SQLite says itself that it is busy."""
        is_mine = self._take(seconds)
        try:
            yield
        finally:
            if is_mine:
                self._pass_on()

    def _take(self, seconds: float) -> bool:
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            called = threading.Event()
            self._waiting.append(called)
        if called.wait(seconds):
            return True
        with self._lock:
            if called.is_set():
                return True
            self._waiting.remove(called)
            return False

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False
