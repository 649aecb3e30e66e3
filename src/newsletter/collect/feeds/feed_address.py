"""The address of a feed as people and other programs write it, also `feed://example.com/rss`."""

from __future__ import annotations

import re

from newsletter.collect.web_address import whole_address

# Schemes that open a feed reader or a player; in front of a whole address, or in the place of http.
_READER = re.compile(r"\A\s*+(?:web\+)?(?:feed|rss|podcast|itpc|pcast):(?://)?", re.IGNORECASE)
_WEB = re.compile(r"https?:", re.IGNORECASE)


def is_feed_address(said: str) -> bool:
    """Whether it is an address at all, and not the name of a file."""
    return _READER.match(said) is not None or _WEB.match(said) is not None


def feed_address(said: str, base: str | None = None) -> str | None:
    """The address as `https://host/...`, resolved against `base`; None where it does not lead to the web."""
    reader = _READER.match(said)
    rest = said[reader.end() :] if reader else said
    if rest != said and not _WEB.match(rest):
        rest = f"http://{rest.lstrip('/')}"
    return whole_address(rest, base)
