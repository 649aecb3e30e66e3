"""How a list grew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class Growth(Protocol):
    def by_week(self, list_name: str, *, now: datetime, weeks: int) -> Sequence[int]:
        """How many were active on a list at the end of each of the last weeks, the oldest first; the last one is now.

        Somebody counts from when they were first known to when they left; who went away for a while and came back counts
        from their return. Empty where there is no such list.
        """
        ...
