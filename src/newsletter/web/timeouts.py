"""How long the pages wait for a request, and for how many at once: a client that never ends its request is cut off."""

from __future__ import annotations

import asyncio
import heapq
import logging
from dataclasses import dataclass
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

log = logging.getLogger(__name__)

# A body of up to this size may be held for every connection at once.
_SMALL_BYTES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestBounds:
    """`body_seconds` are for any body, and one second more for each `bytes_a_second` received.

    `unfinished_bytes` bounds all unfinished bodies together.
    """

    connections: int = 400
    header_seconds: float = 10.0
    body_seconds: float = 20.0
    bytes_a_second: int = 500
    answer_seconds: float = 30.0
    unfinished_bytes: int = 150_000_000
    seconds_between_looks: float = 1.0


class PatientProtocol(H11Protocol):
    """uvicorn's protocol with timeouts: uvicorn 0.54 waits without end for a header, a body and the client to read.

    Beyond `connections` those that have kept us waiting longest are ended for new ones; where all are being answered, the
    new one is.
    """

    bounds = RequestBounds()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._n_bytes = 0
        self._waits_since = self.loop.time()
        self._writes_since: float | None = None
        self._looks = self.loop.call_later(self.bounds.seconds_between_looks, self._look)
        if len(self.connections) > self.bounds.connections:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._looks.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = self.conn.their_state
        if before is h11.IDLE and self._n_bytes == 0:
            self._waits_since = self.loop.time()
        self._n_bytes += len(data)
        super().data_received(data)
        if self.conn.their_state is not before:
            self._waits_since, self._n_bytes = self.loop.time(), len(data)
        if self._n_bytes > _SMALL_BYTES and self.is_waiting:
            self._spare_memory()

    def on_response_complete(self) -> None:
        self._waits_since, self._n_bytes = self.loop.time(), 0
        super().on_response_complete()

    def pause_writing(self) -> None:
        self._writes_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._writes_since = None
        super().resume_writing()

    def shutdown(self) -> None:
        # The server waits at its end only for requests that are being answered.
        if self.is_waiting:
            self.transport.abort()
        else:
            super().shutdown()

    @property
    def waits_since(self) -> float:
        return self._writes_since or self._waits_since

    @property
    def is_waiting(self) -> bool:
        """For the other side: to go on with its request, or to take the answer."""
        if self.transport.is_closing():
            return False
        return self._writes_since is not None or self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def cut_off(self, why: str) -> None:
        if not self.transport.is_closing():
            log.warning("a request that did not come to its end was cut off: %s", why)
            self.transport.abort()

    def _make_room(self) -> None:
        others = self._others()
        # Those that were just cut off are counted by uvicorn until the loop comes round.
        if len(others) < self.bounds.connections:
            return
        # A tenth at once: they come in crowds, and each look at all of them takes time.
        n_to_end = max(1, self.bounds.connections // 10)
        waiting = [one for one in others if one.is_waiting]
        for one in heapq.nsmallest(n_to_end, waiting, key=lambda one: one.waits_since) or [self]:
            one.cut_off("there were too many at once")

    def _others(self) -> list[PatientProtocol]:
        """Those that are still open."""
        mine = [one for one in self.connections if isinstance(one, PatientProtocol)]
        return [one for one in mine if one is not self and not one.transport.is_closing()]

    def _look(self) -> None:
        if self.transport.is_closing():
            return
        waited = self.loop.time() - self.waits_since
        if self.is_waiting and waited > self._patience():
            self.cut_off(f"it took longer than {waited:.0f} s")
            return
        self._looks = self.loop.call_later(self.bounds.seconds_between_looks, self._look)

    def _patience(self) -> float:
        """Seconds allowed for the current step."""
        if self._writes_since is not None:
            return self.bounds.answer_seconds
        if self.conn.their_state is h11.IDLE:
            return self.bounds.header_seconds
        if self.flow.read_paused:
            # We have stopped reading ourselves.
            return float("inf")
        return self.bounds.body_seconds + self._n_bytes / self.bounds.bytes_a_second

    def _spare_memory(self) -> None:
        unfinished = [one for one in (self, *self._others()) if one.is_waiting]
        if sum(one._n_bytes for one in unfinished) > self.bounds.unfinished_bytes:
            max(unfinished, key=lambda one: one._n_bytes).cut_off("too much had come of too many")


def protocol_within(bounds: RequestBounds) -> type[asyncio.Protocol]:
    """For uvicorn's `http`."""
    own: dict[str, Any] = {"bounds": bounds}
    return type("PatientProtocol", (PatientProtocol,), own)
