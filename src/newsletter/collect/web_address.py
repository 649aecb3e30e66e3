"""Web addresses as they may stand in a post: whole, to the web or to mail, without what only tracks."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|_hs(?:enc|mi)|yclid", re.IGNORECASE)
_IN_MARKDOWN = {char: f"%{ord(char):02X}" for char in ' <>()[]{}\\`|"^*'}


def whole_address(address: str, base: str | None = None) -> str | None:
    """The address as `https://host/...`, resolved against `base`; None where it does not lead to the web."""
    try:
        joined = urljoin(base, address.strip()) if base else address.strip()
        parts = urlsplit(joined)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return None
        return urlunsplit(parts._replace(query=_without_tracking(parts.query)))
    except ValueError:
        return None


def site_of(url: str) -> str:
    """The host of an address as people call a site."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


def in_markdown(address: str) -> str:
    """The address with everything encoded that could end a link, or begin a gap, in Markdown."""
    return "".join(_IN_MARKDOWN.get(char, char) for char in re.sub(r"[\x00-\x1f\x7f\s]+", "", address))


def _without_tracking(query: str) -> str:
    if not _TRACKING.search(query):
        return query
    return urlencode([(key, value) for key, value in parse_qsl(query, True) if not _TRACKING.fullmatch(key)])
