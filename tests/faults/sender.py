"""A sending process to be killed: the real ledger, drain and provider, with deadlines short enough for a campaign."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import resource
import signal
import sys
import threading
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.faults.house import Job, Parts, connect

_BROKEN = 3

# Processes are forked from one that has loaded everything, and die as any process does.
_forks = get_context("forkserver")
_forks.set_forkserver_preload(["tests.faults.sender"])


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What one process is to do. `die_at` is the step at which it kills itself; `file_bytes` the largest file it may write."""

    url: str
    folder: Path
    provider_url: str
    list_name: str = "weekly"
    revision: int = 1
    parcel_size: int = 5
    calls: int = 4
    canary: int = 0
    ticks: bool = False
    start_in: float | None = None
    die_at: int | None = None
    file_bytes: int | None = None


def start(orders: Orders) -> BaseProcess:
    """Let a process of its own do it."""
    process = _forks.Process(target=obey, args=(orders,), daemon=True)
    process.start()
    return process


def obey(orders: Orders) -> None:
    """Plan and send as `newsletter send` does, or tick once. Ends the process."""
    log = os.open(orders.folder / "senders.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    logging.basicConfig(stream=sys.stderr, format=f"{os.getpid()} %(message)s", force=True)
    faulthandler.enable()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if orders.file_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (orders.file_bytes, orders.file_bytes))
    try:
        _work(orders, stop)
    except Exception as error:  # noqa: BLE001 - a process that gives up is part of the campaign; what it left is judged
        print(os.getpid(), "gave up:", type(error).__name__, error, flush=True)
        os._exit(_BROKEN)
    os._exit(0)


def _work(orders: Orders, stop: threading.Event) -> None:
    steps = Steps(orders.die_at)
    parts = Parts(
        engine=connect(orders.url),
        folder=orders.folder,
        provider_url=orders.provider_url,
        calls=orders.calls,
        step=steps.take,
        stop=stop,
    )
    if orders.ticks:
        parts.tick()
    else:
        parts.send(
            Job(
                words=f"This is revision {orders.revision}.",
                list_name=orders.list_name,
                parcel_size=orders.parcel_size,
                canary=orders.canary,
                start_in=orders.start_in,
            )
        )
    (orders.folder / "steps").write_text(str(steps.taken))


class Steps:
    """Counts what a process does: every SQL statement, every commit, every call, every answer. Dies at one of them."""

    def __init__(self, die_at: int | None) -> None:
        self.taken = 0
        self._die_at = die_at
        self._lock = threading.Lock()

    def take(self) -> None:
        with self._lock:
            self.taken += 1
            if self.taken == self._die_at:
                os.kill(os.getpid(), signal.SIGKILL)


def end(process: BaseProcess) -> None:
    """kill -9, whatever state it is in."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
