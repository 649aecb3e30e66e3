"""Pages as they come over the wire: redirects, sizes, slowness, and what is never sent along."""

from __future__ import annotations

import gzip
import socket
import time
import zlib
from collections.abc import Callable, Iterator

import pytest

from newsletter.fetch.http import HttpFetcher
from newsletter.ports.fetcher import NotFetched, WhyNot
from tests.fetch.web_server import Page, WebServer, web_server


@pytest.fixture
def server() -> Iterator[WebServer]:
    """A server without pages."""
    with web_server({}) as server:
        yield server


def fetcher(server: WebServer, seconds: float = 3.0) -> HttpFetcher:
    """A fetcher that is allowed to reach that server and nothing else."""
    return HttpFetcher(allow=lambda address: address == "127.0.0.1", ports=[server.port], seconds=seconds)


def test_a_page_is_fetched(server: WebServer) -> None:
    """Status, headers and body come back; a missing page is an answer too."""
    server.pages["/page"] = Page(b"<h1>Hello</h1>", headers={"Content-Type": "text/html", "X-Odd": "yes"})
    found = fetcher(server).fetch(server.url("/page?a=1&b=%20x#part"))

    assert (200, b"<h1>Hello</h1>", "yes") == (found.status, found.body, found.headers["x-odd"])
    assert "/page?a=1&b=%20x" == server.asked[0][0], "a fragment stays with the reader"
    assert 404 == fetcher(server).fetch(server.url("/other")).status


def test_an_address_with_letters_beyond_ascii_is_asked_for_in_ascii(server: WebServer) -> None:
    """As browsers do."""
    fetcher(server).fetch(server.url("/kähne?für=1"))

    assert "/k%C3%A4hne?f%C3%BCr=1" == server.asked[0][0]


def test_nothing_of_ours_goes_along(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """No cookie, no credentials, no referrer; a proxy of the environment is not used."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    server.pages["/"] = Page(status=302, headers={"Location": "/next", "Set-Cookie": "id=1"})
    server.pages["/next"] = Page()
    fetcher(server).fetch(server.url())

    assert 2 == len(server.asked)
    for _, headers in server.asked:
        assert {"accept", "accept-encoding", "connection", "host", "user-agent"} == set(headers)


def test_redirects_are_followed_and_told(server: WebServer) -> None:
    """Where it ended, by which way, and whether the way is meant for ever."""
    server.pages["/a"] = Page(status=301, headers={"Location": "/b"})
    server.pages["/b"] = Page(status=308, headers={"Location": "c"})
    server.pages["/c"] = Page(b"there")
    server.pages["/t"] = Page(status=302, headers={"Location": "/c"})
    for_ever, for_now = fetcher(server).fetch(server.url("/a")), fetcher(server).fetch(server.url("/t"))

    assert (server.url("/c"), b"there") == (for_ever.url, for_ever.body)
    assert (server.url("/a"), server.url("/b")) == for_ever.redirects
    assert (True, False) == (for_ever.is_permanent, for_now.is_permanent)


@pytest.mark.parametrize("n_hops", [5, 6])
def test_redirects_end_after_five(server: WebServer, n_hops: int) -> None:
    """Five are followed, a sixth is not."""
    for hop in range(n_hops):
        server.pages[f"/{hop}"] = Page(status=302, headers={"Location": f"/{hop + 1}"})
    server.pages[f"/{n_hops}"] = Page()
    if n_hops == 5:
        assert 200 == fetcher(server).fetch(server.url("/0")).status
        return
    with pytest.raises(NotFetched) as endless:
        fetcher(server).fetch(server.url("/0"))
    assert WhyNot.BROKEN is endless.value.why


def test_a_circle_of_redirects_is_noticed(server: WebServer) -> None:
    """A page that sends on to itself is asked once."""
    server.pages["/"] = Page(status=302, headers={"Location": "/"})
    with pytest.raises(NotFetched) as endless:
        fetcher(server).fetch(server.url())

    assert WhyNot.BROKEN is endless.value.why
    assert 1 == len(server.asked)


def test_a_body_beyond_the_limit_is_refused_or_cut(server: WebServer) -> None:
    """As it was asked for; nothing of it beyond the limit is kept."""
    server.pages["/"] = Page(b"x" * 10_000)
    with pytest.raises(NotFetched) as large:
        fetcher(server).fetch(server.url(), limit=1000)
    cut = fetcher(server).fetch(server.url(), limit=1000, cut=True)

    assert WhyNot.TOO_LARGE is large.value.why
    assert (1000, False) == (len(cut.body), cut.is_whole)
    assert fetcher(server).fetch(server.url(), limit=10_000).is_whole


def test_a_bomb_is_not_opened(server: WebServer) -> None:
    """Two hundred megabytes in less than a megabyte are read up to the limit, in no time."""
    bomb = zlib.compressobj(1, wbits=31)
    packed = b"".join(bomb.compress(b"\0" * 1_000_000) for _ in range(200)) + bomb.flush()
    server.pages["/"] = Page(packed, headers={"Content-Encoding": "gzip"})
    begun = time.process_time()
    with pytest.raises(NotFetched) as large:
        fetcher(server, seconds=10).fetch(server.url(), limit=1_000_000)

    assert WhyNot.TOO_LARGE is large.value.why
    assert time.process_time() - begun < 1


def test_compressed_pages_are_read(server: WebServer) -> None:
    """gzip is offered, so it is understood."""
    server.pages["/"] = Page(gzip.compress(b"words " * 1000), headers={"Content-Encoding": "gzip"})

    assert b"words " * 1000 == fetcher(server).fetch(server.url()).body


def _never(connection: socket.socket) -> None:
    time.sleep(3)


def _a_byte_at_a_time(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(60):
        time.sleep(0.05)
        connection.sendall(b"x")


def _a_header_at_a_time(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(60):
        time.sleep(0.05)
        connection.sendall(b"X-%d: y\r\n" % number)


@pytest.mark.parametrize("speak", [_never, _a_byte_at_a_time, _a_header_at_a_time])
def test_a_slow_page_is_left_at_the_deadline(server: WebServer, speak: Callable[[socket.socket], None]) -> None:
    """Silence and a trickle alike: the deadline counts from the beginning, not from the last byte."""
    server.pages["/"] = speak
    begun = time.monotonic()
    with pytest.raises(NotFetched) as slow:
        fetcher(server, seconds=0.6).fetch(server.url())

    assert WhyNot.TOO_SLOW is slow.value.why
    assert time.monotonic() - begun < 1.5


def _garbage(connection: socket.socket) -> None:
    connection.sendall(b"\x00\x01\x02 this is not a web server\r\n\r\n")


def _hang_up(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("speak", [_garbage, _hang_up])
def test_what_is_no_web_server_is_said_to_be_none(server: WebServer, speak: Callable[[socket.socket], None]) -> None:
    """Garbage and an early end are reasons, not exceptions of a library."""
    server.pages["/"] = speak
    with pytest.raises(NotFetched) as broken:
        fetcher(server).fetch(server.url())

    assert broken.value.why in {WhyNot.BROKEN, WhyNot.UNREACHABLE}
    assert "127.0.0.1" in broken.value.reason


def test_a_closed_port_is_unreachable() -> None:
    """Nobody listens: said so at once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NotFetched) as closed:
        HttpFetcher(allow=lambda _: True, ports=[port]).fetch(f"http://127.0.0.1:{port}/")

    assert WhyNot.UNREACHABLE is closed.value.why
