"""A history: what happens to a sending in a few seconds, all of it drawn from one seed, and then it must come to an end."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from tests.fakes.sendgrid_events import Telling, all_told
from tests.faults import house
from tests.faults.actions import act, kill, resume
from tests.faults.house import connect, reading
from tests.faults.judge import Evidence, Verdict, judge, judge_events
from tests.faults.mutants import n_harmed, plant
from tests.faults.scene import ISSUE, Scene, Stage
from tests.world import add_readers

# After the faults stop, a sending must end by itself within this. A few seconds do, on a machine that has nothing else to do.
_MOST_SECONDS_TO_END = 240.0
# Longer than the provider ever waits before it takes a call.
_LAST_CALLS_SECONDS = 0.3
BAD_ANSWERS = {
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

# In the list of what was done: once for each time that a planted mutant did its harm.
HARM = "harm by the mutant"

# What may be told of those it took, without anybody being suppressed for it.
_TOLD = Telling(courses={"delivered": 3, "blocked": 1, "deferred": 1, "late": 1, "read": 1})


def play(stage: Stage, seed: int) -> tuple[Verdict, list[str]]:
    """Play the history of a seed to its end and judge it, and again when events were heard. Also what was done, in order."""
    before = stage.provider.taken_bytes()
    engine = connect(stage.url)
    try:
        scene = Scene(stage, seed, random.Random(seed), engine)
        _set(scene)
        _perform(scene)
        ended = _come_to_an_end(scene)
        verdict = judge(_evidence(scene, before, ended=ended))
        if not verdict.wrong:
            verdict.wrong += _settled_in_the_end(scene, before)
        if stage.mutant:
            scene.done += [HARM] * n_harmed(stage.mutant, stage.url)
        if stage.cutter:
            scene.done += [f"cut {what} a commit" for what in stage.cutter.cuts.elements()]
        return verdict, scene.done
    finally:
        engine.dispose()


def _set(scene: Scene) -> None:
    """Two lists that overlap, and a provider with a plan. A new database knows from the start that it is the live one."""
    draw, first = scene.draw, scene.seed * 1_000
    n_readers = draw.randint(15, 40)
    weekly = range(first, first + n_readers)
    friends = range(first + n_readers - draw.randint(3, 10), first + n_readers + 6)
    for list_name, numbers in (("weekly", weekly), ("friends", friends)):
        ids = add_readers(scene.engine, list_name, numbers)
        scene.people |= dict(zip(ids, (f"reader{number}@example.com" for number in numbers), strict=True))
    house.declare_live(scene.engine, scene.stage.folder, f"history{scene.seed}")
    scene.engine.dispose()
    if scene.stage.mutant:
        plant(scene.stage.mutant, scene.stage.url)
    scene.stage.shelf.keep()
    scene.parcel_size = draw.choice([1, 3, 5, 8])
    scene.stage.provider.plan(*_plan(draw), then={"do": "accept", "seconds": draw.choice([0.0, 0.0, 0.02])})


def _plan(draw: random.Random) -> list[dict[str, Any]]:
    """How the provider answers the first calls: from kind to hostile."""
    hostility = draw.choice([0.0, 0.15, 0.3, 0.6])
    steps: list[dict[str, Any]] = []
    for _ in range(30):
        step: dict[str, Any] = {"do": "accept", "seconds": draw.choice([0.0, 0.01, 0.05, 0.2])}
        if draw.random() < hostility:
            step["do"] = draw.choices(list(BAD_ANSWERS), list(BAD_ANSWERS.values()))[0]
        elif draw.random() < 0.02:
            step = {"do": "429", "headers": {"Retry-After": "1"}}
        steps.append(step)
    return steps


def _perform(scene: Scene) -> None:
    scene.send()
    if scene.draw.random() < 0.6:
        scene.wait_for_a_call()
    for _ in range(scene.draw.randint(2, 7)):
        act(scene)


def _come_to_an_end(scene: Scene) -> bool:
    """Nobody does any more harm: whoever waits may go on, and both lists are sent to until nothing is left to do.

    What is left of the provider's plan still comes, or a slow machine would see none of it; then it is kind.
    """
    limit = time.monotonic() + _MOST_SECONDS_TO_END
    if scene.draw.random() < 0.5:
        kill(scene)
    sent = False
    while time.monotonic() < limit:
        if scene.mailings("('paused')"):
            resume(scene)
        for process in scene.alive:
            process.join(max(limit - time.monotonic(), 0))
        if sent and scene.stage.cutter:
            # The first of those who are to finish it still have a bad line.
            scene.stage.cutter.stop_cutting()
        if sent and scene.mailings("('finished', 'sending')") and not _is_anything_due(scene):
            return True
        scene.alive.clear()
        scene.send(list_name="weekly")
        scene.send(list_name="friends")
        scene.send(ticks=True)
        sent = True
    kill(scene)
    return False


def _is_anything_due(scene: Scene) -> bool:
    """Somebody waits, or a mailing could be closed. One with readers in doubt stays open until they are settled."""
    query = text(
        """SELECT (SELECT count(*) FROM delivery WHERE handover = 'pending')
                + (SELECT count(*) FROM mailing m WHERE m.status NOT IN ('finished', 'cancelled') AND NOT EXISTS (
                     SELECT 1 FROM parcel p WHERE p.mailing_id = m.id AND p.status = 'uncertain'))"""
    )
    with reading(scene.engine) as connection:
        return bool(connection.scalar(query))


def _settled_in_the_end(scene: Scene, before: int) -> list[str]:
    """The provider tells of all that it took, three times and in any order; the rest is sent again; nobody is left over."""
    time.sleep(_LAST_CALLS_SECONDS)
    scene.stage.provider.plan()
    taken = list(_evidence(scene, before, ended=True).accepted)
    telling = replace(_TOLD, seed=scene.seed)
    house.hear(scene.engine, taken, telling)
    wrong = judge_events(_evidence(scene, before, ended=True), all_told(taken, telling))
    # The owner comes back when no call can be under way any more.
    house.end_leases(scene.engine)
    house.send_again(scene.engine, ISSUE)
    ended = _come_to_an_end(scene)
    verdict = judge(_evidence(scene, before, ended=ended))
    left_over = verdict.states["uncertain"]
    return [*wrong, *verdict.wrong, *([f"L: {left_over} are in doubt after all was settled"] if left_over else [])]


def _evidence(scene: Scene, before: int, *, ended: bool) -> Evidence:
    mine = set(scene.emails)
    return Evidence(
        url=scene.stage.url,
        accepted=[line for line in scene.stage.provider.accepted(since=before) if line["email"] in mine],
        bodies=scene.stage.provider.bodies_folder,
        people=scene.people,
        acks=scene.acks,
        ended=ended,
        shown=house.shown(scene.engine, ISSUE),
        tallied=house.tallied(scene.engine, ISSUE),
    )
