"""Where the steps of each sending service stand, looked at behind the page: services and DNS take seconds to answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from newsletter.connect.desk import ConnectDesk, StepSeen
from newsletter.providers.kind import ProviderKind

_BETWEEN_SECONDS = 15.0
# Records that are not live by then take hours: nobody waits before the page for that.
WAIT_SECONDS = 600.0


class StepLooks:
    """One look at a time for each service; what it saw is kept until the program ends."""

    def __init__(self, desk_of: Callable[[ProviderKind], ConnectDesk], stop: threading.Event) -> None:
        self._desk_of, self._stop = desk_of, stop
        self._seen: dict[str, dict[str, StepSeen]] = {}
        self._under_way: dict[str, set[str]] = {}
        self._waiting_until: dict[str, float] = {}
        self._lock = threading.Lock()

    def desk(self, kind: ProviderKind) -> ConnectDesk:
        return self._desk_of(kind)

    def seen(self, kind: ProviderKind) -> Mapping[str, StepSeen]:
        """The last look at each step, by its name."""
        with self._lock:
            return dict(self._seen.get(kind.name, {}))

    def under_way(self, kind: ProviderKind) -> frozenset[str]:
        """The steps that are being looked at."""
        with self._lock:
            return frozenset(self._under_way.get(kind.name, ()))

    def waits(self, kind: ProviderKind) -> bool:
        """Whether records are waited for."""
        return self._waiting_until.get(kind.name, 0.0) > time.monotonic()

    def look(self, kind: ProviderKind, names: Sequence[str] = ()) -> None:
        """Look at these steps, or at all, in a thread of its own."""
        desk = self.desk(kind)
        wanted = list(names) or [step.name for step in desk.steps]
        with self._lock:
            if self._under_way.get(kind.name):
                return
            self._under_way[kind.name] = set(wanted)
        threading.Thread(target=self._look, args=(desk, wanted), name="service", daemon=True).start()

    def wait(self, kind: ProviderKind, names: Sequence[str]) -> None:
        """Look at these steps again and again until their records are live, for ten minutes at most."""
        if self.waits(kind):
            return
        self._waiting_until[kind.name] = time.monotonic() + WAIT_SECONDS
        desk = self.desk(kind)
        threading.Thread(target=self._wait, args=(desk, list(names)), name="records", daemon=True).start()

    def look_now(self, kind: ProviderKind, name: str) -> None:
        """After something was done in one step."""
        self._keep(kind.name, self.desk(kind).see(name))

    def forget(self, kind: ProviderKind) -> None:
        """What was seen with another key does not count."""
        with self._lock:
            self._seen.pop(kind.name, None)

    def _look(self, desk: ConnectDesk, names: Sequence[str]) -> None:
        try:
            for name in names:
                self._keep(desk.kind.name, desk.see(name))
                with self._lock:
                    self._under_way[desk.kind.name].discard(name)
        finally:
            with self._lock:
                self._under_way.pop(desk.kind.name, None)

    def _wait(self, desk: ConnectDesk, names: Sequence[str]) -> None:
        left = list(names)
        try:
            while left and self.waits(desk.kind) and not self._stop.wait(_BETWEEN_SECONDS):
                seen = [desk.see(name) for name in left]
                for one in seen:
                    self._keep(desk.kind.name, one)
                left = [one.step.name for one in seen if one.waits_for_dns]
        finally:
            self._waiting_until.pop(desk.kind.name, None)

    def _keep(self, kind: str, one: StepSeen) -> None:
        with self._lock:
            self._seen.setdefault(kind, {})[one.step.name] = one
