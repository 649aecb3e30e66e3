"""A webhook that says "not now" to every message once, and writes down how it was signed each time."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as it came. Header names in lower case."""

    headers: dict[str, str]
    body: bytes


class Hook:
    """Listens on a port of this machine. `key` is the public one that SendGrid shows for the webhook."""

    def __init__(self, port: int, key: str) -> None:
        self.key = key
        self._heard: dict[bytes, list[Message]] = defaultdict(list)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("", port), self._handler())
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def tellings(self, mark: str) -> list[Message]:
        """All tellings of the first message that holds a mark."""
        with self._lock:
            return next(([*all_of] for body, all_of in self._heard.items() if mark.encode() in body), [])

    def hear(self, message: Message) -> int:
        """The status to answer with."""
        with self._lock:
            all_of = self._heard[message.body]
            all_of.append(message)
            return 503 if len(all_of) == 1 else 200

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hear = self.hear

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(hear(Message(headers=headers, body=body)))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Silence: a body names people."""

        return Handler
