"""What the jobs of a newsletter do: a mailing is found again, shared, and left when it is done."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from newsletter.compose.press import press
from newsletter.db.engine import reading, writing
from newsletter.db.lease import Lease
from newsletter.ledger.plan import plan
from newsletter.wiring.duties import drain, listen, look
from newsletter.wiring.runner import Bell
from newsletter.words.ledger import HandOver, MailingStatus
from tests.schedule.world import World

RUNS = threading.Event()


@pytest.fixture
def world(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    """Three readers on PostgreSQL, and an issue that is planned: a batch for each of them."""
    made = World(tmp_path / "weekly", url=postgres_url)
    edition = press(made.parts.shelf, made.parts.config.newsletter, 1).rendered.edition
    plan(made.parts.ledger, made.clock, edition, list_name="weekly", parcel_size=1)
    yield made
    made.close()


def _jobs(world: World) -> list[tuple[str, int]]:
    with reading(world.parts.engine) as connection:
        rows = connection.execute(text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id")).all()
    return [(row.task_name, row.args.get("mailing")) for row in rows]


def _lose_all(world: World) -> None:
    with writing(world.parts.engine) as connection:
        connection.execute(text("TRUNCATE procrastinate_jobs CASCADE"))


def _mailing(world: World) -> int:
    return world.parts.ledger.mailings.list_in(list(MailingStatus))[0].id


def test_a_plan_calls_workers_and_so_does_going_on(world: World) -> None:
    """In the transaction that opens the mailing; a pause calls nobody."""
    mailing = _mailing(world)
    assert _jobs(world) == [("drain", mailing)]
    world.parts.ledger.control.pause(1, "a typo")
    assert _jobs(world) == [("drain", mailing)]
    world.parts.ledger.control.resume(1)
    assert _jobs(world) == [("drain", mailing), ("drain", mailing)]


def test_a_mailing_that_nobody_was_called_to_is_found(world: World) -> None:
    """Every job is lost: one look calls again, once, and a second look sees that somebody is called."""
    _lose_all(world)
    look(world.parts, RUNS)
    look(world.parts, RUNS)
    assert _jobs(world) == [("drain", _mailing(world))]


def test_a_job_calls_the_next_process_and_ends_with_the_mailing(world: World) -> None:
    """While there is something to send, one call waits for a process that has time. Then no job comes after it."""
    mailing = _mailing(world)
    _lose_all(world)
    drain(world.parts, RUNS, mailing)
    account = world.parts.ledger.accounts.find(1)
    assert account is not None and account.handover[HandOver.ACCEPTED] == 3
    assert _jobs(world) == [("drain", mailing)]
    _lose_all(world)
    drain(world.opened(), RUNS, mailing)
    assert _jobs(world) == []
    assert world.parts.ledger.mailings.get(mailing).status is MailingStatus.FINISHED


def test_a_process_that_is_to_end_leaves_the_rest_to_others(world: World) -> None:
    """It takes no batch any more, and its call is there for the next one."""
    stopped = threading.Event()
    stopped.set()
    _lose_all(world)
    drain(world.parts, stopped, _mailing(world))
    account = world.parts.ledger.accounts.find(1)
    assert account is not None and account.handover[HandOver.PENDING] == 3
    assert _jobs(world) == [("drain", _mailing(world))]


def test_the_pages_call_any_process_to_look(world: World) -> None:
    """A person who presses a button there does not wait for the next look."""
    _lose_all(world)
    heard, rung = os.pipe()
    Bell(world.parts, rung).wake()
    assert _jobs(world) == [("look", None)]
    os.set_blocking(heard, False)
    with pytest.raises(BlockingIOError):
        os.read(heard, 1)
    for end in (heard, rung):
        os.close(end)


def test_what_providers_tell_is_asked_for_by_one_process_at_a_time(world: World) -> None:
    """While another one asks, nothing is done; it comes again soon."""
    asked: list[int] = []
    machine = SimpleNamespace(engine=world.parts.engine, listen=lambda: asked.append(1))
    with Lease(world.parts.engine, "listen").try_hold():
        listen(machine)  # type: ignore[arg-type]
    assert asked == []
    listen(machine)  # type: ignore[arg-type]
    assert asked == [1]
