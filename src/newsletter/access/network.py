"""Which network an address on the Internet belongs to, as far as one person or machine may have it all to themselves."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

_LONGEST = 64


def plain_address(text: str) -> str:
    """The address as it is usually written; IPv4 within IPv6 (RFC 4291, 2.5.5.2) as IPv4. Other text as it is, cut."""
    found = _read(text)
    return str(found) if found else text[:_LONGEST]


def network_of(text: str) -> str:
    """The address itself, or the 64 bits of an IPv6 network: one customer has all of it. Other text as it is, cut."""
    found = _read(text)
    if found is None:
        return text[:_LONGEST]
    return str(found) if found.version == 4 else str(IPv6Address(int(found) >> 64 << 64))


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
