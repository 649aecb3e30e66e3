"""The web application of one newsletter: the public pages, the studio beside them, the API and the webhooks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute

from newsletter.consent.sign_up import FormLimits
from newsletter.jobs.pulse import Pulse
from newsletter.web.api import api_routes
from newsletter.web.health import health_routes
from newsletter.web.number import use_numbers
from newsletter.web.proxies import Proxies
from newsletter.web.public.confirm import VALID_DAYS
from newsletter.web.public.headers import SafeHeaders
from newsletter.web.public.routes import public_routes
from newsletter.web.public.site import Site
from newsletter.web.readable import Readable
from newsletter.web.webhooks import webhook_routes
from newsletter.wiring import Parts
from newsletter.words.mistake import Interrupted, NewsletterError

log = logging.getLogger(__name__)

_SECONDS_BETWEEN_POSTS = 15
_SECONDS_BETWEEN_SWEEPS = 3_600


def build(
    parts: Parts, more: Sequence[BaseRoute] = (), *, limits: FormLimits | None = None, pulse: Pulse | None = None
) -> Starlette:
    """The application; `more` routes (the studio, the API) come before the public ones.

    `pulse` is that of the schedule which this process keeps; without one it says that it serves pages only.
    While it runs, mails to readers that wait are posted every 15 seconds: those of an import, and those whose posting
    was interrupted. Every hour, what is kept only for a time is forgotten.
    """
    # Made here, once: the first two requests would otherwise open the database twice.
    assert parts.engine and parts.consent and parts.provider
    use_numbers()
    site = Site(parts, limits)
    return Starlette(
        routes=[
            *more,
            *api_routes(parts),
            *health_routes(parts, pulse or Pulse()),
            *webhook_routes(parts),
            *public_routes(site),
        ],
        lifespan=partial(_posting, parts),
        middleware=[
            Middleware(
                Proxies,
                named=parts.config.trusted_proxies,
                note=lambda proxy: parts.unnamed_proxies.note(proxy, at=parts.clock.now()),
            ),
            Middleware(SafeHeaders),
            Middleware(Readable),
        ],
        exception_handlers={
            404: site.not_found,
            405: site.wrong_method,
            500: site.own_fault,
            Interrupted: site.interrupted,
            NewsletterError: site.refused,
            ClientDisconnect: site.broken_off,
        },
    )


@asynccontextmanager
async def _posting(parts: Parts, _app: Starlette) -> AsyncIterator[None]:
    """Post waiting mails for as long as the application runs."""
    task = asyncio.create_task(_post_for_ever(parts))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _post_for_ever(parts: Parts) -> None:
    swept_at = float("-inf")
    while True:
        await asyncio.sleep(_SECONDS_BETWEEN_POSTS)
        await _try("mails to readers could not be posted", parts.post_office.post_waiting)
        if parts.clock.monotonic() - swept_at >= _SECONDS_BETWEEN_SWEEPS:
            swept_at = parts.clock.monotonic()
            await _try("old requests could not be forgotten", partial(sweep, parts))


async def _try(complaint: str, work: Callable[[], object]) -> None:
    try:
        await run_in_threadpool(work)
    except Exception as error:  # noqa: BLE001 - above all a database that is away; the next round tries again
        log.error("%s: %s", complaint, type(error).__name__)


def sweep(parts: Parts) -> None:
    """Forget what is kept only for a time, and end the subscriptions of those who were asked and stayed silent."""
    parts.consent.expiry.expire(valid_days=VALID_DAYS)
    parts.consent.expiry.forget_visitors()
    parts.consent.asking_again.end_silent()
