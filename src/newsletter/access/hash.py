"""Hashes passwords one after another, two in a second at most: a hash takes 64 MB, and strangers may ask for any number."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import TypeVar

from newsletter.words.mistake import NotNow

Made = TypeVar("Made")

_A_SECOND = 2
# Each one that waits keeps a thread that pages need as well.
_MOST_FROM_ONE, _MOST_STRANGERS = 5, 12
_KNOWN = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A place in the queue: `take` waits for its turn, does the work, and gives what it made."""

    line: Hashing
    is_known: bool

    def take(self, work: Callable[[], Made]) -> Made:
        return self.line.do(work, is_known=self.is_known)


class Hashing:
    """A queue before the one thread that hashes. Browsers that came in before go first, and strangers cannot keep them out."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._present: Counter[str] = Counter()
        self._line: list[tuple[bool, int]] = []
        self._numbers = count()
        self._is_busy = False
        self._begun: deque[float] = deque(maxlen=_A_SECOND)
        self._worker = ThreadPoolExecutor(1, "passwords", initializer=_give_way)

    @contextmanager
    def room(self, network: str, *, is_known: bool = False) -> Iterator[Turn]:
        """Stay in the room for the block. Raises NotNow, at once, where too many wait already."""
        key = _KNOWN if is_known else network
        with self._changed:
            strangers = self._present.total() - self._present[_KNOWN]
            if self._present[key] >= _MOST_FROM_ONE or (not is_known and strangers >= _MOST_STRANGERS):
                raise NotNow("Too many are coming in at this moment.", fix="Try again in a few seconds.")
            self._present[key] += 1
        try:
            yield Turn(line=self, is_known=is_known)
        finally:
            with self._changed:
                self._present[key] -= 1
                self._present += Counter()  # drops networks from which nobody is left

    def do(self, work: Callable[[], Made], *, is_known: bool) -> Made:
        ticket = (not is_known, next(self._numbers))
        with self._changed:
            heappush(self._line, ticket)
            while self._is_busy or self._line[0] != ticket or self._seconds_left() > 0:
                self._changed.wait(self._seconds_left() or None)
            heappop(self._line)
            self._is_busy = True
        try:
            return self._worker.submit(self._begin, work).result()
        finally:
            with self._changed:
                self._is_busy = False
                self._changed.notify_all()

    def _begin(self, work: Callable[[], Made]) -> Made:
        # Noted when it really begins: on a busy machine a second may pass before that.
        self._begun.append(time.monotonic())
        return work()

    def _seconds_left(self) -> float:
        is_full = len(self._begun) == _A_SECOND
        return max(0.0, self._begun[0] + 1.0 - time.monotonic()) if is_full else 0.0


def _give_way() -> None:
    """Lower this thread's priority below everything else. Only Linux has a priority for each thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5)
