"""A shift: how long one job works on a mailing before it makes room for others."""

from __future__ import annotations

import threading
import time


class Shift(threading.Event):
    """Set when the process is to stop, or after so many seconds. What looks at it ends between two batches, as at a stop."""

    def __init__(self, stop: threading.Event, seconds: float) -> None:
        super().__init__()
        self._stop, self._ends_at = stop, time.monotonic() + seconds

    def is_set(self) -> bool:
        return self._stop.is_set() or time.monotonic() >= self._ends_at

    def wait(self, timeout: float | None = None) -> bool:
        left = max(0.0, self._ends_at - time.monotonic())
        self._stop.wait(left if timeout is None else min(timeout, left))
        return self.is_set()
