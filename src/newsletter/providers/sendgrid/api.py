"""Questions to SendGrid's API that hand nothing over: its log, its lists of addresses it does not mail, its settings."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from urllib.parse import urlencode

import orjson

from newsletter.providers.sendgrid.client import Host, Key
from newsletter.providers.sendgrid.transport import AnswerLost, Deadline, HttpAnswer, HttpLine, Unreached

_SECONDS = 15.0


class NoAnswer(Exception):
    """There was no useful answer; its text says why and names no address. `status` is 0 where there was none at all.

    `said` are SendGrid's own words, which may name what was asked for.
    """

    def __init__(self, reason: str, status: int = 0, said: str = "") -> None:
        super().__init__(reason)
        self.status, self.said = status, said


class SendGridApi:
    """Asks over one kept connection, one question at a time."""

    def __init__(
        self, key: str, url: str, monotonic: Callable[[], float], tls: Callable[[], ssl.SSLContext] | None = None
    ) -> None:
        """Raises Mistake for a key or an address that can't be right."""
        self._key, self._host, self._monotonic = Key(key), Host(url), monotonic
        secure = (tls or ssl.create_default_context) if self._host.is_secure else None
        self._lock = threading.Lock()
        self._line = HttpLine(self._host.name, self._host.port, tls=secure, monotonic=monotonic)

    def get(self, path: str, **query: int | str) -> object:
        """The JSON of an answer. Raises NoAnswer."""
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path, b"")

    def post(self, path: str, document: object) -> object:
        return self._ask("POST", path, orjson.dumps(document))

    def patch(self, path: str, document: object) -> object:
        return self._ask("PATCH", path, orjson.dumps(document))

    def delete(self, path: str) -> None:
        self._ask("DELETE", path, b"")

    def _ask(self, method: str, path: str, body: bytes) -> object:
        headers = {
            "Host": self._host.header,
            "User-Agent": "newsletter",
            "Accept": "application/json",
            "Authorization": self._key.header,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        head = "\r\n".join([*lines, "", ""]).encode("ascii")
        try:
            with self._lock:
                answer = self._line.exchange(head, body, Deadline(_SECONDS, self._monotonic))
        except (Unreached, AnswerLost) as error:
            raise NoAnswer(f"{self._host.name} did not answer: {error}") from None
        return _json(answer, self._host.name)


def _json(answer: HttpAnswer, name: str) -> object:
    """The document; None of an answer that has none (204)."""
    if answer.status == 204:
        return None
    if answer.status not in {200, 201} or not answer.whole:
        raise NoAnswer(f"{name} answered {answer.status}", answer.status, _said(answer.body))
    try:
        found: object = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        raise NoAnswer(f"{name} answered something that is not JSON", answer.status) from None
    return found


def _said(body: bytes) -> str:
    """The first message of SendGrid's list of errors, on one line."""
    try:
        said = orjson.loads(body)["errors"][0]["message"]
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return ""
    return " ".join(said.split())[:200] if isinstance(said, str) else ""
