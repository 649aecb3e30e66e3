"""One name for one page, however its address is written, so that a page that ran before is known again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from newsletter.words.domain import host_of

# Names that say who sent the reader, and change nothing on the page. From what the services write into links themselves.
_TRACKING = re.compile(
    r"(?:utm|mtm|pk|piwik|hsa|oly|vero|ml|ga|at|wt|cvid)_\w+|(?:fb|g|dc|ms|tw|yc|ttc|gb|wb|igs|srs)\w{0,4}(?:clid|clsrc|raid)"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|twclid|yclid|ttclid|igshid|igsh|mc_cid|mc_eid|_hsenc|_hsmi|mkt_tok"
    r"|s_cid|cmpid|campaign_?id|xtor|ref_src|ref_url|__s|_ga|_gl|_openstat|ncid|sr_share|smid|share_?id|srsltid|li_fat_id"
    r"|guccounter|guce_\w+|spm|si",
    re.IGNORECASE,
)
_HOST_DRESS = re.compile(r"^(?:www\d?|m|mobile|amp|touch)\.(?=[^.]+\.)")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
# Links of a Markdown text. A parser would be slow over years of posts, and only their addresses are wanted.
_LINKS = re.compile(r"\]\(\s*<?(https?://[^\s)>]+)|<(https?://[^\s<>]++)>")
_AMP = re.compile(r"(?:/amp|\.amp)(?=/?$|\.html?$)|^/amp(?=/)", re.IGNORECASE)


def canonical(url: str) -> str:
    """The address without what does not choose the page: scheme, `www.`, `m.`, amp, tracking, fragment, last slash.

    Two addresses with one canonical form are one page to readers. It is a name and is never opened. What can't be
    read as an address comes back as it is.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = host_of(url.strip()) or (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError:
        return url
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return url
    while (bare := _HOST_DRESS.sub("", host)) != host:
        host = bare
    if port not in {None, 80, 443}:
        host = f"{host}:{port}"
    pairs = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not is_tracking(name)
        and (name.lower(), value.lower()) not in {("amp", "1"), ("amp", ""), ("outputtype", "amp")}
    ]
    query = f"?{urlencode(sorted(pairs))}" if pairs else ""
    # A fragment that begins with ! is the page itself on old sites.
    fragment = f"#{parts.fragment}" if parts.fragment.startswith("!") else ""
    return f"{host}{_path(parts.path)}{query}{fragment}"


def links_in(markdown: str) -> Iterator[str]:
    """The addresses that a Markdown text links to, in order."""
    for match in _LINKS.finditer(markdown):
        yield match[1] or match[2]


def is_tracking(name: str) -> bool:
    """Whether a parameter of an address says only where the reader came from."""
    return _TRACKING.fullmatch(name) is not None


def tracking_in(url: str) -> list[str]:
    """The tracking parameters of an address, in their order."""
    try:
        return [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True) if is_tracking(name)]
    except ValueError:
        return []


def without_tracking(url: str) -> str:
    """The address with its tracking parameters cut out and everything else left as it was written."""
    head, question, rest = url.partition("?")
    query, hash_sign, fragment = rest.partition("#")
    kept = [piece for piece in query.split("&") if not is_tracking(unquote(piece.partition("=")[0]))]
    return head + (question + "&".join(kept) if kept else "") + hash_sign + fragment


def _path(path: str) -> str:
    path = re.sub("/{2,}", "/", path)
    path = _INDEX.sub("/", _AMP.sub("", path)).rstrip("/")
    return quote(unquote(path), safe="/~!$&'()*+,;=:@-._")
