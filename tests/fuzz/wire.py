"""One request to an application as a web server would pass it on, without a server: every byte is ours to choose."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

Application = Callable[[Any, Any, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`target` is the path in ASCII with its escapes. Where `breaks_off`, whoever asks is gone after half of the body."""

    method: str
    target: str
    query: bytes = b""
    headers: tuple[tuple[str, bytes], ...] = ()
    body: bytes = b""
    breaks_off: bool = False

    def __str__(self) -> str:
        body = self.body if len(self.body) < 1_500 else self.body[:1_500] + b" ... %d bytes" % len(self.body)
        return f"{self.method} {self.target[:300]}?{self.query[:1_000]!r}\n{self.headers}\n{body!r}"


@dataclass(slots=True)
class Answered:
    """`status` 0: there was no answer, as for somebody who is gone. `fault` is what the application left uncaught."""

    status: int = 0
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    fault: BaseException | None = None


def scope_of(asked: Asked) -> dict[str, Any]:
    """As uvicorn makes it: the path unquoted, names of headers in lower case."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "path": unquote(asked.target),
        "raw_path": asked.target.encode("ascii"),
        "query_string": asked.query,
        "root_path": "",
        "headers": [(name.lower().encode(), value) for name, value in asked.headers],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8025),
        "state": {},
    }


async def ask(application: Application, asked: Asked) -> Answered:
    """Ask once; what it raises is kept and not raised."""
    answered = Answered()
    body = asked.body[: len(asked.body) // 2] if asked.breaks_off else asked.body
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": body[start : start + 16_384], "more_body": True}
        for start in range(0, len(body), 16_384)
    ]
    if not asked.breaks_off:
        messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answered.status, answered.headers = message["status"], tuple(message["headers"])
        elif message["type"] == "http.response.body":
            answered.body += message.get("body", b"")

    try:
        await application(scope_of(asked), receive, send)
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is what this looks for
        answered.fault = fault
    return answered
