"""The address that a request comes from: what a named proxy says, and otherwise the other end of the connection."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from newsletter.access.network import plain_address

log = logging.getLogger(__name__)

THIS_MACHINE = ("127.0.0.1", "::1")
_AGAIN_AFTER_SECONDS = 3_600.0
# Bounded, because anybody who reaches the port may pretend to be a proxy.
_MOST_NOTED = 20


class Proxies:
    """Believes `X-Forwarded-For` from `named` proxies (addresses and networks) and from this machine alone.

    `note` is called with the address of each other proxy that passes requests on, at most once an hour.
    """

    def __init__(self, app: ASGIApp, *, named: Sequence[str], note: Callable[[str], None]) -> None:
        self._behind = ProxyHeadersMiddleware(cast(Any, app), [*THIS_MACHINE, *named])
        self._note = note
        self._noted: dict[str, float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        unnamed = ""
        if scope["type"] == "http" and scope.get("client"):
            host, port = scope["client"]
            scope = {**scope, "client": (plain_address(host), port)}
            unnamed = self._unnamed(scope)
        await self._behind(cast(Any, scope), cast(Any, receive), cast(Any, send))
        if unnamed:
            await self._tell(unnamed)

    def _unnamed(self, scope: Scope) -> str:
        """The address of a proxy that is not named and was not noted within the hour; "" for anything else."""
        peer = scope["client"][0]
        if not any(_passes_on(name) for name, _ in scope["headers"]) or peer in self._behind.trusted_hosts:
            return ""
        now = time.monotonic()
        is_new = peer not in self._noted
        if (is_new and len(self._noted) >= _MOST_NOTED) or now - self._noted.get(peer, -1e9) < _AGAIN_AFTER_SECONDS:
            return ""
        self._noted[peer] = now
        return str(peer) if _is_address(peer) else ""

    async def _tell(self, proxy: str) -> None:
        try:
            await run_in_threadpool(self._note, proxy)
        except Exception as error:  # noqa: BLE001 - above all a database that is away; the answer has gone out already
            log.error("an unnamed proxy could not be noted: %s", type(error).__name__)


def _passes_on(name: bytes) -> bool:
    return name.startswith(b"x-forwarded") or name in {b"forwarded", b"x-real-ip"}


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False
