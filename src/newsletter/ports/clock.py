"""The time, as an argument: verbs never read a clock of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present as an aware UTC datetime."""
        ...

    def monotonic(self) -> float:
        """Seconds that only ever grow, also while the machine sleeps; for deadlines within this process."""
        ...

    def sleep(self, seconds: float) -> None: ...
