"""Fetches pages over HTTP: connects to the address that was vetted, and to no other, within bounds of size and time."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from urllib.parse import urljoin

from newsletter.fetch.guard import Lookup, Target, is_public, system_lookup, vetted
from newsletter.ports.fetcher import MAX_BYTES, Fetched, NotFetched, WhyNot

MOST_REDIRECTS = 5
SECONDS = 15.0
_CHUNK = 65_536
_HOPS = {301, 302, 303, 307, 308}
_OFFLINE = {"Network is unreachable", "No route to host"}


class HttpFetcher:
    """A `Fetcher`. No cookies, no credentials, no proxy; threads may share one.

    `lookup`, `allow` and `ports` are for tests, whose servers are on this machine: by default the system finds names,
    only public addresses are connected to, and only on ports 80 and 443. `seconds` bounds a fetch with its redirects.
    """

    def __init__(
        self,
        *,
        lookup: Lookup = system_lookup,
        allow: Callable[[str], bool] = is_public,
        ports: Collection[int] = (80, 443),
        seconds: float = SECONDS,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._headers = {
            "User-Agent": "newsletter (checks links of a newsletter before it is sent)",
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        self._lookup, self._allow, self._ports = lookup, allow, frozenset(ports)
        self._seconds = seconds
        self._trust = trust

    def fetch(
        self, url: str, *, limit: int = MAX_BYTES, cut: bool = False, also: Mapping[str, str] | None = None
    ) -> Fetched:
        deadline = time.monotonic() + self._seconds
        hops: list[str] = []
        permanent = True
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise NotFetched(WhyNot.TOO_SLOW, f"no answer within {self._seconds:g} seconds")
            target = vetted(url, self._lookup, ports=self._ports, allow=self._allow, seconds=left)
            answer = self._ask(url, target, deadline, limit, cut=cut, also=also or {})
            forward = answer.headers.get("location")
            if answer.status not in _HOPS or not forward:
                return replace(answer, redirects=tuple(hops), is_permanent=bool(hops) and permanent)
            if len(hops) == MOST_REDIRECTS:
                raise NotFetched(WhyNot.BROKEN, f"it redirects more than {MOST_REDIRECTS} times")
            permanent = permanent and answer.status in {301, 308}
            hops.append(url)
            url = urljoin(url, forward)
            if url in hops:
                raise NotFetched(WhyNot.BROKEN, "it redirects in a circle")

    def _ask(
        self, url: str, target: Target, deadline: float, limit: int, *, cut: bool, also: Mapping[str, str]
    ) -> Fetched:
        try:
            with _within(deadline) as watch:
                connection = self._connect(target, deadline)
                watch.held.append(connection.sock)
                try:
                    connection.request(
                        "GET", target.path, headers={**self._headers, **also, "Host": _host_header(target)}
                    )
                    with connection.getresponse() as response:
                        answer = _read(url, response, limit, cut=cut)
                    watch.require_time()
                    return answer
                finally:
                    connection.close()
        except NotFetched:
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._explained(error, target, deadline) from None

    def _connect(self, target: Target, deadline: float) -> http.client.HTTPConnection:
        """Connect to one of the vetted addresses by number: nothing is looked up a second time."""
        problem: OSError = OSError("no address")
        for address in target.addresses[:4]:
            left = max(0.1, deadline - time.monotonic())
            try:
                sock = socket.create_connection((address, target.port), timeout=left)
            except OSError as error:
                problem = error
                continue
            connection = http.client.HTTPConnection(target.host, target.port, timeout=left)
            connection.sock = self._secured(sock, target) if target.is_secure else sock
            return connection
        raise problem

    def _secured(self, sock: socket.socket, target: Target) -> ssl.SSLSocket:
        try:
            return (self._trust or ssl.create_default_context()).wrap_socket(sock, server_hostname=target.host)
        except BaseException:
            sock.close()
            raise

    def _explained(self, error: Exception, target: Target, deadline: float) -> NotFetched:
        if isinstance(error, TimeoutError) or time.monotonic() >= deadline - 0.05:
            return NotFetched(WhyNot.TOO_SLOW, f"no answer within {self._seconds:g} seconds")
        if isinstance(error, ssl.SSLCertVerificationError):
            return NotFetched(WhyNot.UNREACHABLE, f"its certificate does not hold ({error.verify_message})")
        if isinstance(error, OSError):
            words = error.strerror or str(error)
            why = WhyNot.OFFLINE if words in _OFFLINE else WhyNot.UNREACHABLE
            return NotFetched(why, f"{target.host} can't be reached ({words})")
        return NotFetched(WhyNot.BROKEN, f"{target.host} does not answer as a web server should")


class _Watch:
    """Hangs up when time is over, even on a server that trickles a byte at a time."""

    def __init__(self) -> None:
        self.held: list[socket.socket] = []
        self.is_over = False

    def end(self) -> None:
        self.is_over = True
        for sock in self.held:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def require_time(self) -> None:
        """What was read when we hung up looks like a page that is whole."""
        if self.is_over:
            raise TimeoutError


@contextmanager
def _within(deadline: float) -> Iterator[_Watch]:
    watch = _Watch()
    timer = threading.Timer(max(0.0, deadline - time.monotonic()), watch.end)
    timer.daemon = True
    timer.start()
    try:
        yield watch
    finally:
        timer.cancel()


def _host_header(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == (443 if target.is_secure else 80) else f"{host}:{target.port}"


def _read(url: str, answer: http.client.HTTPResponse, limit: int, *, cut: bool) -> Fetched:
    headers = {name.lower(): value for name, value in answer.getheaders()}
    body, is_whole = b"", True
    if answer.status not in _HOPS or "location" not in headers:
        body, is_whole = _body(answer, headers.get("content-encoding", "").lower(), limit)
    if not is_whole and not cut:
        raise NotFetched(WhyNot.TOO_LARGE, f"it is larger than {limit:,} bytes")
    return Fetched(url=url, status=answer.status, headers=headers, body=body, is_whole=is_whole)


def _body(answer: http.client.HTTPResponse, encoding: str, limit: int) -> tuple[bytes, bool]:
    """At most `limit` bytes after decompression: a small bomb is opened no further than that."""
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding in {"gzip", "x-gzip", "deflate"} else None
    if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise http.client.HTTPException(f"unknown encoding {encoding}")
    body = bytearray()
    while len(body) <= limit:
        chunk = answer.read1(_CHUNK)
        if not chunk:
            if answer.length:
                raise http.client.IncompleteRead(b"", answer.length)
            return bytes(body), True
        try:
            body += inflate.decompress(chunk, limit + 1 - len(body)) if inflate else chunk
        except zlib.error as error:
            raise http.client.HTTPException(str(error)) from None
    return bytes(body[:limit]), False
