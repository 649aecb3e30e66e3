"""Doubt on SQLite and on PostgreSQL: tries that nobody saw the end of, late outcomes, evidence, and the owner's word."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, update

from newsletter.db.engine import writing
from newsletter.db.types import database_now
from newsletter.ledger.ledger import Ledger, open_ledger
from newsletter.ledger.settle import Looker, send_again
from newsletter.ledger.tables import attempt
from newsletter.words.ledger import HandOver
from newsletter.words.mistake import NotNow
from newsletter.words.outcome import Accepted, Deferred, Uncertain
from tests.ledger.test_ledger import account, claim, planned, taken
from tests.world import add_readers


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    """The ledger on a fresh database of each kind."""
    return open_ledger(engine)


def test_an_attempt_past_its_deadline_is_in_doubt_and_never_claimed_again(engine: Engine, ledger: Ledger) -> None:
    """A sender that died leaves its readers uncertain: nothing sends to them again by itself."""
    add_readers(engine, "weekly", range(10))
    of = planned(ledger)
    taken(ledger, of, seconds=-1)

    assert ledger.attempts.sweep() == 1
    assert ledger.attempts.sweep() == 0
    assert account(ledger).handover[HandOver.UNCERTAIN] == 10
    assert claim(ledger, of) is None
    assert not ledger.control.finish_if_done(of.id)


def test_a_try_under_way_is_not_swept(engine: Engine, ledger: Ledger) -> None:
    """Before its deadline a try belongs to its sender, unless the lock proves that nobody else is alive."""
    add_readers(engine, "weekly", range(10))
    taken(ledger, planned(ledger), sender="the dead one")

    assert ledger.attempts.sweep() == 0
    assert ledger.attempts.sweep(alive="the dead one") == 0
    assert ledger.attempts.sweep(alive="me") == 1


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Accepted(), HandOver.ACCEPTED),
        (Deferred("surely not"), HandOver.PENDING),
        (Uncertain("lost"), HandOver.UNCERTAIN),
    ],
)
def test_a_late_outcome_is_evidence_about_its_own_attempt(
    engine: Engine, ledger: Ledger, outcome: Accepted | Deferred | Uncertain, state: HandOver
) -> None:
    """A sender that was only slow tells what happened, and is believed after the sweep as before it."""
    add_readers(engine, "weekly", range(10))
    one = taken(ledger, planned(ledger), seconds=-1)
    ledger.attempts.sweep()
    ledger.attempts.record(one.attempt_id, [(None, outcome)])

    assert account(ledger).handover[state] == 10


def test_a_late_acceptance_saves_readers_queued_for_a_resend(engine: Engine, ledger: Ledger) -> None:
    """The first try turns out to have arrived: the second is not made."""
    add_readers(engine, "weekly", range(10))
    of = planned(ledger)
    one = taken(ledger, of, seconds=-1)
    ledger.attempts.sweep()
    ledger.doubts.requeue(one.attempt_id, one.deliveries)
    ledger.attempts.record(one.attempt_id, [(None, Accepted())])

    again = claim(ledger, of)
    assert again is None or not again.deliveries
    assert account(ledger).handover[HandOver.ACCEPTED] == 10


def test_a_late_refusal_says_nothing_about_a_resend(engine: Engine, ledger: Ledger) -> None:
    """'Surely not taken' about the old try leaves the new one, under way, alone."""
    add_readers(engine, "weekly", range(10))
    of = planned(ledger)
    one = taken(ledger, of, seconds=-1)
    ledger.attempts.sweep()
    ledger.doubts.requeue(one.attempt_id, one.deliveries)
    again = taken(ledger, of)
    ledger.attempts.record(one.attempt_id, [(None, Deferred("surely not"))])

    assert sorted(one.deliveries) == sorted(again.deliveries)
    assert account(ledger).handover[HandOver.SENDING] == 10


def test_readers_that_no_answer_covered_are_uncertain(engine: Engine, ledger: Ledger) -> None:
    """A provider that answers for some and falls silent has said nothing about the rest."""
    add_readers(engine, "weekly", range(10))
    one = taken(ledger, planned(ledger))
    ledger.attempts.record(one.attempt_id, [(one.deliveries[:4], Accepted())], last=False)
    ledger.attempts.record(one.attempt_id, [])

    assert (account(ledger).handover[HandOver.ACCEPTED], account(ledger).handover[HandOver.UNCERTAIN]) == (4, 6)


def test_the_owner_may_leave_or_send_again(engine: Engine, ledger: Ledger) -> None:
    """What can't be known is decided by a person; left readers still hold the issue."""
    add_readers(engine, "weekly", range(20))
    of = planned(ledger)
    first, second = taken(ledger, of, seconds=-1), taken(ledger, of, seconds=-1)
    ledger.attempts.sweep()
    assert len(ledger.doubts.list_attempts(1)) == 2

    ledger.doubts.leave(first.attempt_id, first.deliveries)
    ledger.doubts.requeue(second.attempt_id, second.deliveries)

    assert (account(ledger).handover[HandOver.LEFT], account(ledger).handover[HandOver.PENDING]) == (10, 10)
    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Accepted())])
    assert ledger.control.finish_if_done(of.id)
    assert planned(ledger).id == of.id, "everybody has it: there is nothing to plan"


def test_sending_again_waits_until_no_call_can_arrive_any_more(engine: Engine, ledger: Ledger) -> None:
    """A minute after the deadline of the last call that is in doubt, by the database's clock; leaving them need not wait."""
    add_readers(engine, "weekly", range(20))
    of = planned(ledger)
    long_ago, lately = taken(ledger, of, seconds=-600), taken(ledger, of, seconds=-30)
    ledger.attempts.sweep()
    looker = Looker(doubts=ledger.doubts, evidence=None, whole_or_nothing=True)

    with pytest.raises(NotNow, match=r"may still be under way for (?:2\d|30) s") as early:
        send_again(looker, 1)
    assert "--look" not in early.value.fix, "nobody can be asked here"
    assert 20 == account(ledger).handover[HandOver.UNCERTAIN]

    with writing(engine) as connection:
        mine = attempt.c.id == lately.attempt_id
        connection.execute(update(attempt).where(mine).values(deadline_at=database_now(-61)))
    assert 20 == send_again(looker, 1)
    assert {*long_ago.deliveries, *lately.deliveries} == {*taken(ledger, of).deliveries, *taken(ledger, of).deliveries}


def test_evidence_proves_some_of_an_attempt(engine: Engine, ledger: Ledger) -> None:
    """Found readers are accepted one by one where a provider takes them one by one."""
    add_readers(engine, "weekly", range(10))
    one = taken(ledger, planned(ledger), seconds=-1)
    ledger.attempts.sweep()

    assert ledger.doubts.prove(one.attempt_id, one.deliveries[:6]) == 6
    assert ledger.doubts.requeue(one.attempt_id, one.deliveries[6:]) == 4
    assert len(ledger.doubts.list_attempts(1)) == 0
