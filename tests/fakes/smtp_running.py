"""The stand-in mail server, started for a test and ended with it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.fakes.smtp_plan import OFFERS

_ROOT = Path(__file__).parents[2]


class SmtpServer:
    """A running server: its address, whom it took, and what was said to it."""

    def __init__(self, folder: Path, process: subprocess.Popen[str], host: str, port: int) -> None:
        self.folder, self.process, self.host, self.port = folder, process, host, port
        # What it offers where a plan does not say.
        self.offers: tuple[str, ...] = OFFERS
        self._plans = self._era = 0

    def url(self, login: str = "", scheme: str = "smtp") -> str:
        """`login` is `user:password`."""
        return f"{scheme}://{login}{'@' if login else ''}{self.host}:{self.port}"

    def plan(self, *mails: str | dict[str, Any], **rest: Any) -> None:
        """Behave so from the next connection and mail on; see `tests.fakes.smtp_plan`."""
        self._plans += 1
        known = {"number": self._plans, "era": self._era, "offers": self.offers}
        new = self.folder / "plan.new"
        new.write_text(json.dumps({"mails": list(mails), **known, **rest}))
        new.replace(self.folder / "plan.json")

    def forget(self) -> None:
        """Behave, and hear no more of conversations that began before: their clients are gone, but not all of their words."""
        self._era += 1
        self.plan()

    def accepted(self) -> list[dict[str, Any]]:
        """Whom it took, in order: `email`, `attempt`, `delivery`, `sender`, `at`, `number`."""
        return _lines(self.folder / "accepted.jsonl")

    def heard(self) -> list[dict[str, Any]]:
        """Every command: `connection`, `words`, `encrypted`."""
        return _lines(self.folder / "heard.jsonl")

    def mails(self) -> list[bytes]:
        """The accepted mails, oldest first."""
        files = sorted((self.folder / "bodies").glob("*.eml"), key=lambda path: int(path.stem))
        return [path.read_bytes() for path in files]


@contextmanager
def smtp_server(folder: Path, *options: str, host: str = "127.0.0.1", quick: bool = False) -> Iterator[SmtpServer]:
    """Start one that writes into `folder`; `options` are those of the command. A `quick` one keeps no records."""
    (folder / "bodies").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fakes.smtp_server", "--host", host, *options]
    if not quick:
        command += ["--plan", str(folder / "plan.json"), "--log", str(folder / "accepted.jsonl")]
        command += ["--heard", str(folder / "heard.jsonl"), "--bodies", str(folder / "bodies")]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield SmtpServer(folder, process, host, int(process.stdout.readline()))
        finally:
            process.kill()


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
