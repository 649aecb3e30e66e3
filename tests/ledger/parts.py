"""A sending process put together in the test's own process, and providers that do as they are told."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, make_url

from newsletter.db.lock import FileLock, SharedSending
from newsletter.ledger.drain import Drain
from newsletter.ledger.ledger import Ledger, open_ledger
from newsletter.ledger.live_sql import Live
from newsletter.ledger.on_disk.journal import Journals
from newsletter.ledger.on_disk.spool import Spool
from newsletter.ledger.pack import TokenKey
from newsletter.ledger.plan import plan
from newsletter.ledger.rows import MailingRow
from newsletter.ledger.send import Patience, Sender
from newsletter.ledger.settle import Looker
from newsletter.ports.provider import Limits, Provider
from newsletter.wiring import SystemClock
from newsletter.words.consignment import Consignment
from newsletter.words.ledger import HandOver
from newsletter.words.outcome import Accepted, Outcome
from tests.accounts import account_of
from tests.world import WEEKLY, an_edition


class Carrier:
    """A provider that remembers whom it was handed, and does what `does` says before it accepts."""

    name = "carrier"
    whole_or_nothing = True

    def __init__(
        self, does: Callable[[Consignment], Outcome | None] = lambda _: None, *, calls: int = 1, readers: int = 1000
    ) -> None:
        self.limits = Limits(readers=readers, calls=calls, deadline=timedelta(seconds=5))
        self.handed: list[list[str]] = []
        self._does = does

    def hand_over(self, consignment: Consignment) -> Iterator[tuple[Sequence[int], Outcome]]:
        self.handed.append(list(consignment.addresses))
        yield consignment.deliveries, self._does(consignment) or Accepted()

    def explain(self) -> str:
        return "A carrier for tests."


def a_drain(engine: Engine, folder: Path, provider: Provider, *, ledger: Ledger | None = None, **changes: Any) -> Drain:
    """The parts as wiring puts them together. `changes` are fields of the Sender."""
    ledger, clock = ledger or open_ledger(engine), SystemClock()
    fields: dict[str, Any] = {
        "name": secrets.token_hex(12),
        "newsletter": WEEKLY,
        "key": TokenKey(id=1, secret=b"k" * 32),
        "ledger": ledger,
        "provider": provider,
        "spool": Spool(folder / "spool"),
        "journals": Journals(folder / "spool", clock.monotonic),
        "live": Live(engine, folder / "live", new_id=lambda: secrets.token_hex(12)),
        "clock": clock,
        "new_token": lambda: secrets.token_hex(16),
        "patience": Patience(again=(0.01,)),
    }
    path = make_url(str(engine.url)).database
    return Drain(
        sender=Sender(**{**fields, **changes}),
        looker=Looker(
            doubts=ledger.doubts,
            evidence=provider if hasattr(provider, "find") else None,
            whole_or_nothing=provider.whole_or_nothing,
            provider=provider.name,
        ),
        lock=FileLock(Path(f"{path}.sender")) if engine.dialect.name == "sqlite" else SharedSending(),
        stop=threading.Event(),
    )


def send(drain: Drain, *, list_name: str = "weekly", size: int = 5, **more: Any) -> MailingRow:
    """Plan and send until there is nothing left to do."""
    mailing, _ = plan(drain.ledger, drain.sender.clock, an_edition(), list_name=list_name, parcel_size=size, **more)
    return drain.until_done(mailing, lambda settled, planned, waiting: None)


def states(engine: Engine) -> dict[str, int]:
    """How many readers of issue 1 stand where, without the zeros."""
    return {HandOver(state).value: n for state, n in account_of(engine).handover.items() if n}
