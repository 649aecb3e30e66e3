"""Who was erased and comes back by their own sign-up does not get again what they had, and gets what they did not have."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from newsletter.db.engine import reading
from newsletter.ledger.plan import plan
from newsletter.readers.tables import erasure, had_before
from newsletter.words.erasure import RequestOf
from tests.web.conftest import World
from tests.web.test_another_address import NEW, OLD, move
from tests.world import an_edition


def send(world: World, issue: int) -> tuple[int, int]:
    """Send an issue, once more if it was sent before; how many were planned, and how many had it already."""
    mailing, _ = plan(world.parts.ledger, world.parts.clock, an_edition(issue), list_name="weekly", parcel_size=10)
    world.parts.drain(threading.Event()).until_done(mailing, lambda *_: None)
    return mailing.planned, mailing.already_had_it


def copies(world: World, *addresses: str) -> int:
    return len([mail for mail in world.mails() if mail["To"] in addresses and mail["List-Id"]])


def test_who_comes_back_does_not_get_the_same_issue_twice(world: World) -> None:
    """The forecast says so before; the next issue is theirs; and so it is after a second time."""
    world.confirm("bo@example.com")
    world.confirm(OLD)
    assert send(world, 1) == (2, 0)
    for goes in (1, 2):
        world.parts.consent.profiles.erase(OLD, RequestOf.READER)
        world.confirm(OLD)

        forecast = world.parts.ledger.forecasts.make(1, "weekly")
        assert (forecast.goes, forecast.has_it) == (0, 2)
        send(world, 1)
        assert send(world, goes + 1) == (2, 0)
        assert copies(world, OLD) == goes + 1

    person = world.parts.readers.find_subscriber(OLD)
    assert person is not None
    with reading(world.parts.engine) as connection:
        assert connection.scalar(select(erasure.c.issues)) is None
        issues = connection.scalars(select(had_before.c.issue).where(had_before.c.subscriber_id == person.id))
        assert sorted(issues) == [1, 2]


@pytest.mark.parametrize("back_as", [OLD, NEW])
def test_who_moved_and_was_erased_may_come_back_by_either_address(pages: World, back_as: str) -> None:
    """Each has what they had."""
    pages.confirm(OLD)
    send(pages, 1)
    move(pages, OLD, NEW)
    send(pages, 2)
    pages.parts.consent.profiles.erase(NEW, RequestOf.OWNER)
    pages.confirm(back_as)

    for issue in (1, 2, 3):
        send(pages, issue)

    assert copies(pages, OLD, NEW) == 3


def test_who_moves_to_an_address_that_was_erased_has_what_went_there(pages: World) -> None:
    """One mailbox, one copy."""
    pages.confirm(NEW)
    send(pages, 1)
    pages.parts.consent.profiles.erase(NEW, RequestOf.OWNER)
    pages.confirm(OLD)
    move(pages, OLD, NEW)

    send(pages, 1)

    assert copies(pages, NEW) == 1


def test_who_was_erased_before_their_turn_came_gets_the_issue_when_they_are_back(pages: World) -> None:
    """They were planned for it and never had it."""
    pages.confirm(OLD)
    mailing, _ = plan(pages.parts.ledger, pages.parts.clock, an_edition(1), list_name="weekly", parcel_size=10)
    pages.parts.consent.profiles.erase(OLD, RequestOf.READER)
    pages.parts.drain(threading.Event()).until_done(mailing, lambda *_: None)
    assert copies(pages, OLD) == 0
    pages.confirm(OLD)

    assert send(pages, 1) == (1, 0)

    assert copies(pages, OLD) == 1


def test_nothing_joins_the_hash_with_the_number_that_the_ledger_knows(pages: World) -> None:
    """What they opened and clicked is nobody's; the hash has the issues alone."""
    person = pages.confirm(OLD)
    send(pages, 1)
    pages.parts.consent.profiles.erase(OLD, RequestOf.READER)

    with reading(pages.parts.engine) as connection:
        row = connection.execute(select(erasure)).mappings().one()
    assert set(row) == {"hash", "erased_at", "request_of", "returned_at", "issues"}
    assert row["issues"] == {"real": [], "practice": [1]}
    assert pages.confirm(OLD) != person
