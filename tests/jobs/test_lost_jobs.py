"""What Procrastinate keeps is lost, and processes die or stand still in the middle: the sending goes on, nobody twice."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from newsletter.compose.press import press
from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.ledger.plan import plan
from newsletter.ledger.tables import attempt
from newsletter.schedule.choice import approve_issue
from newsletter.words.ledger import HandOver
from newsletter.words.mistake import Interrupted
from tests.fakes.running import SendGridServer, sendgrid_server
from tests.jobs.serving import Hands, Server, serving, until
from tests.schedule.clocked import LIMIT
from tests.schedule.world import SLOT, World, through

SHORT = {LIMIT: "4"}


@pytest.fixture
def hands(tmp_path: Path) -> Hands:
    """A clock that shows five minutes before the slot."""
    made = Hands(tmp_path / "offset")
    made.turn(SLOT - timedelta(minutes=5))
    return made


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[SendGridServer]:
    """A stand-in for SendGrid that takes a while for each call."""
    with sendgrid_server(tmp_path / "sendgrid") as server:
        server.plan(then={"do": "accept", "seconds": 0.3})
        yield server


def _world(tmp_path: Path, url: str, provider: SendGridServer, n_readers: int) -> World:
    settings = through(provider.url, parcel_size=5)
    return World(tmp_path / "weekly", url=url, now=SLOT - timedelta(days=2), n_readers=n_readers, **settings)


@pytest.fixture
def world(tmp_path: Path, postgres_url: str, provider: SendGridServer) -> Iterator[World]:
    """A newsletter of 60 readers on PostgreSQL, in batches of 5."""
    made = _world(tmp_path, postgres_url, provider, 60)
    yield made
    made.close()


def test_all_jobs_are_lost_in_the_middle_and_before_the_tick(
    world: World, hands: Hands, provider: SendGridServer, tmp_path: Path
) -> None:
    """Everything that Procrastinate wrote is deleted, again and again: the slot comes, and the sending ends."""
    world.set_timetable()
    approve_issue(world.desk, 1, by="mara")
    with serving(world.folder, hands, tmp_path / "serve.log") as serve:
        _lose_all(world)
        hands.turn(SLOT)
        until(lambda: _count(world, HandOver.ACCEPTED))
        _lose_all(world)
        until(lambda: _count(world, HandOver.ACCEPTED) > 20)
        _lose_all(world)
        until(lambda: _count(world, HandOver.ACCEPTED) == 60)
        assert 0 == serve.stop()

    assert {1} == set(_took(provider).values())
    assert 60 == len(_took(provider))


@pytest.mark.faults
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_workers_go_on_where_others_die_or_stand_still(
    tmp_path: Path, postgres_url: str, provider: SendGridServer, hands: Hands, how: signal.Signals
) -> None:
    """Four workers and two `serve` send to 6,000; one after the other is killed, or frozen for a minute.

    Nobody has it twice, nobody is lost, and it never stands still for a minute.
    """
    provider.plan(then={"do": "accept", "seconds": 0.5})
    world = _world(tmp_path, postgres_url, provider, 6_000)
    edition = press(world.parts.shelf, world.parts.config.newsletter, 1).rendered.edition
    plan(world.parts.ledger, world.clock, edition, list_name="weekly", parcel_size=20)
    with ExitStack() as stack:
        servers = [
            stack.enter_context(serving(world.folder, hands, tmp_path / f"serve{number}.log", **SHORT))
            for number in range(2)
        ] + [
            stack.enter_context(
                serving(world.folder, hands, tmp_path / f"worker{number}.log", words=("worker",), **SHORT)
            )
            for number in range(4)
        ]
        done = 0
        for victim in (servers[0], servers[2], servers[3]):
            until(lambda before=done: _count(world, HandOver.ACCEPTED) > before + 500, 60)  # type: ignore[misc]
            _befall(victim, how)
            done = _count(world, HandOver.ACCEPTED)
        while _count(world, HandOver.PENDING):
            before = _count(world, HandOver.ACCEPTED)
            until(lambda before=before: _count(world, HandOver.ACCEPTED) > before, 60)  # type: ignore[misc]
        _let_leases_end(world)
        for frozen in servers[0], servers[2], servers[3]:
            if frozen.process.poll() is None:
                frozen.signal_all(signal.SIGCONT)
        # One that slept before its call gives its batch back, and another sends it.
        until(lambda: not _count(world, HandOver.SENDING) and not _count(world, HandOver.PENDING), 60)
        assert [0, 0, 0] == [one.stop() for one in (servers[1], servers[4], servers[5])]
    took, accepted, in_doubt = _took(provider), _count(world, HandOver.ACCEPTED), _count(world, HandOver.UNCERTAIN)
    world.close()

    assert {1} == set(took.values())
    assert 6_000 == accepted + in_doubt
    assert accepted <= len(took) <= 6_000


def _befall(victim: Server, how: signal.Signals) -> None:
    victim.asked_to_end = True
    victim.signal_all(how)


def _lose_all(world: World) -> None:
    with writing(world.parts.engine) as connection:
        tables = "procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers, procrastinate_events"
        connection.execute(text(f"TRUNCATE {tables}"))


def _took(provider: SendGridServer) -> Counter[str]:
    return Counter(line["email"] for line in provider.accepted() if line["email"].startswith("reader"))


def _count(world: World, state: HandOver) -> int:
    try:
        account = world.parts.ledger.accounts.find(1)
    except Interrupted:
        # On a busy machine this process stands still as well, and the others end its connection.
        account = world.parts.ledger.accounts.find(1)
    return account.handover[state] if account else 0


def _let_leases_end(world: World) -> None:
    """What would come by itself after the deadline of a call, some 40 s."""
    with reading(world.parts.engine) as connection:
        tokens = connection.scalars(select(attempt.c.token).where(attempt.c.outcome.is_(None))).all()
    with writing(world.parts.engine) as connection:
        connection.execute(update(attempt).where(attempt.c.token.in_(tokens)).values(deadline_at=database_now(-1)))
