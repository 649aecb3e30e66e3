"""Readers whose mailbox always says "later": they let the others pass, and are refused in the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text, update

from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.ledger.ledger import Ledger, open_ledger
from newsletter.ledger.rows import Claim
from newsletter.ledger.tables import attempt, delivery, parcel
from newsletter.words.ledger import HandOver
from newsletter.words.outcome import Accepted, Deferred
from tests.ledger.test_ledger import account, claim, planned, taken
from tests.world import add_readers

LATER = Deferred("The mail server answered 450 4.2.1 greylisted.", about_reader=True)


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    """The ledger on a fresh database of each kind, with ten readers."""
    add_readers(engine, "weekly", range(10))
    return open_ledger(engine)


def turned_away(ledger: Ledger, one: Claim, n_readers: int) -> None:
    """The first of them are told to come later, the others are taken."""
    ledger.attempts.record(
        one.attempt_id, [(one.deliveries[:n_readers], LATER), (one.deliveries[n_readers:], Accepted())]
    )


def days_pass(engine: Engine, days: float) -> None:
    """All tries so far were that much earlier, and nobody has to wait any more."""
    with writing(engine) as connection:
        known = connection.execute(select(attempt.c.id, attempt.c.started_at)).all()
        for row in known:
            earlier = {"started_at": row.started_at - timedelta(days=days)}
            connection.execute(update(attempt).where(attempt.c.id == row.id).values(**earlier))
        connection.execute(update(parcel).values(not_before=None))
        connection.execute(text("DELETE FROM provider_state"))


def test_a_mailbox_that_says_later_for_three_days_is_refused_with_its_last_words(
    engine: Engine, ledger: Ledger
) -> None:
    """Before that it is asked again; the other readers of the batch are not touched by it, and the sending finishes."""
    of = planned(ledger)
    turned_away(ledger, taken(ledger, of), 2)
    days_pass(engine, 2.9)
    turned_away(ledger, taken(ledger, of), 2)
    assert 2 == account(ledger).handover[HandOver.PENDING]
    assert not ledger.control.finish_if_done(of.id)

    days_pass(engine, 0.2)
    turned_away(ledger, taken(ledger, of), 2)

    assert (8, 2) == (account(ledger).handover[HandOver.ACCEPTED], account(ledger).handover[HandOver.REFUSED])
    assert ledger.control.finish_if_done(of.id)
    with reading(engine) as connection:
        reason = connection.scalar(select(delivery.c.reason).where(delivery.c.handover == "refused").limit(1))
    assert reason == "It was tried for 3 days. The last answer: The mail server answered 450 4.2.1 greylisted."


def test_a_batch_in_which_everybody_is_turned_away_finishes(engine: Engine, ledger: Ledger) -> None:
    """No reader of it is retried for ever: in those days the server took others."""
    of = planned(ledger, size=5)
    turned_away(ledger, taken(ledger, of), 0)
    for _ in range(3):
        turned_away(ledger, taken(ledger, of), 5)
        days_pass(engine, 1.6)

    assert 5 == account(ledger).handover[HandOver.REFUSED]
    assert ledger.control.finish_if_done(of.id)


def test_a_server_that_told_everybody_later_for_days_refuses_nobody(engine: Engine, ledger: Ledger) -> None:
    """It took nobody at all: that is no news about ten mailboxes, and a person has to look."""
    of = planned(ledger)
    for _ in range(3):
        turned_away(ledger, taken(ledger, of), 10)
        days_pass(engine, 1.6)

    assert 10 == account(ledger).handover[HandOver.PENDING]
    assert "greylisted" in (ledger.mailings.get(of.id).pause_reason or "")


def test_a_server_that_is_down_for_days_refuses_nobody(engine: Engine, ledger: Ledger) -> None:
    """What is said of everybody is not held against a reader."""
    of = planned(ledger)
    for _ in range(3):
        everyone = Deferred("421 not now", retry_after=timedelta(seconds=30))
        ledger.attempts.record(taken(ledger, of).attempt_id, [(None, everyone)])
        days_pass(engine, 2)

    assert 10 == account(ledger).handover[HandOver.PENDING]


def test_whoever_was_turned_away_goes_last_the_next_time(engine: Engine, ledger: Ledger) -> None:
    """A server that stops at one mail, always the same, does not keep the others from getting theirs."""
    of = planned(ledger)
    one = taken(ledger, of)
    ledger.attempts.record(one.attempt_id, [(one.deliveries[:1], LATER)], last=False)
    ledger.attempts.record(one.attempt_id, [(one.deliveries[1:5], Deferred("no turn"))], last=False)
    ledger.attempts.record(one.attempt_id, [(one.deliveries[5:], Deferred("no turn"))])
    days_pass(engine, 0)

    again, of_their_own = taken(ledger, of), taken(ledger, of)

    assert list(one.deliveries[5:]) == list(again.deliveries)
    assert [*one.deliveries[1:5], one.deliveries[0]] == list(of_their_own.deliveries)


def test_tries_for_a_mailbox_grow_apart_to_half_an_hour(engine: Engine, ledger: Ledger) -> None:
    """RFC 5321 wants at least thirty minutes between tries; asked every minute, a server may close its door."""
    of = planned(ledger)
    waits: list[float] = []
    for _ in range(14):
        turned_away(ledger, taken(ledger, of), 10)
        waits.append(ledger.halts.next_due_seconds(of.id, provider="test") or 0.0)
        with writing(engine) as connection:
            connection.execute(update(parcel).values(not_before=database_now(-1)))

    assert [1, 2, 4, 8] == [round(wait) for wait in waits[:4]]
    assert 1795 < waits[-1] <= 1800
    assert claim(ledger, of) is not None
