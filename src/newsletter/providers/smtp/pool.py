"""Connections kept between parcels, for whoever needs one next."""

from __future__ import annotations

import ssl
import threading
import weakref
from collections.abc import Callable

from newsletter.providers.smtp.line import Deadline
from newsletter.providers.smtp.server import Server
from newsletter.providers.smtp.session import Session, welcomed

# Servers end idle connections after minutes, firewalls forget them without a word.
_IDLE_SECONDS = 15.0
_FAREWELL_SECONDS = 1.0


class Pool:
    """Each connection has one holder at a time; there are never more of them than parcels under way at once."""

    def __init__(self, server: Server, *, tls: ssl.SSLContext | None, monotonic: Callable[[], float]) -> None:
        self._server, self._tls, self._monotonic = server, tls, monotonic
        self._idle: list[Session] = []
        self._lock = threading.Lock()
        # Says goodbye when the provider is dropped, and at the end of the program.
        weakref.finalize(self, _hang_up, self._idle, monotonic)

    def take(self, deadline: Deadline) -> Session:
        """A kept connection or a new one, for one parcel until `deadline`. Raises Unwelcome."""
        while session := self._last():
            if self._monotonic() - session.used_at < _IDLE_SECONDS and not session.line.is_stale():
                session.line.deadline = deadline
                return session
            session.close()
        return welcomed(self._server, self._context, deadline)

    def give_back(self, session: Session) -> None:
        session.used_at = self._monotonic()
        with self._lock:
            self._idle.append(session)

    def close(self) -> None:
        """Hang up every idle connection."""
        with self._lock:
            idle = self._idle[:]
            self._idle.clear()
        _hang_up(idle, self._monotonic)

    def _last(self) -> Session | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _context(self) -> ssl.SSLContext:
        # Reading the system's certificates takes 0.15 s: once, and not before it is needed.
        with self._lock:
            if self._tls is None:
                self._tls = ssl.create_default_context()
            return self._tls


def _hang_up(idle: list[Session], monotonic: Callable[[], float]) -> None:
    while idle:
        idle.pop().close(Deadline(_FAREWELL_SECONDS, monotonic))
