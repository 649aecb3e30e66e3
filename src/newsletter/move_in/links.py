"""Links from one old issue to another: they lead to where that issue is now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

_LINK = re.compile(r"(?<=\]\()https?://[^)\s]+(?=\))")


def followed(markdown: str, now: Mapping[str, str], url: str) -> str:
    """The text with new addresses: `now` has them by the path that an issue had at `url`. Other hosts are left alone."""
    host, below = _host(url), _path(url)

    def new(match: re.Match[str]) -> str:
        address = match[0]
        return now.get(_path(address).removeprefix(below), address) if _host(address) == host else address

    return _LINK.sub(new, markdown) if host else markdown


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower().removeprefix("www.")
    except ValueError:
        return ""


def _path(address: str) -> str:
    return urlsplit(address).path.rstrip("/")
