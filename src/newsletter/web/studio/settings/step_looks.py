"""Looks at the steps of each sending service behind the page: services and DNS take seconds to answer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from newsletter.connect.desk import ConnectDesk, StepSeen
from newsletter.connect.looks_sql import KeptLook, KeptLooks, ServiceLooks
from newsletter.providers.kind import ProviderKind
from newsletter.words.mistake import NewsletterError

log = logging.getLogger(__name__)

_BETWEEN_SECONDS = 15.0
# Records that are not live by then take hours: nobody waits before the page for that.
WAIT_SECONDS = 600.0


class StepLooks:
    """One look at a time for each service, by one process; what it saw, all processes show."""

    def __init__(
        self, desk_of: Callable[[ProviderKind], ConnectDesk], kept: Callable[[], KeptLooks], stop: threading.Event
    ) -> None:
        self._desk_of, self._kept, self._stop = desk_of, kept, stop

    def desk(self, kind: ProviderKind) -> ConnectDesk:
        return self._desk_of(kind)

    def find(self, kind: ProviderKind) -> ServiceLooks:
        return self._kept().find(kind.name)

    def look(self, kind: ProviderKind, names: Sequence[str] = ()) -> None:
        """Look at these steps, or at all, in a thread of its own."""
        desk = self.desk(kind)
        wanted = list(names) or [step.name for step in desk.steps]
        if self._kept().begin(kind.name, wanted):
            threading.Thread(target=self._look, args=(desk, wanted), name="service", daemon=True).start()

    def wait(self, kind: ProviderKind, names: Sequence[str]) -> None:
        """Look at these steps again and again until their records are live, for ten minutes at most."""
        if self._kept().begin_to_wait(kind.name, names):
            args = (self.desk(kind), list(names))
            threading.Thread(target=self._wait, args=args, name="records", daemon=True).start()

    def look_now(self, kind: ProviderKind, name: str) -> None:
        """After something was done in one step."""
        self._keep(kind.name, self.desk(kind).see(name))

    def forget(self, kind: ProviderKind) -> None:
        """What was seen with another key does not count."""
        self._kept().forget(kind.name)

    def _look(self, desk: ConnectDesk, names: Sequence[str]) -> None:
        with self._ending(desk.kind.name):
            for name in names:
                self._keep(desk.kind.name, desk.see(name))

    def _wait(self, desk: ConnectDesk, names: Sequence[str]) -> None:
        left, until = list(names), time.monotonic() + WAIT_SECONDS
        with self._ending(desk.kind.name, waiting=True):
            while left and time.monotonic() < until and not self._stop.wait(_BETWEEN_SECONDS):
                self._kept().go_on_waiting(desk.kind.name)
                seen = [desk.see(name) for name in left]
                for one in seen:
                    self._keep(desk.kind.name, one)
                left = [one.step.name for one in seen if one.waits_for_dns]

    @contextmanager
    def _ending(self, service: str, *, waiting: bool = False) -> Iterator[None]:
        """Pages show that the block is over. Where the database is away, they show it by themselves after a while."""
        try:
            yield
        except NewsletterError as error:
            log.warning("the steps of %s could not be looked at: %s", service, error.message)
        finally:
            with suppress(NewsletterError):
                self._kept().end(service, waiting=waiting)

    def _keep(self, service: str, one: StepSeen) -> None:
        self._kept().keep(service, one.step.name, KeptLook(look=one.look, records=one.records))
