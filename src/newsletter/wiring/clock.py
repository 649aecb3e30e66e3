"""The machine's own clock: the one place that reads it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

# Python's own stands still while a laptop sleeps: a claim from before would look fresh afterwards. Linux counts sleep
# under this name, others under the plain one.
_COUNTING_SLEEP = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """The machine's own clock. `monotonic` goes on while the machine sleeps."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.clock_gettime(_COUNTING_SLEEP)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
