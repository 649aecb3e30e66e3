"""One deadline for a whole exchange, however many steps it has."""

from __future__ import annotations

from collections.abc import Callable


class Deadline:
    """The moment at which everything ends, however little is moving."""

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._end = monotonic() + seconds

    def remains(self) -> float:
        """Seconds left; 0 or less when it is over."""
        return self._end - self._monotonic()

    def left(self) -> float:
        """Seconds left, more than 0. Raises TimeoutError once there are none."""
        left = self.remains()
        if left <= 0:
            raise TimeoutError("out of time")
        return left
