"""A page of the web, fetched on behalf of somebody whose addresses are not to be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

MAX_BYTES = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer. `url` is where it came from after `redirects`; header names are in lower case.

    `is_whole` is False where the body was cut at the limit that was asked for.
    """

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    redirects: tuple[str, ...] = ()
    is_permanent: bool = False
    is_whole: bool = True


class WhyNot(StrEnum):
    """Why there is no answer."""

    REFUSED = "refused"  # the address is one that is never fetched: not http(s), or a private network
    NO_SUCH_HOST = "no such host"  # the name is known to have no address
    UNREACHABLE = "unreachable"  # a connection was refused or broke, or its certificate does not hold
    TOO_SLOW = "too slow"
    TOO_LARGE = "too large"  # more than the limit, where a cut body is of no use
    BROKEN = "broken"  # an answer that is not HTTP, or redirects without end
    OFFLINE = "offline"  # this machine can't ask: no name is found, no network is reached


class NotFetched(Exception):
    """No answer came. `reason` is a sentence for people."""

    def __init__(self, why: WhyNot, reason: str) -> None:
        super().__init__(reason)
        self.why = why
        self.reason = reason


class Fetcher(Protocol):
    def fetch(
        self, url: str, *, limit: int = MAX_BYTES, cut: bool = False, also: Mapping[str, str] | None = None
    ) -> Fetched:
        """GET `url`, following redirects, and read at most `limit` bytes after decompression.

        With `cut` a longer body is cut there and `is_whole` is False; without it, it is refused. Any status is an
        answer. `also` are headers such as If-None-Match: never a secret, for redirects get them too.

        Raises NotFetched, and never reaches a private address, whatever a name or a redirect says.
        """
        ...
