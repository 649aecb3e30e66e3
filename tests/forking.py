"""A process that has loaded the whole program once, and forks each command from itself: a start costs no second of imports."""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import random
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_LOOK_EVERY_SECONDS = 0.01
_asking = threading.Lock()


class Forked:
    """`python -m MODULE WORDS` in a process of its own: killed, stopped and awaited like any other."""

    def __init__(
        self,
        words: list[str],
        environment: dict[str, str],
        *,
        out: Path,
        err: Path | None = None,
        stdin: Path = Path(os.devnull),
        module: str = "newsletter",
    ) -> None:
        self.words = words
        self.returncode: int | None = None
        streams = [str(stdin), str(out), str(err or out)]
        self.pid: int = _ask(
            {
                "module": module,
                "words": words,
                "environment": environment,
                "streams": streams,
                "directory": str(Path.cwd()),
            }
        )

    def poll(self) -> int | None:
        """Its exit code, or None while it lives."""
        if self.returncode is None:
            self.returncode = _ask({"wait": self.pid})
        return self.returncode

    def wait(self, seconds: float = 60.0) -> int:
        """Its exit code at its end. Raises subprocess.TimeoutExpired."""
        limit = time.monotonic() + seconds
        while (code := self.poll()) is None:
            if time.monotonic() > limit:
                raise subprocess.TimeoutExpired(self.words, seconds)
            time.sleep(_LOOK_EVERY_SECONDS)
        return code

    def send_signal(self, how: signal.Signals) -> None:
        os.kill(self.pid, how)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run_forked(
    words: list[str],
    environment: dict[str, str],
    seconds: float = 120,
    *,
    stdin: bytes = b"",
    module: str = "newsletter",
) -> subprocess.CompletedProcess[str]:
    """`python -m MODULE WORDS` in a process of its own, to its end. Raises subprocess.TimeoutExpired."""
    with tempfile.TemporaryDirectory(prefix="newsletter-run-") as home:
        read, out, err = (Path(home, name) for name in ("in", "out", "err"))
        read.write_bytes(stdin)
        process = Forked(words, environment, out=out, err=err, stdin=read, module=module)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return subprocess.CompletedProcess(words, code, out.read_text("utf-8"), err.read_text("utf-8"))


def _ask(what: dict[str, Any]) -> Any:
    with _asking:
        mother = _mother()
        assert mother.stdin
        assert mother.stdout
        print(json.dumps(what), file=mother.stdin)
        return json.loads(mother.stdout.readline())


@cache
def _mother() -> subprocess.Popen[str]:
    # As the commands are run elsewhere: whatever the tests have set for themselves is none of hers.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEWSLETTER_", "SENDGRID_"))}
    paths = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
    words = [sys.executable, "-m", "tests.forking"]
    mother = subprocess.Popen(
        words,
        cwd=ROOT,
        env={**kept, "PYTHONPATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )

    def end() -> None:
        mother.kill()
        mother.wait()
        for pipe in (mother.stdin, mother.stdout):
            assert pipe
            pipe.close()

    atexit.register(end)
    return mother


def _serve() -> None:
    """The mother: reads what to do, line by line."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    _load()
    for line in sys.stdin:
        what = json.loads(line)
        print(json.dumps(_wait(what["wait"]) if "wait" in what else _fork(what)), file=answers)


def _load() -> None:
    import newsletter

    for module in pkgutil.walk_packages(newsletter.__path__, "newsletter."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            # One that can't be imported is for the command that wants it to trip over.
            with contextlib.suppress(Exception):
                importlib.import_module(module.name)
    # Not looked through, nor copied, by any child.
    gc.freeze()


def _fork(what: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        read, *written = what["streams"]
        sources = [
            os.open(read, os.O_RDONLY),
            *(os.open(one, os.O_WRONLY | os.O_CREAT | os.O_APPEND) for one in written),
        ]
        for number, source in enumerate(sources):
            os.dup2(source, number)
        os.closerange(3, 64)
        os.environ.clear()
        os.environ.update(what["environment"])
        os.chdir(what["directory"])
        time.tzset()
        random.seed()
        sys.argv = ["newsletter", *what["words"]]
        runpy.run_module(what["module"], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001 - as the interpreter would: the traceback is what a test looks for
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(Exception):
            _leave()
        os._exit(code)


def _leave() -> None:
    """What an interpreter does at its end, without taking all that was loaded apart: databases are closed, words flushed."""
    from sqlalchemy import Engine

    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for one in gc.get_objects():
        if isinstance(one, Engine):
            one.dispose()
    sys.stdout.flush()
    sys.stderr.flush()


def _wait(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


if __name__ == "__main__":
    _serve()
