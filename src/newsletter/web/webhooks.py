"""Where a provider's messages arrive: verified byte for byte, kept, and only then answered with 200."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from newsletter.feedback.events_sql import AT_ONCE
from newsletter.feedback.heard_file import HeardFile
from newsletter.ports.events import EventSource, Unreadable, Unverified
from newsletter.providers.fault import bug_in_words
from newsletter.providers.registry import KINDS
from newsletter.web.waiting_posts import TooManyWaitingError, WaitingPosts
from newsletter.words.event import Event

if TYPE_CHECKING:
    from newsletter.feedback.feedback import Feedback
    from newsletter.wiring import Parts

log = logging.getLogger(__name__)

# A provider collects up to 768 KB; room for one that does not keep to that.
MAX_BYTES = 8_000_000
# Some twenty events, which are read in less time than it takes to hand them to a thread.
_SHORT_BYTES = 10_000


def webhook_routes(parts: Parts) -> list[BaseRoute]:
    """A route for each provider that reports events, whichever carries the mail now.

    Raises Mistake for a wrong webhook key.
    """
    return [
        Route(
            f"/webhooks/{kind.name}",
            webhook(parts.feedback, source, kind.title, note=HeardFile(parts.directory, kind.name).note),
            methods=["POST"],
        )
        for kind in KINDS.values()
        if (source := kind.events(parts.provider_setup))
    ]


def webhook(
    feedback: Feedback,
    source: EventSource,
    title: str,
    waiting: WaitingPosts | None = None,
    note: Callable[[], None] = lambda: None,
) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint. It answers 200 only after the commit; any 5xx makes the provider try again.

    `note` is called for each message that was kept.
    """
    posts = waiting or WaitingPosts(lambda events: feedback.keep(source, events), at_once=AT_ONCE)
    reader = _Reader(feedback, source)

    async def endpoint(request: Request) -> Response:
        try:
            body = await _body(request)
        except ClientDisconnect:
            return _answer(400, "the message broke off")
        if body is None:
            log.warning("a message of more than %d bytes to the webhook was refused", MAX_BYTES)
            return _answer(413, "too large")
        try:
            await posts.keep(await reader.read(request.headers, body))
            note()
        except Unverified:
            return _answer(403, f"not taken: it could not be proved to come from {title}")
        except Unreadable:
            return _answer(400, "not taken: it can't be read")
        except TooManyWaitingError:
            return _answer(503, "not taken: too many are waiting, come again later")
        except Exception as error:  # noqa: BLE001 - above all a database that is away; what else it is, is in the log
            log.error("events could not be kept: %s", bug_in_words(error))
            return _answer(503, "not taken: come again later")
        return _answer(200, "taken")

    return endpoint


class _Reader:
    """Reads messages so that others get Python's interpreter meanwhile: an unsubscribe has to wait for it dozens of times.

    Short messages are read between two requests, unless the provider may have to be asked for something. Long ones one after
    the other, in a thread that rests after each for as long as it took: what it reads ahead has to wait for the database all
    the same.
    """

    def __init__(self, feedback: Feedback, source: EventSource) -> None:
        self._feedback, self._source = feedback, source
        self._turn = asyncio.Lock()

    async def read(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        if len(body) > _SHORT_BYTES:
            return await self._read_long(headers, body)
        if self._source.asks_first:
            return await run_in_threadpool(self._feedback.read, self._source, headers, body)
        return self._feedback.read(self._source, headers, body)

    async def _read_long(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        async with self._turn:
            began = time.monotonic()
            events = await run_in_threadpool(self._feedback.read, self._source, headers, body)
            await asyncio.sleep(time.monotonic() - began)
            return events


async def _body(request: Request) -> bytes | None:
    """The body byte for byte, because that is what was signed; None where it is too large."""
    taken = bytearray()
    async for piece in request.stream():
        taken += piece
        if len(taken) > MAX_BYTES:
            return None
    return bytes(taken)


def _answer(status: int, words: str) -> Response:
    return PlainTextResponse(f"{words}\n", status, headers={"Cache-Control": "no-store"})
