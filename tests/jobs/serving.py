"""`newsletter serve` as a process of its own, under a clock that the test turns."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil

from tests.forking import Forked
from tests.running import environment
from tests.schedule.clocked import OFFSET

_running: list[Server] = []


class Hands:
    """The hands of the clock that processes read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def turn(self, to: datetime) -> None:
        seconds = (to - datetime.now(UTC)).total_seconds()
        fresh = self.path.with_suffix(".fresh")
        fresh.write_text(str(seconds))
        fresh.replace(self.path)

    def now(self) -> datetime:
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + float(self.path.read_text()), UTC)


class Server:
    """A running `serve`, `studio` or `worker`, and what it said so far."""

    def __init__(self, folder: Path, hands: Hands, log: Path, words: Sequence[str], **settings: str) -> None:
        self.log = log
        self.asked_to_end = False
        known = environment(**{OFFSET: str(hands.path), **settings})
        self.process = Forked(["-C", str(folder), *words], known, out=log, module="tests.schedule.clocked")

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    @property
    def addresses(self) -> list[str]:
        """Where its pages are; one for each time that a server with this log began."""
        return re.findall(r"http://127\.0\.0\.1:\d+", self.said())

    @property
    def address(self) -> str:
        """Where its pages are."""
        return self.addresses[0]

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        try:
            with urlopen(f"{self.address}{path}", timeout=30) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end, and wait until it has."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        self.asked_to_end = True
        if self.process.poll() is None:
            if how is signal.SIGKILL:
                self.signal_all(how)
            else:
                self.process.send_signal(how)
        return self.process.wait()

    def signal_all(self, how: signal.Signals) -> None:
        """To it and to the processes that it has begun, as whatever befalls the machine does."""
        with suppress(psutil.NoSuchProcess):
            for process in (*self.children().values(), psutil.Process(self.process.pid)):
                process.send_signal(how)

    def children(self) -> dict[str, psutil.Process]:
        """Its pages, then what keeps the schedule and sends, by the order in which they began."""
        found = sorted(psutil.Process(self.process.pid).children(), key=lambda one: (one.create_time(), one.pid))
        return dict(zip(("pages", "sender"), found, strict=False))


@contextmanager
def serving(
    folder: Path, hands: Hands, log: Path, *, words: Sequence[str] = ("serve", "--port", "0"), **settings: str
) -> Iterator[Server]:
    """A server that has begun to look for what is due; killed at the end if it still lives."""
    server = Server(folder, hands, log, words, **settings)
    _running.append(server)
    try:
        until(lambda: re.search(r"the (?:schedule|worker) runs|pages only|goes out while this runs", server.said()))
        yield server
    finally:
        _running.remove(server)
        if server.process.poll() is None:
            server.signal_all(signal.SIGCONT)
            server.kill()


def until(condition: Callable[[], object], seconds: float = 45.0) -> None:
    """Wait for something to become true; not for a server that has ended."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        for server in _running:
            assert server.process.poll() is None or server.asked_to_end, server.said()
        time.sleep(0.05)
