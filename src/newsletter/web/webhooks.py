"""Where a provider's messages arrive: taken as they came, proved, kept, and only then answered with 200."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from newsletter.ports.events import Unreadable, Unverified

if TYPE_CHECKING:
    from newsletter.feedback.feedback import Feedback
    from newsletter.wiring import Parts

log = logging.getLogger(__name__)

# SendGrid collects up to 768 KB; room for a server of its that does not keep to that.
MAX_BYTES = 8_000_000


def webhook_routes(parts: Parts) -> list[BaseRoute]:
    """The routes to put beside the public pages. Raises Mistake where the webhook's key is not one."""
    return [Route("/webhooks/sendgrid", sendgrid_webhook(parts.feedback), methods=["POST"])]


def sendgrid_webhook(feedback: Feedback) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint. 200 only after the commit; any 5xx makes SendGrid come again, for up to 24 hours."""

    async def endpoint(request: Request) -> Response:
        try:
            body = await _body(request)
        except ClientDisconnect:
            return _answer(400, "the message broke off")
        if body is None:
            log.warning("a message of more than %d bytes to the webhook was refused", MAX_BYTES)
            return _answer(413, "too large")
        try:
            await run_in_threadpool(feedback.hear, request.headers, body)
        except Unverified:
            return _answer(403, "not taken: it could not be proved to come from SendGrid")
        except Unreadable:
            return _answer(400, "not taken: it can't be read")
        except Exception as error:  # noqa: BLE001 - above all a database that is away; what else it is, is in the log
            _log_failure(error)
            return _answer(503, "not taken: come again later")
        return _answer(200, "taken")

    return endpoint


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


def _log_failure(error: Exception) -> None:
    """Where it broke, without the error's own words: a database's errors repeat the rows, addresses and all."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    log.error("events could not be kept: %s at %s", type(error).__name__, where)
