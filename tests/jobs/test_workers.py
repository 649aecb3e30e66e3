"""Workers on PostgreSQL: real processes that share one sending, and what is left when one of them is killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from newsletter.compose.press import press
from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.ledger.plan import plan
from newsletter.ledger.tables import attempt
from newsletter.schedule.choice import approve_issue
from newsletter.words.ledger import HandOver
from tests.fakes.running import SendGridServer, sendgrid_server
from tests.jobs.serving import Hands, serving, until
from tests.running import run
from tests.schedule.world import SLOT, World, through

WORKER = ("worker",)
N_READERS, PARCEL = 600, 5


@pytest.fixture
def hands(tmp_path: Path) -> Hands:
    """A clock that shows five minutes before the slot."""
    made = Hands(tmp_path / "offset")
    made.turn(SLOT - timedelta(minutes=5))
    return made


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[SendGridServer]:
    """A stand-in for SendGrid that takes half a second for each call."""
    with sendgrid_server(tmp_path / "sendgrid") as server:
        server.plan(then={"do": "accept", "seconds": 0.5})
        yield server


@pytest.fixture
def world(tmp_path: Path, postgres_url: str, provider: SendGridServer) -> Iterator[World]:
    """A newsletter of 600 readers on PostgreSQL with a slot, in batches of 5."""
    settings = through(provider.url, parcel_size=PARCEL)
    made = World(tmp_path / "weekly", url=postgres_url, now=SLOT - timedelta(days=2), n_readers=N_READERS, **settings)
    made.set_timetable()
    approve_issue(made.desk, 1, by="mara")
    yield made
    made.close()


@pytest.mark.faults
def test_a_serve_and_two_workers_share_a_slot_and_one_is_killed(
    world: World, hands: Hands, provider: SendGridServer, tmp_path: Path
) -> None:
    """Nine o'clock: three processes hand over, one dies in the middle. Nobody twice, and nobody lost."""
    logs = [tmp_path / f"{name}.log" for name in ("serve", "first", "second")]
    with (
        serving(world.folder, hands, logs[0]) as serve,
        serving(world.folder, hands, logs[1], words=WORKER) as first,
        serving(world.folder, hands, logs[2], words=WORKER) as second,
    ):
        until(lambda: all("runs" in one.said() for one in (serve, first, second)))
        hands.turn(SLOT)
        until(lambda: len(_senders(world)) == 3)
        first.kill()
        until(lambda: _count(world, HandOver.PENDING) == 0, 90)
        until(lambda: len(_open_senders(world)) <= 1)
        in_flight = _count(world, HandOver.SENDING)
        _let_leases_end(world)
        until(lambda: _count(world, HandOver.SENDING) == 0)
        assert [0, 0] == [second.stop(), serve.stop()]
    took = Counter(line["email"] for line in provider.accepted() if line["email"].startswith("reader"))
    in_doubt = _count(world, HandOver.UNCERTAIN)

    assert {1} == set(took.values())
    # What the killed one had in flight is its calls of that moment; everybody else has it, and the others looked into it.
    assert in_doubt <= in_flight <= PARCEL * world.parts.provider.limits.calls
    assert N_READERS == _count(world, HandOver.ACCEPTED) + in_doubt
    assert N_READERS - in_doubt <= len(took) <= N_READERS


def test_a_worker_finds_what_another_process_planned_at_once(world: World, hands: Hands, tmp_path: Path) -> None:
    """From the plan in one process to the first batch of another: no doorbell is needed to be quick enough."""
    edition = press(world.parts.shelf, world.parts.config.newsletter, 1).rendered.edition
    with serving(world.folder, hands, tmp_path / "worker.log", words=WORKER) as worker:
        until(lambda: "the worker runs" in worker.said())
        plan(world.parts.ledger, world.clock, edition, list_name="weekly", parcel_size=10)
        planned_at = datetime.now(UTC)
        until(lambda: _senders(world))
        assert 0 == worker.stop()
    with reading(world.parts.engine) as connection:
        begun = connection.scalar(select(func.min(attempt.c.started_at)))

    assert begun is not None
    assert begun - planned_at < timedelta(seconds=5)


def test_a_worker_on_sqlite_is_refused(embedded: World) -> None:
    """One process sends there; a second could only wait."""
    done = run(embedded.folder, "worker")

    assert 1 == done.returncode
    assert "On SQLite one process sends" in done.stderr


def test_a_worker_that_would_import_erased_people_is_refused(tmp_path: Path, postgres_url: str) -> None:
    """A machine without the key of `serve` would make one of its own, which knows nobody."""
    world = World(tmp_path / "weekly", url=postgres_url, n_readers=0)
    world.close()
    key = world.folder / "var" / "erase.key"
    key.unlink(missing_ok=True)

    done = run(world.folder, "worker", "--queues", "sending,imports")

    assert 1 == done.returncode
    assert "it has not the key that they are known by" in done.stderr and "NEWSLETTER_ERASE_KEY" in done.stderr
    assert not key.exists()


def test_a_worker_names_the_queues_that_it_knows(embedded: World) -> None:
    """The schedule is not among them: it stays with `serve`."""
    done = run(embedded.folder, "worker", "--queues", "sending,schedule")

    assert 2 == done.returncode
    assert "There is no queue 'schedule'. Known here: sending, letters, polls, imports." in done.stderr


def _count(world: World, state: HandOver) -> int:
    account = world.parts.ledger.accounts.find(1)
    assert account is not None and account.planned == N_READERS
    return account.handover[state]


def _senders(world: World) -> set[str]:
    with reading(world.parts.engine) as connection:
        return set(connection.scalars(select(attempt.c.sender).distinct()))


def _open_senders(world: World) -> set[str]:
    with reading(world.parts.engine) as connection:
        return set(connection.scalars(select(attempt.c.sender).where(attempt.c.outcome.is_(None)).distinct()))


def _let_leases_end(world: World) -> None:
    """What would come by itself after the deadline of a call, some 40 s."""
    with writing(world.parts.engine) as connection:
        connection.execute(update(attempt).where(attempt.c.outcome.is_(None)).values(deadline_at=database_now(-1)))
