"""The web application of one newsletter: the public pages, and whatever else is put beside them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from newsletter.web.public.headers import SafeHeaders
from newsletter.web.public.routes import public_routes
from newsletter.web.public.site import Site
from newsletter.web.webhooks import webhook_routes

if TYPE_CHECKING:
    from newsletter.wiring import Parts

log = logging.getLogger(__name__)

_SECONDS_BETWEEN_POSTS = 15
_VALID_DAYS = 30


def build(parts: Parts, more: Sequence[BaseRoute] = ()) -> Starlette:
    """The application; `more` routes (the studio, the API) come before the public ones.

    While it runs, mails to readers that wait are posted every 15 seconds: those of an import, and those whose posting
    was interrupted.
    """
    # Made here, once: the first two requests would otherwise open the database twice.
    assert parts.engine and parts.profiles and parts.consents and parts.provider
    site = Site(parts)
    return Starlette(
        routes=[*more, *webhook_routes(parts), *public_routes(site)],
        lifespan=partial(_posting, parts),
        middleware=[Middleware(SafeHeaders)],
        exception_handlers={404: site.not_found, 405: site.wrong_method, 500: site.own_fault},
    )


@asynccontextmanager
async def _posting(parts: Parts, _app: Starlette) -> AsyncIterator[None]:
    """Post waiting mails beside the pages, until these end."""
    task = asyncio.create_task(_post_for_ever(parts))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _post_for_ever(parts: Parts) -> None:
    while True:
        await asyncio.sleep(_SECONDS_BETWEEN_POSTS)
        try:
            await run_in_threadpool(_post, parts)
        except Exception as error:  # noqa: BLE001 - above all a database that is away; the next round tries again
            log.error("mails to readers could not be posted: %s", type(error).__name__)


def _post(parts: Parts) -> None:
    parts.post_office.post_waiting()
    parts.consents.expire(valid_days=_VALID_DAYS)
