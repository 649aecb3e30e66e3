"""Calls a function of ours in a child process with bounds: one at a time, niced, and a breach is a sentence."""

from __future__ import annotations

import atexit
import logging
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from newsletter.apart.wire import BadAnswer, read_as, receive, send
from newsletter.words import mistake
from newsletter.words.mistake import Mistake, NewsletterError, NotNow, Place

log = logging.getLogger(__name__)
T = TypeVar("T")

# A child starts in a third of a second with its libraries, so it is kept for the next one; for how long, and how often.
_KEPT_SECONDS = 60.0
_MOST_USES = 200
_MOST_ANSWERED = 40_000_000
# How long somebody waits until the child is free.
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """`seconds` of the processor's time and `megabytes` of addresses.

    By the wall clock it may take three times as long and `waiting` seconds more: the child is niced, and the machine
    busy.
    """

    seconds: float = 10.0
    megabytes: int = 600
    waiting: float = 10.0

    @property
    def wall(self) -> float:
        return 3 * self.seconds + self.waiting


class TooMuch(Mistake):
    """What was opened took more time or memory than it may."""


def call(
    task: str,
    data: bytes = b"",
    *,
    returns: type[T],
    what: str,
    fix: str = "",
    bounds: Bounds | None = None,
    **asked: object,
) -> T:
    """Call `task`, such as `newsletter.collect.mail.message:read_mail`, with `data` and `asked`; its answer as `returns`.

    The task is named, not imported: its libraries are loaded in the child only. `what` begins a sentence ("This mail").
    Raises what the task raises of ours, TooMuch for a breach, Mistake where a library stumbles, and NotNow where the
    child is busy with others for too long.
    """
    bounds = bounds or Bounds()
    question = {"task": task, "asked": asked, "seconds": bounds.seconds, "megabytes": bounds.megabytes}
    if not _ONE.turn.acquire(timeout=_PATIENCE):
        raise NotNow("Something else from outside is being read, and takes its time.", fix="Try again in a minute.")
    try:
        said = _ONE.ask(question, data, bounds)
    finally:
        _ONE.turn.release()
    if "value" in said:
        with suppress(BadAnswer, ValueError, TypeError):
            return cast("T", read_as(returns, said["value"]))
        said = {"fault": "an answer of another kind"}
    raise _refusal(said, what, fix, bounds)


def _refusal(said: dict[str, object], what: str, fix: str, bounds: Bounds) -> NewsletterError:
    if "error" in said:
        kinds = {"Missing": mistake.Missing, "NotNow": NotNow}
        place = said.get("place")
        return kinds.get(str(said["error"]), Mistake)(
            str(said["message"]), fix=str(said["fix"]), place=Place(*place) if isinstance(place, list) else None
        )
    if "slow" in said:
        return TooMuch(f"{what} takes longer than {bounds.seconds:g} seconds to be read, so it was left.", fix=fix)
    if "breach" in said:
        return TooMuch(f"{what} takes more memory than it may to be read, so it was left.", fix=fix)
    log.warning("reading something from outside failed: %s", said.get("fault"))
    return Mistake(f"{what} can't be read: it is damaged, or made as no program makes it.", fix=fix)


class _Child:
    """The one child of this process, started when it is first wanted. Only the thread that holds the turn may ask."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._n_uses = 0
        self._last_used = 0.0

    def ask(self, question: dict[str, object], data: bytes, bounds: Bounds) -> dict[str, object]:
        """What it answers; {"slow"} or {"breach"} where it was ended."""
        process = self._ready()
        is_fresh = self._n_uses == 0
        late = threading.Event()
        timer = threading.Timer(bounds.wall, _end, (process, late))
        timer.daemon = True
        timer.start()
        try:
            with suppress(BrokenPipeError):
                send(cast("BinaryIO", process.stdin), question, data)
            answer = receive(cast("BinaryIO", process.stdout), _MOST_ANSWERED)
        except (BadAnswer, ValueError):
            answer = None
        finally:
            timer.cancel()
        self._n_uses, self._last_used = self._n_uses + 1, time.monotonic()
        if answer is not None and "breach" not in answer[0]:
            return answer[0]
        code = self.close()
        # 24 is SIGXCPU: its time of the processor is up.
        if late.is_set() or code == -24:
            return {"slow": True}
        # What others left in its memory is not the fault of this task, and neither is a child that was just leaving.
        return {"breach": True} if is_fresh else self.ask(question, data, bounds)

    def _ready(self) -> subprocess.Popen[bytes]:
        """A child that is alive. One that was idle for long may be just leaving."""
        is_old = self._n_uses >= _MOST_USES or time.monotonic() - self._last_used > _KEPT_SECONDS
        if self._process is None or is_old or self._process.poll() is not None:
            self.close()
            self._process, self._n_uses = _started(), 0
        return self._process

    def close(self) -> int | None:
        """End it, whatever it does; how it ended."""
        process, self._process = self._process, None
        if process is None:
            return None
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):
                cast("BinaryIO", stream).close()
        try:
            return process.wait(1)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _started() -> subprocess.Popen[bytes]:
    """Spawned, never forked: a forked one would hold the lock that proves its sender alive (decision 5)."""
    # No setting and no secret of ours goes in; only the way to find the program. -P: not from the folder we are in.
    environment = {
        "PYTHONPATH": os.pathsep.join(str(Path(path).absolute()) for path in sys.path if path),
        "LC_ALL": "C.UTF-8",
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "newsletter.apart.process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        # The folder that we are in may be gone before the child is: libraries ask where they are.
        cwd="/",
        close_fds=True,
    )


def _end(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


_ONE = _Child()


def _forget() -> None:
    """In a process that was forked: the child belongs to the other one."""
    global _ONE
    _ONE = _Child()


os.register_at_fork(after_in_child=_forget)
atexit.register(lambda: _ONE.close())
