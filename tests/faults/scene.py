"""A history under way: where it plays, who is alive, what was done so far, and the senders that it starts."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from tests.fakes.running import SendGridServer
from tests.faults.cutting import Cutter
from tests.faults.house import reading
from tests.faults.judge import Ack
from tests.faults.own_postgres import OwnPostgres
from tests.faults.restoring import Shelf
from tests.faults.sender import Orders, end, start

ISSUE = 1
_LONGEST_WAIT_FOR_A_CALL = 4.0


@dataclass(kw_only=True)
class Stage:
    """Where a history plays: a database, a folder for what lies beside it, and a provider that lives longer than it.

    `cutter` stands between the senders and the database; `server` is the database's own process, to be killed.
    """

    url: str
    folder: Path
    provider: SendGridServer
    shelf: Shelf
    mutant: str | None = None
    cutter: Cutter | None = None
    server: OwnPostgres | None = None
    # Kinds of action that this stage can't have.
    without: frozenset[str] = frozenset()


@dataclass
class Scene:
    """One history under way."""

    stage: Stage
    seed: int
    draw: random.Random
    engine: Engine
    acks: list[Ack] = field(default_factory=list)
    alive: list[BaseProcess] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    people: dict[int, str] = field(default_factory=dict)
    parcel_size: int = 5

    @property
    def emails(self) -> list[str]:
        return list(self.people.values())

    def send(self, **changes: Any) -> None:
        """One more process that plans and sends: the same list again, or the other one. Later ones bring other words."""
        orders = Orders(
            url=self.stage.cutter.url if self.stage.cutter else self.stage.url,
            folder=self.stage.folder,
            provider_url=self.stage.provider.url,
            list_name=self.draw.choice(["weekly", "weekly", "friends"]),
            revision=self.draw.randint(1, 3),
            parcel_size=self.parcel_size,
            calls=self.draw.choice([1, 4]),
            canary=self.draw.choice([0, 0, 2]),
        )
        self.alive.append(start(replace(orders, **changes)))

    def end_all(self) -> None:
        while self.alive:
            end(self.alive.pop())

    def wait_for_a_call(self) -> None:
        """Until the provider has taken one more, while somebody lives who may make it; then a moment longer.

        On a machine with much to do a sender needs seconds to begin: faults that are over by then try nothing.
        """
        before, limit = self.stage.provider.taken_bytes(), time.monotonic() + _LONGEST_WAIT_FOR_A_CALL
        while self.stage.provider.taken_bytes() == before and time.monotonic() < limit:
            if not any(process.is_alive() for process in self.alive):
                break
            time.sleep(0.005)
        time.sleep(self.draw.choice([0.0, 0.0, 0.02, 0.08]))

    def acted(self, what: str, act: Callable[[], object], who: str = "") -> None:
        """Note when it was asked for and when it was so. What it concerns is asked before: later mailings are not its affair."""
        mailings = frozenset(self.mailings("('planning', 'scheduled', 'sending', 'paused')"))
        asked_at = datetime.now(UTC)
        act()
        self.acks.append(Ack(what=what, asked_at=asked_at, at=datetime.now(UTC), who=who, mailings=mailings))

    def mailings(self, statuses: str) -> list[int]:
        with reading(self.engine) as connection:
            return list(connection.scalars(text(f"SELECT id FROM mailing WHERE status IN {statuses}")))
