"""A process that has loaded the program once, and forks each server from itself: a start costs no second of imports."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

from tests.running import environment

ROOT = Path(__file__).parents[2]


class Forked:
    """A process of its own that was forked: killed, stopped and awaited like any other."""

    def __init__(self, arguments: list[str], settings: dict[str, str], log: Path, errors: Path | None = None) -> None:
        what = {"arguments": arguments, "environment": settings, "log": str(log), "errors": str(errors or log)}
        self.pid: int = _ask(what)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, or None while it lives."""
        if self.returncode is None:
            self.returncode = _ask({"wait": self.pid})
        return self.returncode

    def wait(self, seconds: float = 60.0) -> int:
        end = time.monotonic() + seconds
        while (code := self.poll()) is None:
            assert time.monotonic() < end, f"process {self.pid} does not end"
            time.sleep(0.02)
        return code

    def send_signal(self, how: signal.Signals) -> None:
        os.kill(self.pid, how)


def call(directory: Path, *words: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, to its end."""
    with tempfile.TemporaryDirectory() as room:
        out, errors = Path(room, "out"), Path(room, "errors")
        arguments = ["-C", str(directory), *map(str, words)]
        code = Forked(arguments, environment(**settings), out, errors).wait(120)
        said, complaint = out.read_text(), errors.read_text()
    assert "Traceback" not in complaint, complaint
    return subprocess.CompletedProcess(arguments, code, said, complaint)


@cache
def _mother() -> subprocess.Popen[str]:
    settings = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    words = [sys.executable, "-m", "tests.jobs.forking"]
    process = subprocess.Popen(
        words, cwd=ROOT, env=settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )

    def end() -> None:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe
            pipe.close()

    atexit.register(end)
    return process


def _ask(what: dict[str, Any]) -> Any:
    mother = _mother()
    assert mother.stdin
    assert mother.stdout
    print(json.dumps(what), file=mother.stdin)
    return json.loads(mother.stdout.readline())


def _serve() -> None:
    """The mother: reads what to do, line by line."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    _load()
    for line in sys.stdin:
        what = json.loads(line)
        answer = _wait(what["wait"]) if "wait" in what else _fork(what)
        print(json.dumps(answer), file=answers)


def _load() -> None:
    """Everything that a server imports on its way."""


def _fork(what: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        written = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, source in ((0, nothing), (1, os.open(what["log"], written)), (2, os.open(what["errors"], written))):
            os.dup2(source, number)
        os.closerange(3, 64)
        os.environ.clear()
        os.environ.update(what["environment"])
        from tests.schedule.clocked import run

        sys.argv = ["newsletter", *what["arguments"]]
        run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _wait(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


if __name__ == "__main__":
    _serve()
