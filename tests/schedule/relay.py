"""A way to a PostgreSQL server that can be cut, or made to hang, while the server itself lives on."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.engine import make_url


class Relay:
    """Passes bytes on between 127.0.0.1:`port` and the server of `url`, while it is `open`."""

    def __init__(self, url: str) -> None:
        self._there = make_url(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._flows = threading.Event()
        self._flows.set()
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        """The same database, by this way."""
        port = self._listener.getsockname()[1]
        here = self._there.set(host="127.0.0.1", port=port).difference_update_query(["host", "port"])
        return here.render_as_string(hide_password=False)

    def hang(self) -> None:
        self._flows.clear()

    def flow(self) -> None:
        self._flows.set()

    def cut(self) -> None:
        """Every connection that there is, and the listener."""
        self._listener.close()
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = self._connected()
                self._ends += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _connected(self) -> socket.socket:
        host = self._there.host or str(self._there.query.get("host", ""))
        port = self._there.port or 5432
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        far = socket.socket(socket.AF_UNIX)
        far.connect(f"{host}/.s.PGSQL.{port}")
        return far

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                self._flows.wait()
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)


@contextmanager
def relayed(url: str) -> Iterator[Relay]:
    relay = Relay(url)
    try:
        yield relay
    finally:
        relay.flow()
        relay.cut()
