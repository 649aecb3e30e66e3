"""One of many machines: a folder of its own with the newsletter's files and keys, and a process that is started again when it ends."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from tests.jobs.serving import Hands, Server

_START_AGAIN_SECONDS = 0.5


class Machine:
    """`newsletter serve` or `newsletter worker`, as systemd keeps it: what ends, however it ended, begins again."""

    def __init__(self, name: str, folder: Path, hands: Hands, words: Sequence[str], settings: dict[str, str]) -> None:
        self.name, self._folder, self._hands, self._words, self._settings = name, folder, hands, words, settings
        self.log = folder.with_suffix(".log")
        self.is_frozen = False
        self._starts_at = 0.0
        self._server: Server | None = None

    @property
    def has_pages(self) -> bool:
        return self._words[0] == "serve"

    @property
    def runs(self) -> bool:
        return self._server is not None and self._server.process.poll() is None

    @property
    def works(self) -> bool:
        """Whether it began to look for what is due."""
        return self.runs and "runs" in self.said()

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    @property
    def address(self) -> str:
        """Where its pages are, since it last began."""
        assert self._server
        return self._server.addresses[-1]

    def keep_up(self) -> str:
        """Start it where it does not run, a moment after it ended. Its last words, if it ended though nobody killed it."""
        now, last_words = time.monotonic(), ""
        if self._server and not self.runs:
            if not self._server.asked_to_end:
                last_words = self.said().rpartition("\n")[0].rpartition("\n")[2]
            self._server, self._starts_at = None, now + _START_AGAIN_SECONDS
        if self._server is None and now >= self._starts_at:
            self._server = Server(self._folder, self._hands, self.log, self._words, **self._settings)
        return last_words

    def kill(self) -> None:
        """kill -9 of all its processes."""
        if self._server:
            self._server.asked_to_end = True
            self._server.signal_all(signal.SIGKILL)
            self._server.process.wait()
        self.is_frozen = False

    def kill_a_part(self, draw: random.Random) -> str:
        """kill -9 of its pages, or of what sends: the process above them starts it again. Says which."""
        parts = self._server.children() if self._server else {}
        if not parts:
            return ""
        name = draw.choice(list(parts))
        with suppress(psutil.NoSuchProcess):
            parts[name].kill()
        return name

    def freeze(self) -> None:
        assert self._server
        self._server.signal_all(signal.SIGSTOP)
        self.is_frozen = True

    def thaw(self) -> None:
        if self._server and self.is_frozen:
            self._server.signal_all(signal.SIGCONT)
        self.is_frozen = False

    def ask_to_end(self) -> None:
        if self._server:
            self._server.asked_to_end = True
            self._server.process.send_signal(signal.SIGTERM)

    def end(self) -> int:
        """Its exit code, once it has ended."""
        return self._server.process.wait() if self._server else 0


def copies(of: Path, names: Sequence[str]) -> list[Path]:
    """The newsletter's folder once more for each machine."""
    folders = [of.parent / name.replace(" ", "-") for name in names]
    for folder in folders:
        shutil.copytree(of, folder)
    return folders
