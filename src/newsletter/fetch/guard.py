"""Which addresses are never connected to, so that a link can't be made to read this machine or its network."""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from newsletter.ports.fetcher import NotFetched, WhyNot
from newsletter.words.domain import NotADomain, ascii_domain

# A name and a port to the addresses that it has now. Raises OSError.
Lookup = Callable[[str, int], list[str]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LONGEST_URL = 8_000
# RFC 2606 and 6761: whatever stands there is nobody's.
_FOR_EXAMPLES = re.compile(r"(?:^|\.)(?:example|test|invalid)$|\.example\.(?:com|net|org)$")
_ANCHOR = "a.root-servers.net"
# What clouds call the place where a machine reads its own secrets. Their networks answer to them whatever the address is.
_METADATA = re.compile(
    r"(?:^|\.)(?:metadata|metadata\.google\.internal|instance-data(?:\.ec2\.internal)?|metadata\.tencentyun\.com)$"
)
_CONTROL = re.compile("[\\x00-\\x20\\x7f]")
# Beyond what every Python calls not global: shared address space (RFC 6598), which has Alibaba's metadata too; site-local
# (RFC 3879), documentation (RFC 9637), segment routing (RFC 9602) and discard-only (RFC 6666); 6to4, Teredo and NAT64,
# which can carry a private IPv4. Azure gives machines their metadata and secrets at an address that looks public.
_NEVER = tuple(
    ipaddress.ip_network(block)
    for block in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "168.63.129.16/32",
        "fec0::/10",
        "3fff::/20",
        "5f00::/16",
        "100::/64",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An address that may be asked: where to connect, and the name to ask for there."""

    parts: SplitResult
    host: str
    port: int
    addresses: tuple[str, ...]

    @property
    def is_secure(self) -> bool:
        return self.parts.scheme == "https"

    @property
    def path(self) -> str:
        """What the first line of the request asks for, in ASCII."""
        query = f"?{self.parts.query}" if self.parts.query else ""
        return quote((self.parts.path or "/") + query, safe="%/:=&?~#+!$,;'@()*[]-._")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet."""
    try:
        found: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    # ::a.b.c.d and ::ffff:a.b.c.d are IPv4 in other dress, and no name of the internet has such an address.
    if isinstance(found, ipaddress.IPv6Address) and int(found) < 2**48:
        return False
    return (
        found.is_global
        and not found.is_multicast
        and not any(found in block for block in _NEVER if block.version == found.version)
    )


def vetted(url: str, lookup: Lookup, *, ports: Collection[int], allow: Callable[[str], bool], seconds: float) -> Target:
    """Look the host up once, and give back only addresses that `allow` lets through. Raises NotFetched.

    Every address that the name has must be allowed: a name with a public and a private one is a trap or a mistake.
    """
    parts, host, port = _read(url)
    if port not in ports:
        raise NotFetched(WhyNot.REFUSED, f"port {port} is not one that pages are fetched from")
    addresses = _looked_up(host, port, lookup, seconds)
    if not addresses:
        raise NotFetched(WhyNot.NO_SUCH_HOST, f"{host} has no address")
    private = [address for address in addresses if not allow(address)]
    if private:
        raise NotFetched(WhyNot.REFUSED, f"{host} is an address of a private network ({private[0]})")
    return Target(parts=parts, host=host, port=port, addresses=tuple(dict.fromkeys(addresses)))


def system_lookup(host: str, port: int) -> list[str]:
    """The machine's own way to find a name.

    A machine that is cut off may be told that no name exists at all. So where a name is missing, one is asked for that
    the internet can't do without; if that is missing too, it is not the name's fault.
    """
    if _FOR_EXAMPLES.search(host):
        raise OSError(0, "a name that is kept for examples")
    try:
        return _addresses(host, port)
    except socket.gaierror as missing:
        try:
            _addresses(_ANCHOR, 443)
        except socket.gaierror:
            raise socket.gaierror(socket.EAI_AGAIN, "this machine finds no name at all") from missing
        raise


def _addresses(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _read(url: str) -> tuple[SplitResult, str, int]:
    if len(url) > _LONGEST_URL or _CONTROL.search(url):
        raise NotFetched(WhyNot.REFUSED, "the address is too long, or holds spaces or control characters")
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = (parts.hostname or "").rstrip(".")
        # Browsers and we must agree on which host is meant, so it is written the one way that DNS knows.
        host = host if ":" in host else ascii_domain(host)
    except (ValueError, NotADomain) as error:
        raise NotFetched(WhyNot.REFUSED, f"the address can't be read: {error}") from None
    if parts.scheme not in {"http", "https"}:
        raise NotFetched(WhyNot.REFUSED, "only http and https addresses are fetched")
    if parts.username is not None or parts.password is not None:
        raise NotFetched(WhyNot.REFUSED, "the address holds a name or a password")
    if not host:
        raise NotFetched(WhyNot.REFUSED, "the address names no host")
    if _METADATA.search(host.lower()):
        raise NotFetched(WhyNot.REFUSED, f"{host} is where clouds keep a machine's secrets")
    return parts, host, port


def _looked_up(host: str, port: int, lookup: Lookup, seconds: float) -> list[str]:
    """The system's lookup has no deadline of its own, so it runs beside us."""
    found: list[str] = []
    problem: list[OSError] = []

    def look() -> None:
        try:
            found.extend(lookup(host, port))
        except OSError as error:
            problem.append(error)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise NotFetched(WhyNot.TOO_SLOW, f"the name {host} was not found in time")
    if problem:
        raise _not_found(host, problem[0])
    return found


def _not_found(host: str, error: OSError) -> NotFetched:
    surely = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
    if isinstance(error, socket.gaierror) and error.errno in surely:
        return NotFetched(WhyNot.NO_SUCH_HOST, f"there is no host {host}")
    return NotFetched(WhyNot.OFFLINE, f"names can't be looked up here ({host}: {error.strerror or error})")
