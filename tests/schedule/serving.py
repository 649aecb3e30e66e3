"""`newsletter serve` as a process of its own, under a clock that the test turns."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.running import environment
from tests.schedule.clocked import OFFSET

ROOT = Path(__file__).parents[2]


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
    """A running `serve`, and what it said so far."""

    def __init__(self, folder: Path, hands: Hands, log: Path, **settings: str) -> None:
        self.log = log
        self._file = log.open("a")
        words = [sys.executable, "-m", "tests.schedule.clocked", "-C", str(folder), "serve", "--port", "0"]
        self.process = subprocess.Popen(
            words,
            env=environment(
                **{OFFSET: str(hands.path), "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))), **settings}
            ),
            stdout=self._file,
            stderr=self._file,
            cwd=ROOT,
        )

    def said(self) -> str:
        return self.log.read_text()

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end, and wait until it has."""
        self._end(signal.SIGTERM)
        return self.process.returncode

    def _end(self, how: signal.Signals) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(timeout=60)
        self._file.close()


@contextmanager
def serving(folder: Path, hands: Hands, log: Path, **settings: str) -> Iterator[Server]:
    """A server that has begun to look for what is due; killed at the end if it still lives."""
    server = Server(folder, hands, log, **settings)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()


def until(condition: Callable[[], object], seconds: float = 45.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)
