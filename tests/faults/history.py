"""A history: what happens to a sending in a few seconds, all of it drawn from one seed, and then it must come to an end."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from newsletter.store.accounting import SqlAccounts
from newsletter.store.engine import connect, reading
from newsletter.store.ledger import SqlLedger
from newsletter.store.readers import SqlReaders
from newsletter.words.subscriber import SuppressionReason
from tests.fakes.running import SendGridServer
from tests.faults.judge import Ack, Evidence, Verdict, judge
from tests.faults.sender import LEASE_SECONDS, Orders, end, start
from tests.world import add_readers

ISSUE = 1
# After the faults stop, a sending must end by itself within this.
_MOST_SECONDS_TO_END = 60.0
_BAD_ANSWERS = {
    "accept-hangup": 2,
    "accept-reset": 2,
    "accept-close": 2,
    "accept-hang": 1,
    "accept-half": 1,
    "accept-cut": 1,
    "accept-garbage": 1,
    "accept-500": 2,
    "reset": 2,
    "reset-early": 2,
    "hang": 1,
    "html": 1,
    "html-202": 1,
    "redirect": 1,
    "400-named": 2,
    "400": 1,
    "401": 1,
    "403": 1,
    "413": 2,
    "413-early": 1,
    "500": 1,
    "502": 1,
    "503": 1,
}


@dataclass(kw_only=True)
class Stage:
    """Where a history plays: a database, a folder for what lies beside it, and a provider that lives longer than it."""

    url: str
    folder: Path
    server: SendGridServer
    mutant: str | None = None
    # Set for the kinds of action that this stage can't have.
    without: frozenset[str] = frozenset()


@dataclass
class Play:
    """One history under way."""

    stage: Stage
    seed: int
    draw: random.Random
    engine: Engine
    acks: list[Ack] = field(default_factory=list)
    alive: list[BaseProcess] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    parcel_size: int = 5


def play(stage: Stage, seed: int) -> tuple[Verdict, list[str]]:
    """Play the history of a seed to its end and judge it. Also returns what was done, in order."""
    before = stage.server.taken_bytes()
    engine = connect(stage.url)
    try:
        scene = Play(stage, seed, random.Random(seed), engine)
        _set(scene)
        _perform(scene)
        ended = _come_to_an_end(scene)
        return judge(_evidence(scene, before, ended=ended)), scene.done
    finally:
        engine.dispose()


def _set(scene: Play) -> None:
    """Two lists that overlap, and a provider with a plan."""
    draw, first = scene.draw, scene.seed * 1_000
    n_readers = draw.randint(15, 40)
    add_readers(scene.engine, "weekly", range(first, first + n_readers))
    add_readers(scene.engine, "friends", range(first + n_readers - draw.randint(3, 10), first + n_readers + 6))
    scene.emails = [f"reader{number}@example.com" for number in range(first, first + n_readers + 6)]
    scene.parcel_size = draw.choice([1, 3, 5, 8])
    scene.stage.server.plan(*_plan(draw), then={"do": "accept", "seconds": draw.choice([0.0, 0.0, 0.02])})


def _plan(draw: random.Random) -> list[dict[str, Any]]:
    """How the provider answers the first calls: from kind to hostile."""
    hostility = draw.choice([0.0, 0.15, 0.3, 0.6])
    steps: list[dict[str, Any]] = []
    for _ in range(30):
        step: dict[str, Any] = {"do": "accept", "seconds": draw.choice([0.0, 0.01, 0.05, 0.2])}
        if draw.random() < hostility:
            step["do"] = draw.choices(list(_BAD_ANSWERS), list(_BAD_ANSWERS.values()))[0]
        elif draw.random() < 0.02:
            step = {"do": "429", "headers": {"Retry-After": "1"}}
        steps.append(step)
    return steps


def _perform(scene: Play) -> None:
    _send(scene)
    if scene.draw.random() < 0.6:
        _wait_for_a_call(scene)
    for _ in range(scene.draw.randint(2, 7)):
        kinds = {kind: weight for kind, (weight, _) in _ACTIONS.items() if kind not in scene.stage.without}
        kind = scene.draw.choices(list(kinds), list(kinds.values()))[0]
        pause = scene.draw.choice([0.0, 0.03, 0.1, 0.25])
        scene.done.append(kind)
        _ACTIONS[kind][1](scene)
        time.sleep(pause)


def _send(scene: Play, **changes: Any) -> None:
    """One more process that plans and sends: the same list again, or the other one. Later ones bring other words."""
    orders = Orders(
        url=scene.stage.url,
        folder=scene.stage.folder,
        provider_url=scene.stage.server.url,
        list_name=scene.draw.choice(["weekly", "weekly", "friends"]),
        revision=scene.draw.randint(1, 3),
        parcel_size=scene.parcel_size,
        calls=scene.draw.choice([1, 4]),
        canary=scene.draw.choice([0, 0, 2]),
        mutant=scene.stage.mutant,
    )
    scene.alive.append(start(replace(orders, **changes)))


def _kill(scene: Play) -> None:
    """All of them, mostly while calls are under way."""
    if scene.draw.random() < 0.7:
        _wait_for_a_call(scene)
    while scene.alive:
        end(scene.alive.pop())


def _wait_for_a_call(scene: Play) -> None:
    """Until the provider has taken one more, for most of a second at most; then a moment longer."""
    before, limit = scene.stage.server.taken_bytes(), time.monotonic() + 0.8
    while scene.stage.server.taken_bytes() == before and time.monotonic() < limit:
        time.sleep(0.005)
    time.sleep(scene.draw.choice([0.0, 0.0, 0.02, 0.08]))


def _stop_past_the_deadline(scene: Play) -> None:
    """A process that is frozen in whatever it does, and wakes up when its claim is long over."""
    for process in scene.alive[-1:]:
        if process.is_alive() and process.pid:
            _wait_for_a_call(scene)
            if not process.is_alive():
                return
            os.kill(process.pid, signal.SIGSTOP)
            if scene.stage.url.startswith("postgresql"):
                _send(scene)
            time.sleep(LEASE_SECONDS + 0.3)
            if process.is_alive():
                os.kill(process.pid, signal.SIGCONT)


def _terminate(scene: Play) -> None:
    for process in scene.alive[-1:]:
        process.terminate()


def _die_at_a_step(scene: Play) -> None:
    _send(scene, die_at=scene.draw.randint(1, 90))


def _fill_the_disk(scene: Play) -> None:
    """No file may grow past a size: the log of the database hits it sooner or later."""
    _send(scene, file_bytes=scene.draw.choice([40_000, 80_000, 150_000, 300_000]))


def _tick(scene: Play) -> None:
    _send(scene, ticks=True)


def _schedule(scene: Play) -> None:
    _send(scene, start_in=0.4)
    _send(scene, ticks=True)


def _unsubscribe(scene: Play) -> None:
    readers = SqlReaders(scene.engine)
    for email in scene.draw.sample(scene.emails, 3):
        _acted(scene, "unsubscribe", lambda email=email: readers.leave(email, list_name=None), who=email)


def _suppress(scene: Play) -> None:
    readers, email = SqlReaders(scene.engine), scene.draw.choice(scene.emails)
    _acted(scene, "suppress", lambda: readers.suppress(email, SuppressionReason.COMPLAINT), who=email)


def _pause(scene: Play) -> None:
    _acted(scene, "pause", lambda: SqlLedger(scene.engine).pause(ISSUE, "by hand"))


def _resume(scene: Play) -> None:
    _acted(scene, "resume", lambda: SqlLedger(scene.engine).resume(ISSUE))


def _cancel(scene: Play) -> None:
    _acted(scene, "cancel", lambda: SqlLedger(scene.engine).cancel(ISSUE))


_ACTIONS: dict[str, tuple[int, Callable[[Play], None]]] = {
    "send": (3, _send),
    "kill": (5, _kill),
    "die at a step": (4, _die_at_a_step),
    "stop": (1, _stop_past_the_deadline),
    "terminate": (1, _terminate),
    "full disk": (1, _fill_the_disk),
    "tick": (1, _tick),
    "schedule": (1, _schedule),
    "unsubscribe": (3, _unsubscribe),
    "suppress": (1, _suppress),
    "pause": (2, _pause),
    "resume": (2, _resume),
    "cancel": (1, _cancel),
}


def _acted(scene: Play, what: str, act: Callable[[], object], who: str = "") -> None:
    """Note when it was asked for and when it was so. What it concerns is asked before: later mailings are not its affair."""
    mailings = frozenset(_mailings(scene, "('planning', 'scheduled', 'sending', 'paused')"))
    asked_at = datetime.now(UTC)
    act()
    scene.acks.append(Ack(what=what, asked_at=asked_at, at=datetime.now(UTC), who=who, mailings=mailings))


def _mailings(scene: Play, statuses: str) -> list[int]:
    with reading(scene.engine) as connection:
        return list(connection.scalars(text(f"SELECT id FROM mailing WHERE status IN {statuses}")))


def _come_to_an_end(scene: Play) -> bool:
    """No more faults: whoever waits may go on, and both lists are sent to until nothing is left to do."""
    scene.stage.server.plan()
    limit = time.monotonic() + _MOST_SECONDS_TO_END
    if scene.draw.random() < 0.5:
        _kill(scene)
    sent = False
    while time.monotonic() < limit:
        if _mailings(scene, "('paused')"):
            _resume(scene)
        for process in scene.alive:
            process.join(max(limit - time.monotonic(), 0))
        if sent and _mailings(scene, "('finished', 'sending')") and not _is_anything_due(scene):
            return True
        scene.alive.clear()
        _send(scene, list_name="weekly")
        _send(scene, list_name="friends")
        _send(scene, ticks=True)
        sent = True
    _kill(scene)
    return False


def _is_anything_due(scene: Play) -> bool:
    """Somebody waits, or a mailing could be closed. One with readers in doubt stays open until they are settled."""
    query = text(
        """SELECT (SELECT count(*) FROM delivery WHERE handover IN ('pending', 'sending'))
                + (SELECT count(*) FROM mailing m WHERE m.status NOT IN ('finished', 'cancelled') AND NOT EXISTS (
                     SELECT 1 FROM parcel p WHERE p.mailing_id = m.id AND p.status = 'uncertain'))"""
    )
    with reading(scene.engine) as connection:
        return bool(connection.scalar(query))


def _evidence(scene: Play, before: int, *, ended: bool) -> Evidence:
    account = SqlAccounts(scene.engine).find_account(ISSUE)
    mine = set(scene.emails)
    return Evidence(
        url=scene.stage.url,
        accepted=[line for line in scene.stage.server.accepted(since=before) if line["email"] in mine],
        bodies=scene.stage.server.bodies_folder,
        acks=scene.acks,
        ended=ended,
        shown={state.value: n for state, n in account.handover.items()} if account else {},
    )
