"""The stand-in for SendGrid, started for a test and ended with it."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

_ROOT = Path(__file__).parents[2]


class SendGridServer:
    """A running server: its address, whom it took, and what it was asked."""

    def __init__(self, url: str, folder: Path, process: subprocess.Popen[str]) -> None:
        self.url = url
        self.process = process
        self.log = folder / "accepted.jsonl"
        self.bodies_folder = folder / "bodies"

    def plan(self, *calls: str | dict[str, Any], **rest: Any) -> None:
        """Behave so from the next call on; see `tests.fakes.plan`."""
        self._control("plan", {"calls": list(calls), **rest})

    def tell(self, url: str, pem: str, **how: Any) -> None:
        """Post signed events of every mail taken from now on to `url`; see `tests.fakes.sendgrid_teller`."""
        self._control("tell", {"url": url, "pem": pem, **how})

    def keep(self, **what: Any) -> None:
        """Change what the log and the lists answer; see `tests.fakes.sendgrid_log`."""
        self._control("log", what)

    def guess(self, **places: dict[str, Any]) -> None:
        """Be otherwise where nobody knows how the real one is: values of `batches`, `postman`, `told` and `teller`."""
        self._control("guess", places)

    def state(self) -> dict[str, Any]:
        """Counts of `connections`, `calls`, `readers` and of each behaviour; `problems` found in bodies."""
        return self._control("state", None)

    def problems(self) -> list[dict[str, str]]:
        """What was wrong with the bodies since the last plan was set."""
        found: list[dict[str, str]] = self.state()["problems"]
        return found

    def accepted(self, *, since: int = 0) -> list[dict[str, Any]]:
        """Whom it took, in order: `attempt`, `delivery`, `email`, `at`, `reference`, `call`. `since` is a size of the log."""
        if not self.log.exists():
            return []
        # Up to the last line's end: another may be on its way.
        return [json.loads(line) for line in self.log.read_bytes()[since:].rpartition(b"\n")[0].splitlines()]

    def taken_bytes(self) -> int:
        """How large the log of those it took is: it grows with every call that was taken."""
        return self.log.stat().st_size if self.log.exists() else 0

    def bodies(self) -> list[dict[str, Any]]:
        """The accepted bodies, oldest first."""
        files = sorted(self.bodies_folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        return [json.loads(path.read_text()) for path in files]

    def _control(self, what: str, document: dict[str, Any] | None) -> dict[str, Any]:
        content = None if document is None else json.dumps(document).encode()
        request = Request(f"{self.url}/control/{what}", data=content, method="GET" if content is None else "POST")
        # Its certificate is its own affair here: whether a sender checks it is for the sender's tests.
        trusting = ssl._create_unverified_context() if self.url.startswith("https:") else None
        with urlopen(request, timeout=10, context=trusting) as answer:
            state: dict[str, Any] = json.load(answer)
            return state


@contextmanager
def sendgrid_server(folder: Path, *options: str) -> Iterator[SendGridServer]:
    """Start one that writes into `folder`; `options` are those of the command."""
    bodies = folder / "bodies"
    bodies.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fakes.sendgrid_server", "--log", str(folder / "accepted.jsonl")]
    with subprocess.Popen(
        [*command, "--bodies", str(bodies), *options], cwd=_ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            scheme = "https" if "--tls" in options else "http"
            yield SendGridServer(f"{scheme}://127.0.0.1:{int(process.stdout.readline())}", folder, process)
        finally:
            process.kill()
