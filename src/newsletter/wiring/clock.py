"""The machine's own clock, how often the schedule looks at it, and how long calls and processes may keep others waiting."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from newsletter.db.limits import WaitLimits
from newsletter.jobs.ticker import SECONDS_BETWEEN_TICKS
from newsletter.ports.clock import Clock

if TYPE_CHECKING:
    from newsletter.ledger.send import Patience

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """By which clock a newsletter goes, how often its schedule looks at it, and how long it may keep others waiting.

    `call` is how long a call to the provider may take, and `patience` what a sender grants itself before and after one; None is
    what each has of its own. `children` is how its processes begin. Only a test forks them, from a parent that has loaded
    everything and holds nothing, and only a test has no time for real calls.
    """

    clock: Clock = field(default_factory=SystemClock)
    seconds_between_ticks: float = SECONDS_BETWEEN_TICKS
    limits: WaitLimits = field(default_factory=WaitLimits)
    call: timedelta | None = None
    patience: Patience | None = None
    children: Literal["spawn", "fork"] = "spawn"
