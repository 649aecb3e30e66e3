"""A sending process to be killed: the real ledger, drain and provider, with deadlines short enough for a campaign."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import resource
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import Engine, event

from newsletter.providers.sendgrid import SendGrid
from newsletter.sending.drain import Drain
from newsletter.sending.pack import TokenKey
from newsletter.sending.plan import plan
from newsletter.sending.send import Patience, Sender
from newsletter.sending.settle import Looker
from newsletter.store.accounting import SqlAccounts
from newsletter.store.engine import connect
from newsletter.store.ledger import SqlLedger
from newsletter.store.live import SqlLive
from newsletter.store.lock import FileLock, SharedSending
from newsletter.store.spool import DiskSpool
from newsletter.wiring import SystemClock
from newsletter.words.consignment import Consignment
from newsletter.words.outcome import Outcome
from tests.faults.mutants import MUTANTS
from tests.world import WEEKLY, an_edition

CALL_SECONDS = 0.8
PATIENCE = Patience(fresh=1.0, grace=0.4, again=(0.05, 0.1))
# After this nobody may call on a claim any more.
LEASE_SECONDS = CALL_SECONDS + PATIENCE.fresh + PATIENCE.grace
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
    mutant: str | None = None


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
    engine = connect(orders.url)
    steps = Steps(orders.die_at)
    steps.watch(engine)
    drain = a_drain(orders, engine, steps, stop)
    if orders.ticks:
        drain.once()
    else:
        start_at = datetime.now(UTC) + timedelta(seconds=orders.start_in) if orders.start_in else None
        mailing, _ = plan(
            drain.planning,
            drain.sender.clock,
            an_edition(words=f"This is revision {orders.revision}."),
            list_name=orders.list_name,
            parcel_size=orders.parcel_size,
            start_at=start_at,
            canary=orders.canary,
        )
        drain.until_settled(mailing, lambda settled, planned, waiting: None)
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

    def watch(self, engine: Engine) -> None:
        event.listen(engine, "before_cursor_execute", lambda *_: self.take())
        event.listen(engine, "commit", lambda _: self.take())


class Watched:
    """The provider, with a step before each call and after each answer."""

    def __init__(self, provider: SendGrid, steps: Steps, calls: int) -> None:
        self._provider, self._steps = provider, steps
        self.name, self.whole_or_nothing = provider.name, provider.whole_or_nothing
        self.limits = replace(provider.limits, calls=calls)
        self.explain = provider.explain

    def hand_over(self, consignment: Consignment) -> Iterator[tuple[Sequence[int], Outcome]]:
        self._steps.take()
        for answer in self._provider.hand_over(consignment):
            self._steps.take()
            yield answer


def a_drain(orders: Orders, engine: Engine, steps: Steps, stop: threading.Event) -> Drain:
    """The parts as wiring puts them together, with short deadlines, and a mutant in their place where one is asked for."""
    clock = SystemClock()
    sendgrid = SendGrid("SG.made-up", clock=clock, url=orders.provider_url, deadline=timedelta(seconds=CALL_SECONDS))
    ledger = SqlLedger(engine)
    sender = Sender(
        name=secrets.token_hex(12),
        newsletter=WEEKLY,
        key=TokenKey(id=1, secret=b"k" * 32),
        ledger=ledger,
        editions=ledger,
        provider=Watched(sendgrid, steps, orders.calls),
        spool=DiskSpool(orders.folder / "spool"),
        live=SqlLive(engine, orders.folder / "live", new_id=lambda: secrets.token_hex(12)),
        clock=clock,
        new_token=lambda: secrets.token_hex(16),
        patience=PATIENCE,
    )
    drain = Drain(
        sender=sender,
        planning=ledger,
        accounts=SqlAccounts(engine),
        looker=Looker(ledger=ledger, evidence=None, whole_or_nothing=True, provider=sendgrid.name),
        lock=FileLock(Path(f"{engine.url.database}.sender")) if engine.dialect.name == "sqlite" else SharedSending(),
        stop=stop,
    )
    mutate: Callable[[Drain, Engine], Drain] = MUTANTS.get(orders.mutant or "", lambda drain, _: drain)
    return mutate(drain, engine)


def end(process: BaseProcess) -> None:
    """kill -9, whatever state it is in."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
