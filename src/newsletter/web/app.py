"""The web application of one newsletter: the public pages, the studio beside them, the API and the webhooks."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute

from newsletter.consent.sign_up import FormLimits
from newsletter.jobs.pulse import Pulse
from newsletter.web.api import api_routes
from newsletter.web.health import health_routes
from newsletter.web.number import use_numbers
from newsletter.web.proxies import Proxies
from newsletter.web.public.headers import SafeHeaders
from newsletter.web.public.routes import public_routes
from newsletter.web.public.site import Site
from newsletter.web.readable import Readable
from newsletter.web.webhooks import webhook_routes
from newsletter.wiring import Parts
from newsletter.words.mistake import Interrupted, NewsletterError


def build(
    parts: Parts, more: Sequence[BaseRoute] = (), *, limits: FormLimits | None = None, pulse: Pulse | None = None
) -> Starlette:
    """The application; `more` routes (the studio, the API) come before the public ones.

    `pulse` is that of the schedule which this process keeps; without one it says that it serves pages only.
    """
    # Made here, once: the first two requests would otherwise open the database twice.
    assert parts.engine and parts.consent and parts.provider
    use_numbers()
    site = Site(parts, limits)
    return Starlette(
        routes=[
            # First, because routes are tried one after the other, and events come by the hundred a second.
            *webhook_routes(parts),
            *more,
            *api_routes(parts),
            *health_routes(parts, pulse or Pulse()),
            *public_routes(site),
        ],
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
