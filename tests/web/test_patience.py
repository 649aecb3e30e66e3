"""Requests that never end: they are cut off, and others are answered meanwhile."""

from __future__ import annotations

import logging
import resource
import select
import shlex
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.request import urlopen

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from newsletter.cli.serve.log_lines import Sparing
from newsletter.web.timeouts import RequestBounds, protocol_within
from newsletter.wiring.soundness.open_files import connections_within, find_most_open_files, raise_open_files

HEADER = b"GET / HTTP/1.1\r\nHost: x\r\n"
BODY = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"


@contextmanager
def pages(bounds: RequestBounds) -> Iterator[int]:
    """An application that reads what it is sent, within these bounds. Gives its port."""

    async def read(request: Request) -> Response:
        n_bytes = 0
        async for chunk in request.stream():
            n_bytes += len(chunk)
        return PlainTextResponse(str(n_bytes))

    async def large(_request: Request) -> Response:
        return Response(b"x" * 30_000_000)

    app = Starlette(routes=[Route("/", read, methods=["GET", "POST"]), Route("/large", large)])
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=protocol_within(bounds), log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def _begin(stack: ExitStack, port: int, words: bytes) -> socket.socket:
    one = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
    one.settimeout(10)
    one.sendall(words)
    return one


def _answered(port: int) -> float:
    """The seconds until a whole request is answered."""
    began = time.monotonic()
    with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        assert 200 == answer.status
    return time.monotonic() - began


def _is_open(one: socket.socket) -> bool:
    one.settimeout(0)
    try:
        return one.recv(100) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def _is_cut_off(one: socket.socket) -> bool:
    try:
        return one.recv(100) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("words", [b"", HEADER, BODY, BODY + b"x" * 1_000])
def test_two_hundred_that_never_end_leave_others_answered(words: bytes) -> None:
    """Beyond the bound the one that waited longest goes, so whoever has come last is answered at once."""
    with pages(RequestBounds(connections=20)) as port, ExitStack() as stack:
        begun = [_begin(stack, port, words) for _ in range(200)]
        assert _answered(port) < 1
        assert all(_is_cut_off(one) for one in begun[:150])
        assert sum(map(_is_open, begun)) >= 17


@pytest.mark.parametrize(("words", "what"), [(b"", "header"), (HEADER, "header"), (BODY, "body")])
def test_a_request_has_so_long_to_come(words: bytes, what: str) -> None:
    """A header, or a body, that does not come: the connection is ended, and not before its time."""
    seconds = {"header_seconds": 0.4, "body_seconds": 9.0} if what == "header" else {"body_seconds": 0.4}
    with pages(RequestBounds(**seconds, seconds_between_looks=0.05)) as port, ExitStack() as stack:  # type: ignore[arg-type]
        one = _begin(stack, port, words)
        began = time.monotonic()
        assert _is_cut_off(one)
        assert 0.3 < time.monotonic() - began < 3


def test_a_byte_now_and_then_is_too_slow_and_a_slow_line_is_not() -> None:
    """What counts is how much has come: 4,000 bytes a second pass, ten do not."""
    bounds = RequestBounds(body_seconds=0.4, bytes_a_second=1_000, seconds_between_looks=0.05)
    with pages(bounds) as port, ExitStack() as stack:
        slow = _begin(stack, port, BODY.replace(b"1000000", b"4000"))
        dripping = _begin(stack, port, BODY)
        for _ in range(20):
            slow.sendall(b"x" * 200)
            with suppress(OSError):
                dripping.sendall(b"x")
            time.sleep(0.05)
        assert b"4000" in slow.recv(1_000) + slow.recv(1_000)
        assert _is_cut_off(dripping)


def test_an_answer_that_nobody_takes_is_given_up() -> None:
    bounds = RequestBounds(answer_seconds=0.2, seconds_between_looks=0.05)
    with pages(bounds) as port, ExitStack() as stack:
        one = _begin(stack, port, b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(1.5)
        n_bytes = 0
        try:
            while chunk := one.recv(1_000_000):
                n_bytes += len(chunk)
        except ConnectionError:
            pass
        assert n_bytes < 30_000_000


def test_unfinished_bodies_take_so_much_memory_together() -> None:
    """The largest goes; small ones are spared."""
    with pages(RequestBounds(unfinished_bytes=2_000_000)) as port, ExitStack() as stack:
        small = _begin(stack, port, BODY.replace(b"1000000", b"101000") + b"x" * 100_000)
        large = [_begin(stack, port, BODY + b"x" * 900_000) for _ in range(3)]
        cut, _, _ = select.select(large, [], [], 5)
        assert cut and all(_is_cut_off(one) for one in cut)
        small.sendall(b"x" * 1_000)
        assert b"101000" in small.recv(1_000) + small.recv(1_000)


def test_a_kept_connection_serves_again_after_its_time() -> None:
    """Patience begins anew with each request."""
    with pages(RequestBounds(header_seconds=0.5, seconds_between_looks=0.05)) as port, ExitStack() as stack:
        one = _begin(stack, port, HEADER + b"\r\n")
        for _ in range(4):
            answer = one.recv(1_000)
            assert answer.startswith(b"HTTP/1.1 200")
            if not answer.endswith(b"0"):
                one.recv(1_000)
            time.sleep(0.3)
            one.sendall(HEADER + b"\r\n")


def test_log_lines_are_so_many_a_second() -> None:
    """Ten of a kind, and the next one of another second says how many were left out."""
    seconds = [5.0]
    spare = Sparing(of_one_kind=10, of_all=15, now=lambda: seconds[0])

    def passes(words: str) -> logging.LogRecord | None:
        record = logging.LogRecord("room", logging.WARNING, "x", 1, words, (), None)
        return record if spare.filter(record) else None

    assert 10 == sum(bool(passes("cut off")) for _ in range(500))
    assert 5 == sum(bool(passes(f"kind {number}")) for number in range(500))
    seconds[0] = 6.0
    first = passes("cut off")
    assert first is not None
    assert 495 == first.left_out  # type: ignore[attr-defined]
    second = passes("cut off")
    assert second is not None
    assert not hasattr(second, "left_out")


def test_the_pages_leave_files_for_everything_else() -> None:
    """With few files fewer connections are taken; what may be had is taken."""
    assert (400, 212, 20) == tuple(connections_within(n_files, 400) for n_files in (4_096, 512, 64))
    assert raise_open_files() == find_most_open_files() <= resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def test_doctor_says_where_too_few_files_may_be_open() -> None:
    """A process that was given 512."""
    words = "from newsletter.wiring.soundness.here import open_files; print(open_files())"
    limited = f"ulimit -n 512 && exec {shlex.quote(sys.executable)} -c {shlex.quote(words)}"
    done = subprocess.run(["sh", "-c", limited], capture_output=True, text=True, timeout=30, check=True)
    assert "Only 512 may be open at once." in done.stdout
    assert "LimitNOFILE" in done.stdout
