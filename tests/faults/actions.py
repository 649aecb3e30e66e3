"""What may happen to a sending, each an action that a history draws: kills, floods, people who leave, hands on the controls."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import text

from tests.faults import house
from tests.faults.house import LEASE_SECONDS, reading
from tests.faults.judge import Ack, ids_in
from tests.faults.restoring import high_water
from tests.faults.scene import ISSUE, Scene


def kill(scene: Scene) -> None:
    """All of them, mostly while calls are under way."""
    if scene.draw.random() < 0.7:
        scene.wait_for_a_call()
    scene.end_all()


def _stop_past_the_deadline(scene: Scene) -> None:
    """A process that is frozen in whatever it does, and wakes up when its claim is long over."""
    for process in scene.alive[-1:]:
        if process.is_alive() and process.pid:
            scene.wait_for_a_call()
            if not process.is_alive():
                return
            os.kill(process.pid, signal.SIGSTOP)
            if scene.stage.url.startswith("postgresql"):
                scene.send()
            time.sleep(LEASE_SECONDS + 0.3)
            if process.is_alive():
                os.kill(process.pid, signal.SIGCONT)


def _terminate(scene: Scene) -> None:
    for process in scene.alive[-1:]:
        process.terminate()


def _die_at_a_step(scene: Scene) -> None:
    scene.send(die_at=scene.draw.randint(1, 90))


def _fill_the_disk(scene: Scene) -> None:
    """No file may grow past a size: the log of the database hits it sooner or later."""
    scene.send(file_bytes=scene.draw.choice([40_000, 80_000, 150_000, 300_000]))


def _tick(scene: Scene) -> None:
    scene.send(ticks=True)


def _schedule(scene: Scene) -> None:
    scene.send(start_in=0.4)
    scene.send(ticks=True)


def _unsubscribe(scene: Scene) -> None:
    """Anybody; or somebody whose call is under way in this moment, which it may not stop any more."""
    leaving = scene.draw.sample(scene.emails, 3)
    if scene.draw.random() < 0.5:
        leaving = _in_a_call(scene) or leaving
    for email in leaving:
        scene.acted("unsubscribe", lambda email=email: house.leave(scene.engine, email), who=email)


def _in_a_call(scene: Scene) -> list[str]:
    """Two of the readers of an open try, as soon as there is one."""
    query = text("SELECT carried FROM attempt WHERE outcome IS NULL")
    whose = text("SELECT subscriber_id FROM delivery WHERE id = :id")
    limit = time.monotonic() + 0.6
    while time.monotonic() < limit:
        with reading(scene.engine) as connection:
            ids = [one for carried in connection.scalars(query) for one in ids_in(carried)][:2]
            if ids:
                return [scene.people[connection.scalar(whose, {"id": one})] for one in ids]
        time.sleep(0.005)
    return []


def _suppress(scene: Scene) -> None:
    email = scene.draw.choice(scene.emails)
    scene.acted("suppress", lambda: house.suppress(scene.engine, email), who=email)


def _erase(scene: Scene) -> None:
    """Somebody asks to be forgotten, whatever is under way to them."""
    for email in scene.draw.sample(scene.emails, 2):
        scene.acted("erase", lambda email=email: house.erase(scene.engine, email), who=email)


def pause(scene: Scene) -> None:
    scene.acted("pause", lambda: house.pause(scene.engine, ISSUE))


def resume(scene: Scene) -> None:
    scene.acted("resume", lambda: house.resume(scene.engine, ISSUE))


def _cancel(scene: Scene) -> None:
    scene.acted("cancel", lambda: house.cancel(scene.engine, ISSUE))


def _keep_a_copy(scene: Scene) -> None:
    scene.stage.shelf.keep()


def _restore_a_copy(scene: Scene) -> None:
    """The older copy stands where the database was, for a while: whoever wants to send from it must be held."""
    scene.end_all()
    scene.engine.dispose()
    shelf = scene.stage.shelf
    # In the very same file only the number of tries can tell, so there must have been some since.
    same_place = scene.draw.random() < 0.5 and high_water(scene.stage.folder / "live") > shelf.tries()
    shelf.put_older(same_place=same_place)
    asked_at = datetime.now(UTC)
    try:
        scene.send(list_name="weekly")
        scene.send(list_name="friends", ticks=True)
        for process in scene.alive:
            process.join(20)
        scene.end_all()
    finally:
        scene.engine.dispose()
        shelf.put_back()
    scene.acks.append(Ack(what="restore", asked_at=asked_at, at=datetime.now(UTC)))


def _database_dies(scene: Scene) -> None:
    """The server's process is killed, or stopped without a word to anyone, and comes back a moment later."""
    assert scene.stage.server
    if scene.draw.random() < 0.8:
        scene.wait_for_a_call()
    scene.stage.server.stop(signal.SIGKILL if scene.draw.random() < 0.6 else signal.SIGQUIT)
    time.sleep(scene.draw.choice([0.0, 0.2, 1.0]))
    scene.stage.server.start()
    scene.engine.dispose()


_ACTIONS: dict[str, tuple[int, Callable[[Scene], None]]] = {
    "send": (3, Scene.send),
    "kill": (5, kill),
    "die at a step": (4, _die_at_a_step),
    "stop": (1, _stop_past_the_deadline),
    "terminate": (1, _terminate),
    "full disk": (1, _fill_the_disk),
    "tick": (1, _tick),
    "schedule": (1, _schedule),
    "unsubscribe": (3, _unsubscribe),
    "suppress": (1, _suppress),
    "erase": (2, _erase),
    "pause": (2, pause),
    "resume": (2, resume),
    "cancel": (1, _cancel),
    "copy": (1, _keep_a_copy),
    "restore": (2, _restore_a_copy),
    "database dies": (30, _database_dies),
}


def act(scene: Scene) -> None:
    """Draw an action that this stage can have, and do it."""
    without = scene.stage.without | (frozenset() if scene.stage.server else {"database dies"})
    kinds = {kind: weight for kind, (weight, _) in _ACTIONS.items() if kind not in without}
    kind = scene.draw.choices(list(kinds), list(kinds.values()))[0]
    pause_seconds = scene.draw.choice([0.0, 0.03, 0.1, 0.25])
    scene.done.append(kind)
    _ACTIONS[kind][1](scene)
    time.sleep(pause_seconds)
