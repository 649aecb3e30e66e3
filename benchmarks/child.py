"""Runs a program and says what it cost, by the kernel's own books of exactly that process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """`wall` and `cpu` (user and system) in seconds, `peak_mb` the largest resident size in 10^6 bytes."""

    wall: float
    cpu: float
    peak_mb: float
    output: str


def run(command: Sequence[str], environment: Mapping[str, str] | None = None, *, limit: float = 600.0) -> Cost:
    """Run it to its end. Raises RuntimeError with its words where it fails or takes longer than `limit` seconds.

    Linux counts the size of whoever starts a process as that process's peak: this module and what it is run from must
    stay smaller than anything measured, so they import the standard library only.
    """
    with tempfile.TemporaryFile() as words:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdout=words,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=ROOT,
            env=_compiled(environment),
        )
        watch = threading.Timer(limit, process.kill)
        watch.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            watch.cancel()
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        words.seek(0)
        output = words.read().decode(errors="replace")
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{output[-2000:]}")
    return Cost(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak_mb=usage.ru_maxrss * 1024 / 1e6, output=output)


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def _compiled(more: Mapping[str, str] | None) -> dict[str, str]:
    """Our environment, with compiled modules kept: a start that compiles everything again is nobody's start."""
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return ours | dict(more or {})
