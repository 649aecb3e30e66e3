"""A wire between two programs on this machine, to be cut and restored: a proxy on 127.0.0.1."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

_CHUNK = 1 << 16
# With this a closed socket says nothing but "reset".
_RESET = struct.pack("ii", 1, 0)


def line_to(url: str) -> socket.socket:
    """A connection to where a database or a web server listens. Raises OSError."""
    if url.startswith("http"):
        web = urlsplit(url)
        return socket.create_connection((web.hostname, web.port))
    address = make_url(url)
    where: Any = address.query.get("host") or address.host or "127.0.0.1"
    port = address.port or 5432
    if not str(where).startswith("/"):
        return socket.create_connection((where, port))
    line = socket.socket(socket.AF_UNIX)
    line.connect(f"{where}/.s.PGSQL.{port}")
    return line


def through_port(url: str, port: int) -> str:
    """The same server, by way of a port of this machine."""
    if url.startswith("http"):
        return f"http://127.0.0.1:{port}"
    plain = {"sslmode": "disable", "gssencmode": "disable"}
    return make_url(url).set(host="127.0.0.1", port=port, query=plain).render_as_string(hide_password=False)


class Wire:
    """Listens on a port of its own, `url`, and passes all bytes on, until it is cut or falls silent."""

    def __init__(self, url: str) -> None:
        self._target = url
        self._lock = threading.Lock()
        self._is_cut = False
        self._passes = threading.Event()
        self._passes.set()
        self._lines: set[socket.socket] = set()
        self._port = 0
        self._listen()
        self.url = through_port(url, self._port)

    @property
    def is_whole(self) -> bool:
        return not self._is_cut and self._passes.is_set()

    def cut(self) -> None:
        """Break off every connection, and refuse new ones, until it is restored."""
        with self._lock:
            self._is_cut = True
            lines = list(self._lines)
        # A thread that waits in accept() holds the socket open: only this wakes it.
        _shut(self._listening)
        self._listening.close()
        for line in lines:
            _break(line)

    def fall_silent(self) -> None:
        """Nothing arrives any more, in either direction. What is sent meanwhile arrives once it is restored."""
        self._passes.clear()

    def restore(self) -> None:
        if self._is_cut:
            self._is_cut = False
            self._listen()
        self._passes.set()

    def close(self) -> None:
        self.cut()
        self._passes.set()

    def _listen(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self._port), backlog=64)
        self._port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        self._passes.wait()
        try:
            server = line_to(self._target)
        except OSError:  # nobody listens there
            client.close()
            return
        if client.family is server.family:
            for line in (client, server):
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._lines |= {client, server}
            is_cut = self._is_cut
        if is_cut:
            _break(client)
            _break(server)
        back = threading.Thread(target=self._pass_on, args=(server, client), daemon=True)
        back.start()
        self._pass_on(client, server)
        back.join()
        with self._lock:
            self._lines -= {client, server}
        client.close()
        server.close()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        """Until one of them is closed; then the other one is told."""
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                self._passes.wait()
                target.sendall(data)
        for line in (source, target):
            _shut(line)


def _break(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    _shut(line)


def _shut(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
