"""A command at a terminal, and somebody who reads and types."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from pathlib import Path

from tests.running import command, environment


class Terminal:
    """A command at a terminal, and somebody who reads and types."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            command(folder, *words), stdin=theirs, stdout=theirs, stderr=theirs, env=environment(), close_fds=True
        )
        os.close(theirs)
        self.said = ""

    def read(self, until: str) -> str:
        """What is said until these words are; all of it from the beginning is in `said`."""
        begun, limit = len(self.said), time.monotonic() + 30
        while until not in self.said[begun:]:
            assert time.monotonic() < limit, self.said
            if select.select([self._ours], [], [], 0.2)[0]:
                try:
                    self.said += os.read(self._ours, 65536).decode()
                except OSError:  # the other side is closed: it has ended
                    break
        return self.said[begun:]

    def type(self, words: str) -> None:
        os.write(self._ours, f"{words}\n".encode())

    def end(self) -> int:
        self.read("never said")
        code = self.process.wait(30)
        os.close(self._ours)
        return code
