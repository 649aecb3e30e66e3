"""Hundreds of requests that never end, against a running `serve`: it answers, and the schedule keeps its time."""

from __future__ import annotations

import re
import resource
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.jobs.serving import Hands, Server, serving, until
from tests.schedule.world import READERS, SLOT, World

DEPLOY = Path(__file__).parents[2] / "deploy"
BEGINNINGS = (
    b"",
    b"GET /subscribe HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    (
        b"POST /subscribe HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: 5000\r\n\r\nemail="
    ),
    b"POST /webhooks/sendgrid HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900000\r\n\r\n" + b"[" * 2_000,
)


@pytest.mark.parametrize(
    ("n_requests", "through"),
    [
        (200, "nothing"),
        *(pytest.param(1_100, through, marks=pytest.mark.faults) for through in ("nothing", "nginx", "caddy")),
    ],
)
def test_requests_that_never_end(tmp_path: Path, n_requests: int, through: str) -> None:
    """`/healthz/live` within a second, no look at the schedule late, the slot goes, and the log stays small."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4_096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    hands = Hands(tmp_path / "offset")
    hands.turn(SLOT - timedelta(hours=2))
    world = World(tmp_path / "weekly", now=SLOT - timedelta(days=2))
    world.set_timetable()
    with serving(world.folder, hands, tmp_path / "serve.log") as server, ExitStack() as stack:
        port = int(server.address.rpartition(":")[2])
        port = stack.enter_context(_before(through, port, tmp_path)) if through != "nothing" else port
        began_with = {name: one.pid for name, one in server.children().items()}
        begun = [_begin(stack, port, BEGINNINGS[number % len(BEGINNINGS)]) for number in range(n_requests)]
        hands.turn(SLOT)
        end = time.monotonic() + (3 if n_requests < 1_000 else 20)
        while time.monotonic() < end:
            _drip(begun)
            assert _seconds_to_answer(server) < 1.0
            assert _since_look(server) <= 5
        until(lambda: world.went() == [1])
        assert began_with == {name: one.pid for name, one in server.children().items()}
        if n_requests > 1_000 and through == "nothing":
            # Those that were cut off are known to be so.
            assert sum(map(_is_open, begun)) <= 400
        assert 0 == server.stop()
    world.close()
    assert READERS == world.copies(1)
    assert len(server.said()) < 100_000
    assert "Traceback" not in server.said()


def _begin(stack: ExitStack, port: int, words: bytes) -> socket.socket:
    one = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
    one.setblocking(False)
    with suppress(OSError):
        one.send(words)
    return one


def _drip(begun: list[socket.socket]) -> None:
    """A byte more of each, as those do who want to keep it open."""
    for one in begun:
        with suppress(OSError):
            one.send(b"x")
    time.sleep(0.3)


def _is_open(one: socket.socket) -> bool:
    try:
        return bool(one.recv(1_000))
    except BlockingIOError:
        return True
    except OSError:
        return False


def _seconds_to_answer(server: Server) -> float:
    began = time.monotonic()
    assert 200 == server.get("/healthz/live")[0]
    return time.monotonic() - began


def _since_look(server: Server) -> int:
    (seconds,) = re.findall(r"looked at (\d+) s ago", server.get("/healthz/live")[1])
    return int(seconds)


@contextmanager
def _before(program: str, port: int, directory: Path) -> Iterator[int]:
    """The shipped file of a web server before `serve`, without https. Gives the port to come by."""
    assert shutil.which(program), f"{program} is not installed: apt-get install {program}"
    with socket.create_server(("127.0.0.1", 0)) as free:
        own = free.getsockname()[1]
    words = _nginx(port, own, directory) if program == "nginx" else _caddy(port, own, directory)
    with (directory / f"{program}.log").open("w") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, cwd=directory, env={"HOME": str(directory)})
        try:
            until(lambda: _answers(own))
            yield own
        finally:
            process.terminate()
            process.wait(20)


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/subscribe?list=weekly", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _nginx(port: int, own: int, directory: Path) -> list[str]:
    site = (DEPLOY / "nginx.conf").read_text().replace("127.0.0.1:8025", f"127.0.0.1:{port}")
    site = re.sub(r"(?m)^ *(?:listen \[::\].*|ssl_.*)\n", "", site).replace("listen 443 ssl", f"listen 127.0.0.1:{own}")
    # The second block only sends those on who come without https.
    site = site[: site.index("server {", site.index("proxy_pass"))]
    main = directory / "nginx.conf"
    main.write_text(
        f"daemon off; user root; pid {directory}/nginx.pid; error_log {directory}/nginx-errors.log;\n"
        f"events {{ worker_connections 2048; }}\nhttp {{ access_log off;\n{site}\n}}\n"
    )
    return ["/usr/sbin/nginx", "-c", str(main), "-p", str(directory)]


def _caddy(port: int, own: int, directory: Path) -> list[str]:
    site = (DEPLOY / "Caddyfile").read_text().replace("127.0.0.1:8025", f"127.0.0.1:{port}")
    site = site.replace("news.example.com {", f"http://127.0.0.1:{own} {{").replace(
        "{\n\tservers", "{\n\tadmin off\n\tservers"
    )
    (directory / "Caddyfile").write_text(site)
    return ["caddy", "run", "--config", str(directory / "Caddyfile"), "--adapter", "caddyfile"]
