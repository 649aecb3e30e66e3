"""A rate limit on wrong keys from one network address: in memory, and bounded."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque

from newsletter.access.network import network_of

MOST = 20
SECONDS = 900.0
_PLACES = 10_000


class WrongKeys:
    """Counts by address; an IPv6 network of 64 bits is one place. Where too many places are known the oldest is forgotten."""

    def __init__(self, *, most: int = MOST, seconds: float = SECONDS, places: int = _PLACES) -> None:
        self._most, self._seconds, self._places = most, seconds, places
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, place: str, *, now: float) -> float:
        """Seconds until a key from this place is checked again; 0 for at once."""
        with self._lock:
            tries = self._recent(network_of(place), now)
            return tries[0] + self._seconds - now if len(tries) >= self._most else 0.0

    def note(self, place: str, *, now: float) -> None:
        with self._lock:
            tries = self._recent(network_of(place), now)
            tries.append(now)
            self._tries[network_of(place)] = tries
            self._tries.move_to_end(network_of(place))
            while len(self._tries) > self._places:
                self._tries.popitem(last=False)

    def __len__(self) -> int:
        return len(self._tries)

    def _recent(self, place: str, now: float) -> deque[float]:
        tries = self._tries.get(place, deque(maxlen=self._most))
        while tries and tries[0] <= now - self._seconds:
            tries.popleft()
        return tries
