"""The child process: takes one task after the other, each with its own bounds, and answers or dies. It has no secret of ours."""

from __future__ import annotations

import importlib
import math
import os
import resource
import select
import signal
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from newsletter.apart.wire import receive, send
from newsletter.words.mistake import NewsletterError

# Longer than the parent process keeps it (see call.py), so that no question is sent to a child that is just leaving.
_IDLE_SECONDS = 120
_MOST_ASKED = 200_000_000
_NICE = 10
# A child that has grown so much leaves, and the next question gets a new one.
_MOST_HELD = 700_000_000


def main() -> None:
    """Work until the other side is gone, which the end of standard input says."""
    # The parent process finishes its call when it is told to stop, and we with it.
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)
    os.nice(_NICE)
    answers = _answers()
    questions = open(0, "rb", closefd=False, buffering=0)  # noqa: SIM115 - it is open as long as we are
    while select.select([questions], [], [], _IDLE_SECONDS)[0]:
        asked = receive(_Whole(questions), _MOST_ASKED)  # type: ignore[arg-type]  # it reads, and that is all that is asked
        if asked is None or not _answer(answers, *asked):
            return


class _Whole:
    """Reads as many bytes as were asked for, without reading ahead: `select` knows only what is in the pipe."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw

    def read(self, length: int) -> bytes:
        data = bytearray()
        while len(data) < length and (more := self._raw.read(length - len(data))):
            data += more
        return bytes(data)


def _answers() -> BinaryIO:
    """Where answers go. What a library prints goes nowhere: it would be taken for one."""
    stream = os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 1)
    return stream


def _answer(answers: BinaryIO, asked: dict[str, object], data: bytes) -> bool:
    """Whether this process may be asked again."""
    # A task may go into a folder of its caller's, which is gone afterwards: libraries ask where they are.
    os.chdir("/")
    _bound(float(str(asked["seconds"])), int(str(asked["megabytes"])))
    try:
        value = _task(str(asked["task"]))(data, **dict(asked["asked"]))  # type: ignore[call-overload]
        send(answers, {"value": value})
    except NewsletterError as error:
        place = error.place and (error.place.file, error.place.line, error.place.column)
        send(
            answers, {"error": type(error).__name__, "message": error.message, "fix": error.fix, "place": place or None}
        )
    except (MemoryError, RecursionError):
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        send(answers, {"breach": True})
        return False
    except Exception as error:  # noqa: BLE001 - what damaged input makes of a library has no one name
        frame = traceback.extract_tb(error.__traceback__)[-1]
        # Not its words: they quote what it read.
        send(answers, {"fault": f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"})
    return _held() < _MOST_HELD


def _held() -> int:
    """Bytes of addresses that this process has; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def _bound(seconds: float, megabytes: int) -> None:
    """Bounds of this task: `seconds` of the processor and `megabytes` of addresses, both from now on.

    What libraries hold that others have loaded counts for nobody: short of room, some say that a picture is damaged.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = math.floor(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_AS, (_held() + megabytes * 1_000_000, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _task(name: str) -> Callable[..., object]:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)  # type: ignore[no-any-return]


if __name__ == "__main__":
    main()
