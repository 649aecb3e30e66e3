"""What a child is asked to do in these tests: use up what it may not, die, tell of itself."""

from __future__ import annotations

import importlib
import os
import signal
import time
from pathlib import Path

from newsletter.words.mistake import Missing, Place


def echo(data: bytes) -> bytes:
    return data


def spin(data: bytes) -> None:
    while data is not None:
        pass


def burn(data: bytes) -> int:
    """A fifth of a second of the processor's time; the number of who spent it."""
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass
    return os.getpid()


def grow(data: bytes) -> int:
    return len(bytearray(2_000_000_000))


def sleep(data: bytes) -> None:
    time.sleep(60)


def die(data: bytes) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def stumble(data: bytes) -> None:
    raise AttributeError(f"what a library says of {data!r}")


def refuse(data: bytes) -> None:
    raise Missing("There is no such thing.", fix="Look again.", place=Place("a.md", 3))


def flood(data: bytes) -> str:
    return "x" * 50_000_000


def another_kind(data: bytes) -> dict[str, str]:
    return {"__class__": "str"}


def about(data: bytes) -> list[str]:
    """Its number, how nice it is, its environment, and the files that it has open beyond the three."""
    files = [str(name.resolve()) for name in _open_files()]
    return [str(os.getpid()), str(os.nice(0)), *sorted(os.environ), *files]


def imported(data: bytes) -> str:
    """Where a module of this name comes from."""
    return str(importlib.import_module(data.decode()).__file__)


def overlap(data: bytes) -> bool:
    """Whether another one was at work in the folder meanwhile."""
    mark = Path(data.decode())
    try:
        mark.mkdir()
    except FileExistsError:
        return True
    time.sleep(0.02)
    mark.rmdir()
    return False


def _open_files() -> list[Path]:
    return [one for one in Path("/proc/self/fd").iterdir() if int(one.name) > 2]


_KEPT: list[bytearray] = []


def keep_much(data: bytes) -> int:
    """As a library does that loads its tables once."""
    _KEPT.append(bytearray(350_000_000))
    return len(_KEPT)


def need_much(data: bytes) -> int:
    return len(bytearray(350_000_000))


def where(data: bytes) -> str:
    return str(Path.cwd())


def go_into(data: bytes) -> None:
    os.chdir(data.decode())
