"""Requests that no honest browser sends are refused before a page sees them: bytes that are not text, invalid addresses."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

# RFC 9110, 7.2 and RFC 3986, 3.2: a name, an address in brackets, a port.
_HOST = re.compile(r"(?:[a-z0-9._~-]*|\[[0-9a-f:.]+\])(?::[0-9]{0,5})?", re.IGNORECASE)
_REFUSAL = "This request can't be read: its address or one of its headers holds what none can hold.\n"


class Readable:
    """Answers 400 itself where the address, or a header that names one, can't be read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_readable(scope):
            await PlainTextResponse(_REFUSAL, 400)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def read_within(request: Request, most: int) -> bytes | None:
    """The body byte for byte; None where it is longer than `most` bytes."""
    taken = bytearray()
    async for piece in request.stream():
        taken += piece
        if len(taken) > most:
            return None
    return bytes(taken)


def is_text(value: object) -> bool:
    """Whether all texts in it, a text or what JSON holds, can be kept: PostgreSQL takes no NUL, UTF-8 no half character."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and ("\0" in one or not _is_whole(one)):
            return False
    return True


def with_marks(text: str) -> str:
    """The text with a mark in place of every character that is not text, so that the author can find it."""
    return re.sub("[\0\ud800-\udfff]", "\ufffd", text)


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_readable(scope: Scope) -> bool:
    query: bytes = scope["query_string"]
    headers = Headers(scope=scope)
    return (
        query.isascii()
        and _HOST.fullmatch(headers.get("host", "")) is not None
        and all(_is_address(headers.get(name, "")) for name in ("origin", "referer"))
    )


def _is_address(text: str) -> bool:
    try:
        urlsplit(text)
    except ValueError:
        return False
    return True
