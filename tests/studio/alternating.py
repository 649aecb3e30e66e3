"""Two processes behind a proxy that sends each request to the other one, as an application for a test's client."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.routing import BaseRoute

from newsletter.web.app import build
from newsletter.web.studio.routes import studio_routes
from newsletter.wiring import Parts, open_newsletter

_Message = MutableMapping[str, Any]
# What tests put in the place of the real thing, in the parts that they have in their hands.
_PUT_IN = ("fetcher", "timing")


class Alternating:
    """The studio twice, on one folder and one database: what only one of them remembers is missing at the next request."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._others = parts, open_newsletter(parts.directory)
        vars(self._others)["machine_token"] = parts.machine_token
        self._first, second = (build(one, studio_routes(one)) for one in (parts, self._others))
        self._next = itertools.cycle([self._first, second])

    @property
    def routes(self) -> list[BaseRoute]:
        return self._first.routes

    async def __call__(
        self,
        scope: _Message,
        receive: Callable[[], Awaitable[_Message]],
        send: Callable[[_Message], Awaitable[None]],
    ) -> None:
        vars(self._others).update({name: vars(self._parts)[name] for name in _PUT_IN if name in vars(self._parts)})
        app = next(self._next) if scope["type"] == "http" else self._first
        await app(scope, receive, send)
