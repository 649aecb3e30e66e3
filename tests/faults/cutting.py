"""A wire to PostgreSQL that is cut at COMMIT: before the server hears of it, or before anybody hears that it is done."""

from __future__ import annotations

import contextlib
import random
import re
import socket
import struct
import threading
from collections import Counter

from tests.faults.wires import line_to, through_port

_COMMIT = b"COMMIT\0"
_CHUNK = 1 << 16
# What the server says when a statement that writes is done: a kind, a length, and the tag of the command.
_WROTE = re.compile(rb"C\x00\x00\x00.(?:INSERT|UPDATE|DELETE) ", re.DOTALL)


class Cutter:
    """Listens on a port and passes everything on.

    `chance` is that of each COMMIT to be the last thing on its connection, where something was written before it.
    """

    def __init__(self, url: str, seed: int, *, chance: float) -> None:
        self._url, self._draw, self._chance = url, random.Random(f"cuts {seed}"), chance
        self._lock = threading.Lock()
        self.cuts: Counter[str] = Counter()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = through_port(url, self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def stop_cutting(self) -> None:
        self._chance = 0.0

    def close(self) -> None:
        # A thread that waits in accept() holds the socket open: only this wakes it.
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def decide(self) -> str:
        """`before`, `after`, or nothing, for one COMMIT."""
        with self._lock:
            what = self._draw.choice(["before", "after"]) if self._draw.random() < self._chance else ""
            self.cuts.update([what] if what else [])
        return what

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            try:
                server = line_to(self._url)
            except OSError:  # the server is down: so is the wire
                client.close()
                continue
            _Wire(self, client, server).start()


class _Wire:
    """One connection. Messages of the client are read whole; what the server says is passed on as it comes."""

    def __init__(self, cutter: Cutter, client: socket.socket, server: socket.socket) -> None:
        self._cutter, self._client, self._server = cutter, client, server
        self._is_last = threading.Event()
        self._has_written = False

    def start(self) -> None:
        for work in (self._up, self._down):
            threading.Thread(target=work, daemon=True).start()

    def _up(self) -> None:
        with contextlib.suppress(OSError, EOFError):
            self._server.sendall(self._message(has_kind=False))
            while True:
                message = self._message(has_kind=True)
                what = ""
                if message[:1] == b"Q" and message[5:] == _COMMIT and self._has_written:
                    what, self._has_written = self._cutter.decide(), False
                if what == "before":
                    break
                if what == "after":
                    self._is_last.set()
                self._server.sendall(message)
                if what == "after":
                    # The other direction ends it, once the server has said that it is done.
                    return
        self._end()

    def _down(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._server.recv(_CHUNK):
                if self._is_last.is_set():
                    break
                self._has_written |= bool(_WROTE.search(data))
                self._client.sendall(data)
        self._end()

    def _message(self, *, has_kind: bool) -> bytes:
        """A kind of one byte, except in the very first, and then a length that counts itself."""
        kind = self._exactly(1) if has_kind else b""
        length = self._exactly(4)
        return kind + length + self._exactly(struct.unpack("!I", length)[0] - 4)

    def _exactly(self, n_bytes: int) -> bytes:
        data = b""
        while len(data) < n_bytes:
            more = self._client.recv(n_bytes - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def _end(self) -> None:
        for line in (self._client, self._server):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
