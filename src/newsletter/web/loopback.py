"""Whether a request was made on this very machine, by its name and with no proxy in between."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from starlette.requests import Request

from newsletter.access.network import plain_address

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
# Headers that proxies add, besides those that begin with x-forwarded.
_FORWARDED = frozenset({"forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"})


def is_here(request: Request) -> bool:
    """Both ends of the connection are this machine, and no header says that a proxy passed it on.

    It can't be forged from elsewhere.
    """
    client = request.client.host if request.client else ""
    return _is_loopback(client) and has_loopback_name(request) and not is_passed_on(request.headers)


def is_passed_on(headers: Iterable[str]) -> bool:
    """Whether one of these header names (in lower case) is one that a proxy adds."""
    return any(name in _FORWARDED or name.startswith("x-forwarded") for name in headers)


def has_loopback_name(request: Request) -> bool:
    return visited_host(request) in LOOPBACK


def visited_host(request: Request) -> str:
    """The host that the browser was told to visit, in lower case and without its port."""
    host = request.headers.get("host", "").lower()
    return host if host.endswith("]") else host.rpartition(":")[0] or host


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(plain_address(address)).is_loopback
    except ValueError:
        return False
