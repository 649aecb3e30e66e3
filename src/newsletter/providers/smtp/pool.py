"""Connections kept between parcels, for the next parcel that needs one."""

from __future__ import annotations

import ssl
import threading
import weakref
from collections.abc import Callable

from newsletter.providers.smtp.line import Deadline
from newsletter.providers.smtp.server import Server
from newsletter.providers.smtp.session import SmtpSession, Unwelcome, welcomed
from newsletter.words.outcome import Deferred

# Servers end idle connections after minutes, firewalls forget them silently.
_IDLE_SECONDS = 15.0
_FAREWELL_SECONDS = 1.0
# How long a new connection may take while there are others, greeting and password included.
_GREETING_SECONDS = 10.0
# The share of a parcel's time that may go into waiting for a connection.
_SHARE_OF_WAITING = 0.6
# After that time one more connection is tried than the server took before.
_TRY_MORE_AFTER_SECONDS = 600.0


class Pool:
    """Each connection has one holder at a time; there are never more of them than parcels under way at once.

    A server that lets in no more of us while it serves some takes only so many at once. Then the others wait for one of
    those, instead of knocking again and again.
    """

    def __init__(self, server: Server, *, tls: ssl.SSLContext | None, monotonic: Callable[[], float]) -> None:
        self._server, self._tls, self._monotonic = server, tls, monotonic
        self._idle: list[SmtpSession] = []
        self._lock = threading.Lock()
        self._changed = threading.Condition()
        # Parcels that hold a session or wait for one, and those that were let in; how many may be, and when that was
        # learned.
        self._n_knocking = self._n_inside = 0
        self._most, self._learned_at = server.connections, 0.0
        # Says goodbye when the provider is dropped, and at the end of the program.
        weakref.finalize(self, _hang_up, self._idle, monotonic)

    def take(self, deadline: Deadline) -> SmtpSession:
        """A kept connection or a new one, for one parcel until `deadline`. Raises Unwelcome."""
        while True:
            self._knock(deadline)
            try:
                session = self._kept(deadline) or self._new(deadline)
            except BaseException as no:
                self._count(knocking=-1)
                if isinstance(no, Unwelcome) and not no.outcome.pauses and self._is_one_too_many(deadline):
                    continue
                raise
            self._count(knocking=-1, inside=1)
            return session

    def give_back(self, session: SmtpSession) -> None:
        session.used_at = self._monotonic()
        with self._lock:
            self._idle.append(session)
        self._count(inside=-1)

    def drop(self, session: SmtpSession, deadline: Deadline | None = None) -> None:
        """Close the connection; with a deadline, say QUIT first."""
        session.close(deadline)
        self._count(inside=-1)

    def close(self) -> None:
        """Close every idle connection."""
        with self._lock:
            idle = self._idle[:]
            self._idle.clear()
        _hang_up(idle, self._monotonic)

    def _knock(self, deadline: Deadline) -> None:
        """Wait for a place. Raises Unwelcome where none comes free while there is time for a parcel."""
        until = self._monotonic() + deadline.remains() * _SHARE_OF_WAITING
        with self._changed:
            if self._monotonic() - self._learned_at > _TRY_MORE_AFTER_SECONDS:
                self._most = self._server.connections
            while self._n_knocking + self._n_inside >= self._most:
                left = until - self._monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise Unwelcome(Deferred(f"The mail server takes {self._most} at once, and those were busy."))
            self._n_knocking += 1

    def _is_one_too_many(self, deadline: Deadline) -> bool:
        """Whether a connection was refused because of the others: then their number is the limit, and it is noted.

        While others are still trying to connect, what becomes of them decides.
        """
        with self._changed:
            while not self._n_inside and self._n_knocking:
                left = deadline.remains()
                if left <= 0 or not self._changed.wait(left):
                    break
            if self._n_inside:
                self._most, self._learned_at = self._n_inside, self._monotonic()
            return self._n_inside > 0

    def _count(self, *, knocking: int = 0, inside: int = 0) -> None:
        with self._changed:
            self._n_knocking += knocking
            self._n_inside += inside
            self._most = max(self._most, self._n_inside)
            self._changed.notify_all()

    def _kept(self, deadline: Deadline) -> SmtpSession | None:
        while session := self._last():
            if self._monotonic() - session.used_at < _IDLE_SECONDS and not session.line.is_stale():
                session.line.deadline = deadline
                return session
            session.close()
        return None

    def _new(self, deadline: Deadline) -> SmtpSession:
        """Connect.

        With others connected we wait less long: a full server may leave a new connection without a greeting.
        """
        seconds = min(_GREETING_SECONDS, deadline.remains()) if self._n_inside else deadline.remains()
        session = welcomed(self._server, self._context, Deadline(seconds, self._monotonic))
        session.line.deadline = deadline
        return session

    def _last(self) -> SmtpSession | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _context(self) -> ssl.SSLContext:
        # Reading the system's certificates takes 0.15 s: once, and not before it is needed.
        with self._lock:
            if self._tls is None:
                self._tls = ssl.create_default_context()
            return self._tls


def _hang_up(idle: list[SmtpSession], monotonic: Callable[[], float]) -> None:
    while idle:
        idle.pop().close(Deadline(_FAREWELL_SECONDS, monotonic))
