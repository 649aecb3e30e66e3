"""A serve that plans a slot, a sender and a client that reads much freeze inside their transactions; the others go on."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import psutil
import pytest
from httpx2 import Response
from sqlalchemy import create_engine, func, select, text
from starlette.testclient import TestClient

from newsletter.db.engine import reading
from newsletter.db.limits import WaitLimits
from newsletter.ledger.tables import attempt, delivery, mailing
from newsletter.readers.tables import subscriber, subscription
from newsletter.schedule.choice import approve_issue
from newsletter.web.app import build
from newsletter.words.ledger import HandOver, MailingStatus
from newsletter.words.mistake import Interrupted
from newsletter.words.slot import SlotStatus, Ways
from newsletter.words.times.cadence_text import parse_cadence
from newsletter.words.token import reader_token
from tests.fakes.running import SendGridServer, sendgrid_server
from tests.frozen import frozen
from tests.jobs.serving import Hands, Server, serving, until
from tests.schedule.clocked import FREEZE, LIMIT
from tests.schedule.world import READERS, SLOT, World, through
from tests.world import add_readers

N_READERS, N_FRIENDS, PARCEL = 60, 10, 10
LATER = timedelta(minutes=30)
_ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@dataclass(frozen=True)
class Scene:
    """A newsletter with two lists, of which one has its slot half an hour after the other; `limit` is in seconds."""

    world: World
    hands: Hands
    provider: SendGridServer
    folder: Path
    limit: float
    freeze: float

    def serving(self, name: str, words: str = "serve --port 0", **settings: str) -> AbstractContextManager[Server]:
        known = {LIMIT: str(self.limit), **settings}
        return serving(self.world.folder, self.hands, self.folder / f"{name}.log", words=words.split(), **known)


@pytest.fixture(
    params=[(2.0, 4.0), pytest.param((5.0, 60.0), marks=pytest.mark.faults)], ids=["4 s by 2 s", "60 s by 5 s"]
)
def scene(request: pytest.FixtureRequest, tmp_path: Path, postgres_url: str) -> Iterator[Scene]:
    """Before nine, with short limits handed in; `make faults` freezes for a minute by the real ones."""
    limit, freeze = request.param
    hands = Hands(tmp_path / "offset")
    hands.turn(SLOT - timedelta(minutes=5))
    with sendgrid_server(tmp_path / "sendgrid") as provider:
        provider.plan(then={"do": "accept"})
        world = World(
            tmp_path / "weekly",
            url=postgres_url,
            now=SLOT - timedelta(days=2),
            n_readers=N_READERS,
            limits=WaitLimits(transaction=limit, lease=limit),
            **through(provider.url, parcel_size=PARCEL),
        )
        add_readers(world.parts.engine, "friends", range(N_READERS, N_READERS + N_FRIENDS))
        world.set_timetable()
        later = parse_cadence("every thursday 09:30 Europe/Berlin")
        world.schedule.timetables.save("friends", later, Ways(), now=world.clock.now())
        approve_issue(world.desk, 1, by="mara")
        yield Scene(world, hands, provider, tmp_path, limit, freeze)
        world.close()


def test_everybody_else_goes_on_and_the_thawed_ones_find_out(scene: Scene) -> None:
    """One-clicks are answered, the issue finishes, the later slot goes; nobody twice, nobody lost, nobody had to resume."""
    world = scene.world
    scene.hands.turn(SLOT)
    with (
        TestClient(build(world.parts), base_url="https://ferries.example.com") as pages,
        scene.serving("planner", **{FREEZE: "INSERT INTO delivery"}) as planner,
    ):
        until(lambda: _is_stopped(planner))
        frozen_at = time.monotonic()
        with scene.serving("sender", "worker", **{FREEZE: "INSERT INTO attempt"}) as sender:
            # It finds the plan free, makes the rest of it, and stops with a batch of readers locked.
            until(lambda: _is_stopped(sender))
            taken, client_has, free = _one_each(world)
            with frozen(world.parts.engine, seconds=scene.limit, subscriber=client_has, is_read_to=True) as client:
                with ThreadPoolExecutor(3) as readers:
                    took = list(readers.map(partial(_one_click, world, pages), (free, taken, client_has)))
                with scene.serving("healthy") as healthy:
                    until(lambda: _went(world, "weekly"))
                    scene.hands.turn(SLOT + LATER)
                    until(lambda: _went(world, "friends"))
                    time.sleep(max(0.0, frozen_at + scene.freeze - time.monotonic()))
                    for one in (_at_work(planner), _at_work(sender), client):
                        one.send_signal(signal.SIGCONT)
                    until(lambda: "stood still" in planner.said() or "ended this connection" in planner.said())
                    client.wait(20)
                    assert [0, 0, 0] == [one.stop() for one in (planner, sender, healthy)]

    assert took[0] < 1
    assert max(took) < scene.limit + 1
    assert not [name for name in ("planner", "sender", "healthy") if "Traceback" in _log(scene, name)]
    _nobody_twice_and_nobody_lost(scene, left={free, taken, client_has})


def test_a_plan_that_is_interrupted_is_no_fault_of_the_slot(tmp_path: Path, postgres_url: str) -> None:
    """Somebody holds what the plan needs: one sentence, no mail, and the next look goes on where this one ended."""
    world = World(tmp_path / "weekly", url=postgres_url)
    timetable = world.set_timetable()
    hasty = _hasty(world)
    stranger = create_engine(world.parts.engine.url)
    with stranger.connect() as holder:
        holder.execute(text("LOCK TABLE delivery IN EXCLUSIVE MODE"))
        with pytest.raises(Interrupted, match="Another process holds"):
            hasty.tick(SLOT)
        slots = [slot.status for slot in world.schedule.slots.of(timetable.id) if slot.at == SLOT]
        told = world.notices.list_all(waiting=False)
    stranger.dispose()
    world.beat(SLOT)

    assert [SlotStatus.GOING] == slots
    assert [] == told
    assert [1] == world.went()
    assert READERS == world.copies(1)
    hasty.close()
    world.close()


def test_a_page_that_is_held_up_for_longer_says_so_and_does_it_later(tmp_path: Path, postgres_url: str) -> None:
    """Somebody works on this reader: 503 and not a fault, so that a mail provider asks again."""
    world = World(tmp_path / "weekly", url=postgres_url)
    hasty = _hasty(world)
    stranger = create_engine(world.parts.engine.url)
    with TestClient(build(hasty.parts), base_url="https://ferries.example.com") as pages, stranger.connect() as holder:
        holder.execute(select(subscriber.c.id).where(subscriber.c.id == 1).with_for_update())
        held = _post_one_click(world, pages, 1)
    with TestClient(build(world.parts), base_url="https://ferries.example.com") as pages:
        free = _post_one_click(world, pages, 1)
    stranger.dispose()
    hasty.close()
    world.close()

    assert (503, "10") == (held.status_code, held.headers["Retry-After"])
    assert 200 == free.status_code


def _hasty(world: World) -> World:
    """Another process of the same newsletter, which waits for half a second at most: only what is held up may meet that."""
    return World(world.folder, n_readers=0, limits=WaitLimits(transaction=0.5, lease=5))


def _nobody_twice_and_nobody_lost(scene: Scene, *, left: set[int]) -> None:
    took = Counter(line["email"] for line in scene.provider.accepted() if line["email"].startswith("reader"))
    with reading(scene.world.parts.engine) as connection:
        counts = connection.execute(select(delivery.c.handover, func.count()).group_by(delivery.c.handover)).all()
        states = {row[0]: row[1] for row in counts}
        gone = set(connection.scalars(select(subscriber.c.email).where(subscriber.c.id.in_(left))))
        paused = connection.scalar(select(mailing.c.pause_reason).where(mailing.c.pause_reason.is_not(None)))
        ended = connection.scalar(
            select(func.count()).select_from(subscription).where(subscription.c.status == "ended")
        )

    assert {1} == set(took.values())
    assert N_READERS + N_FRIENDS - len(left) == len(took)
    assert not gone & set(took)
    assert {HandOver.ACCEPTED: len(took), HandOver.SKIPPED: len(left)} == states
    assert paused is None
    assert len(left) == ended


def _one_each(world: World) -> tuple[int, int, int]:
    """A reader in the batch that the sender holds, and two of the last batch, who are free."""
    with reading(world.parts.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(attempt)) == 0  # what it does is not committed
        people = list(
            connection.scalars(select(delivery.c.subscriber_id).order_by(delivery.c.parcel_id, delivery.c.id))
        )
    assert len(people) == N_READERS
    return people[0], people[-1], people[-2]


def _one_click(world: World, pages: TestClient, who: int) -> float:
    begun = time.monotonic()
    assert _post_one_click(world, pages, who).status_code == 200
    return time.monotonic() - begun


def _post_one_click(world: World, pages: TestClient, who: int) -> Response:
    key = world.parts.key
    token = reader_token(key.secret, key_id=key.id, purpose="u", subscriber=who, mailing_list=1, issue=1)
    return pages.post(f"/u/{token}", data=_ONE_CLICK)


def _went(world: World, list_name: str) -> bool:
    timetable = world.schedule.timetables.find(list_name)
    assert timetable is not None
    done = [row for row in world.parts.ledger.mailings.list_in([MailingStatus.FINISHED]) if row.list_name == list_name]
    return bool(done) and world.schedule.slots.of(timetable.id)[0].status in (SlotStatus.GOING, SlotStatus.GONE)


def _is_stopped(server: Server) -> bool:
    return _at_work(server).status() == psutil.STATUS_STOPPED


def _at_work(server: Server) -> psutil.Process:
    """What sends: a process beside the pages, or a worker by itself."""
    return server.children().get("sender") or psutil.Process(server.process.pid)


def _log(scene: Scene, name: str) -> str:
    return (scene.folder / f"{name}.log").read_text()
