"""Domains as the network spells them: one function for every address, header, link and key (IDNA 2008)."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

from newsletter.words.mistake import Mistake

_LONGEST = 253
_LONGEST_LABEL = 63
_HOST = re.compile(
    r"^(?:(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?|mailto:[^?#@,]*@)(?P<host>\[[^\]/?#]*\]|[^/?#:@,]*)", re.IGNORECASE
)


class NotADomain(Mistake):
    """A name that can't be looked up anywhere: a pictogram, a label too long, letters that no registry takes together."""


@lru_cache(maxsize=65536)
def ascii_domain(domain: str) -> str:
    """The domain in lower case, each label of another script as `xn--` and Punycode. Raises NotADomain.

    RFC 5891 with the mapping of UTS 46, not transitional: `straße` stays another name than `strasse`. Of a domain that is
    ASCII only the lengths are looked at: other names of hosts, such as numbers, are judged elsewhere.
    """
    if domain.isascii():
        if len(domain) > _LONGEST or max(map(len, domain.split("."))) > _LONGEST_LABEL:
            raise _refused(domain)
        return domain.lower()
    # Tables and rules, without clock, disk or network. Imported here: most runs never meet a name that needs it.
    import idna

    try:
        mapped = idna.uts46_remap(domain, std3_rules=False, transitional=False)
        parts = mapped.removesuffix(".").split(".")
        labels = [label if label.isascii() else idna.alabel(label).decode("ascii") for label in parts]
    except (idna.IDNAError, UnicodeError):
        raise _refused(domain) from None
    name = ".".join(labels)
    if len(name) > _LONGEST or not all(0 < len(label) <= _LONGEST_LABEL for label in labels):
        raise _refused(domain)
    return name


def unicode_domain(domain: str) -> str:
    """The domain in the letters of its country; unchanged where it has no others, or is not a domain."""
    if "xn--" not in domain:
        return domain
    import idna

    try:
        return idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain


def ascii_url(url: str) -> str:
    """The address, of a page or of a mailbox, with its host in ASCII; everything else, and a host that is no domain, stays as it is written."""
    found = _HOST.match(url)
    if found is None or found["host"].isascii():
        return url
    try:
        host = ascii_domain(found["host"])
    except NotADomain:
        return url
    return f"{url[: found.start('host')]}{host}{url[found.end('host') :]}"


def ascii_uri(url: str) -> str:
    """`ascii_url` with whatever else is outside ASCII percent-encoded, as headers need it (RFC 3986, 2.1)."""
    return quote(ascii_url(url), safe="%/:?#[]@!$&'()*+,;=-._~")


def host_of(url: str) -> str:
    """The host of a web address as the network spells it; "" where it can't be read."""
    try:
        return ascii_domain((urlsplit(url).hostname or "").rstrip("."))
    except (ValueError, NotADomain):
        return ""


def scheme_of(url: str) -> str:
    """The scheme of an address in lower case; "" where it has none or can't be read."""
    try:
        return urlsplit(url).scheme.lower()
    except ValueError:
        return ""


def is_related(one: str, other: str) -> bool:
    """Whether two domains are one, or one of them is below the other."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _refused(domain: str) -> NotADomain:
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in domain[:80])
    return NotADomain(f"{shown} is not a domain that can be looked up.", fix="Check its spelling.")
