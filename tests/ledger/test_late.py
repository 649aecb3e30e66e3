"""Who leaves while their copy is on its way: too late to keep it back, and so counted and named, on both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from newsletter.consent.departures_sql import Departures
from newsletter.consent.membership_sql import Membership
from newsletter.consent.profiles_sql import Profiles
from newsletter.ledger.ledger import Ledger, open_ledger
from newsletter.ledger.rows import NOBODY_LEFT
from newsletter.readers.readers_sql import Readers
from newsletter.report.copies_sql import Copies
from newsletter.wiring.forget import FORGETS
from newsletter.words.consent import Left
from newsletter.words.erasure import EraseKey, RequestOf
from newsletter.words.outcome import Accepted, Deferred, Uncertain
from newsletter.words.subscriber import SuppressionReason
from tests.ledger.test_ledger import account, claim, planned, taken
from tests.world import add_readers

WHO = "reader0@example.com"


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    """The ledger on a fresh database of each kind."""
    return open_ledger(engine)


def _by_unsubscribing(engine: Engine) -> None:
    Membership(engine).leave(WHO, list_name="weekly")


def _by_being_suppressed(engine: Engine) -> None:
    Membership(engine).suppress(WHO, SuppressionReason.MANUAL)


def _by_being_erased(engine: Engine) -> None:
    assert Profiles(engine, EraseKey(b"k" * 32), FORGETS).erase(WHO, RequestOf.READER)


WAYS = [_by_unsubscribing, _by_being_suppressed, _by_being_erased]


@pytest.mark.parametrize("leave", WAYS)
def test_who_leaves_during_the_call_is_counted(engine: Engine, ledger: Ledger, leave: Callable[[Engine], None]) -> None:
    """Once, whichever way and however often they leave, and only the one who left."""
    add_readers(engine, "weekly", range(3))
    one = taken(ledger, planned(ledger))
    leave(engine)
    _by_being_suppressed(engine)
    assert 1 == account(ledger).late

    ledger.attempts.record(one.attempt_id, [(None, Accepted())])
    assert 1 == account(ledger).late


@pytest.mark.parametrize("leave", WAYS)
def test_who_leaves_before_the_call_is_skipped_and_not_late(
    engine: Engine, ledger: Ledger, leave: Callable[[Engine], None]
) -> None:
    """They are not in it, so nothing comes too late."""
    add_readers(engine, "weekly", range(3))
    of = planned(ledger)
    leave(engine)
    one = taken(ledger, of)

    assert 2 == len(one.deliveries)
    ledger.attempts.record(one.attempt_id, [(None, Accepted())])
    assert 0 == account(ledger).late


def test_who_has_it_and_then_leaves_is_not_late(engine: Engine, ledger: Ledger) -> None:
    """The call was over: leaving after reading is what leaving is for."""
    add_readers(engine, "weekly", range(3))
    one = taken(ledger, planned(ledger))
    ledger.attempts.record(one.attempt_id, [(None, Accepted())])
    _by_unsubscribing(engine)

    assert 0 == account(ledger).late


def test_who_leaves_while_nobody_knows_is_late_as_long_as_they_may_have_it(engine: Engine, ledger: Ledger) -> None:
    """In doubt they are counted; sent again they are skipped, and nothing came to them unasked that we know of."""
    add_readers(engine, "weekly", range(3))
    of = planned(ledger)
    one = taken(ledger, of, seconds=-100)
    ledger.attempts.record(one.attempt_id, [(None, Uncertain("reset"))])
    _by_unsubscribing(engine)
    assert 1 == account(ledger).late

    ledger.doubts.requeue(one.attempt_id, one.deliveries, by_owner=True)
    again = taken(ledger, of)
    ledger.attempts.record(again.attempt_id, [(None, Accepted())])
    assert 2 == len(again.deliveries)
    assert 0 == account(ledger).late


def test_a_call_that_was_not_taken_brings_nobody_anything(engine: Engine, ledger: Ledger) -> None:
    """Their batch comes back, and goes without them."""
    add_readers(engine, "weekly", range(3))
    of = planned(ledger)
    one = taken(ledger, of)
    _by_unsubscribing(engine)
    ledger.attempts.record(one.attempt_id, [(None, Deferred("halve", halve=True))])
    while again := claim(ledger, of):
        if again is not NOBODY_LEFT:
            ledger.attempts.record(again.attempt_id, [(None, Accepted())])

    assert {"accepted": 2, "skipped": 1} == {state.value: n for state, n in account(ledger).handover.items() if n}
    assert 0 == account(ledger).late


def test_leaving_another_list_is_not_leaving_this_one(engine: Engine, ledger: Ledger) -> None:
    """Only a leaving of the list that is mailed comes too late for the mail."""
    add_readers(engine, "weekly", range(3))
    add_readers(engine, "friends", range(3))
    taken(ledger, planned(ledger))
    Membership(engine).leave(WHO, list_name="friends")

    assert 0 == account(ledger).late


def test_who_leaves_by_a_link_in_that_very_mail_had_it_in_hand(engine: Engine, ledger: Ledger) -> None:
    """A mail server answers for a batch when its first readers have read the mail: those are not counted."""
    person, *_ = add_readers(engine, "weekly", range(3))
    add_readers(engine, "friends", range(3, 5))
    taken(ledger, planned(ledger))
    list_id = Readers(engine).find_list("weekly")
    assert list_id
    assert 1 == Departures(engine).leave(person, [list_id], issue=1, how=Left.ONE_CLICK)

    assert 0 == account(ledger).late


def test_their_copy_says_when_they_left(engine: Engine, ledger: Ledger) -> None:
    """Who asks why they got it after all is told."""
    add_readers(engine, "weekly", range(3))
    one = taken(ledger, planned(ledger))
    _by_unsubscribing(engine)
    ledger.attempts.record(one.attempt_id, [(None, Accepted())])

    copies = Copies(engine)
    (theirs,) = copies.find_copies(WHO, 1)
    (another,) = copies.find_copies("reader1@example.com", 1)
    assert theirs.left_late_at
    assert another.left_late_at is None
