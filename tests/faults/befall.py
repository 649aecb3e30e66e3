"""What may befall many machines while they send: kills, freezes, a database that goes away, wires that are cut, lost jobs."""

from __future__ import annotations

import heapq
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from itertools import count

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.faults.ground import Ground
from tests.faults.machine import Machine
from tests.faults.wires import Wire

# The others have to go on: with more of them frozen, too few would be left to show it.
_FROZEN_AT_ONCE = 2
_JOBS = "procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers, procrastinate_events"
_STOPS = {"immediately": signal.SIGQUIT, "in good order": signal.SIGINT, "by kill -9": signal.SIGKILL}


class Faults:
    """Does one after the other, and undoes what lasts when its time is over. `done` counts them by kind."""

    def __init__(self, ground: Ground, draw: random.Random, say: Callable[[str], None]) -> None:
        self._ground, self._draw, self._say = ground, draw, say
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self.done: Counter[str] = Counter()
        self._kinds: dict[str, Callable[[], bool]] = {
            "kill": self._kill,
            "kill a part": self._kill_a_part,
            "freeze": self._freeze,
            "restart the database": self._restart_database,
            "cut the wire to the provider": lambda: self._cut(ground.to_provider, "provider"),
            "cut the wire to the database": lambda: self._cut(ground.to_database, "database"),
            "silence the provider": lambda: self._silence(ground.to_provider, "provider"),
            "silence the database": lambda: self._silence(ground.to_database, "database"),
            "lose all jobs": self._lose_jobs,
        }

    def plan(self, n: int) -> list[str]:
        """So many kinds in a row, each of them about as often as the others."""
        kinds: list[str] = []
        while len(kinds) < n:
            once = list(self._kinds)
            self._draw.shuffle(once)
            kinds += once
        return kinds[:n]

    def do(self, kind: str) -> bool:
        """False where it can't be done just now."""
        is_done = self._kinds[kind]()
        self.done[kind] += is_done
        return is_done

    def undo_what_is_over(self, *, everything: bool = False) -> None:
        while self._later and (everything or self._later[0][0] <= time.monotonic()):
            heapq.heappop(self._later)[2]()

    def _in(self, seconds: float, undo: Callable[[], None]) -> None:
        heapq.heappush(self._later, (time.monotonic() + seconds, next(self._numbers), undo))

    def _kill(self) -> bool:
        victim = self._draw.choice(self._ground.machines)
        self._say(f"{victim.name} is killed" + (" in its sleep" if victim.is_frozen else ""))
        victim.kill()
        return True

    def _kill_a_part(self) -> bool:
        victim = self._draw.choice([one for one in self._ground.machines if one.has_pages])
        part = "" if victim.is_frozen else victim.kill_a_part(self._draw)
        if part:
            self._say(f"the {part} of {victim.name} is killed")
        return bool(part)

    def _freeze(self) -> bool:
        awake = [one for one in self._ground.machines if one.works and not one.is_frozen]
        if not awake or sum(one.is_frozen for one in self._ground.machines) >= _FROZEN_AT_ONCE:
            return False
        victim = self._draw.choice(awake)
        victim.freeze()
        self._say(f"{victim.name} stands still")
        self._in(self._ground.scale.frozen, lambda: self._thaw(victim))
        return True

    def _thaw(self, victim: Machine) -> None:
        if victim.is_frozen:
            victim.thaw()
            self._say(f"{victim.name} goes on")

    def _restart_database(self) -> bool:
        how = self._draw.choice(list(_STOPS))
        self._say(f"the database is stopped {how}")
        self._ground.server.stop(_STOPS[how])
        self._ground.server.start()
        self._say("the database is there again")
        return True

    def _cut(self, wire: Wire, to: str) -> bool:
        if not wire.is_whole:
            return False
        wire.cut()
        return self._restored_later(wire, f"the wire to the {to} is cut", f"the wire to the {to} is whole")

    def _silence(self, wire: Wire, to: str) -> bool:
        if not wire.is_whole:
            return False
        wire.fall_silent()
        return self._restored_later(wire, f"the wire to the {to} falls silent", f"the wire to the {to} speaks")

    def _restored_later(self, wire: Wire, begun: str, over: str) -> bool:
        seconds = self._draw.choice(self._ground.scale.away)
        self._say(f"{begun} for {seconds:g} s")

        def restore() -> None:
            wire.restore()
            self._say(over)

        self._in(seconds, restore)
        return True

    def _lose_jobs(self) -> bool:
        engine = create_engine(make_url(self._ground.url).set(drivername="postgresql+psycopg"))
        with engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {_JOBS}"))
        engine.dispose()
        self._say("all jobs are deleted")
        return True
