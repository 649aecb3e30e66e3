"""No delivery is `sending`: one that is pending, in a parcel that is in a call, is on its way. What follows from that."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from math import ceil
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select, update
from sqlalchemy.exc import IntegrityError

import newsletter
from newsletter.consent.membership_sql import Membership
from newsletter.consent.profiles_sql import Profiles
from newsletter.db.engine import is_sqlite, reading, writing
from newsletter.ledger.account.tally_sql import Tallies
from newsletter.ledger.carried_sql import lock_parcels_of
from newsletter.ledger.ledger import Ledger, open_ledger
from newsletter.ledger.moves_sql import accept
from newsletter.ledger.rows import NOBODY_LEFT
from newsletter.ledger.tables import delivery, late_departure, parcel
from newsletter.report.copies_sql import Copies
from newsletter.schedule.sendings_sql import Sendings
from newsletter.words.erasure import EraseKey
from newsletter.words.ledger import ParcelStatus
from newsletter.words.outcome import Accepted, Deferred, Refused, Uncertain
from tests.ledger.test_giving_up import LATER
from tests.ledger.test_ledger import account, claim, planned, taken
from tests.world import add_readers


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    """The ledger on a fresh database of each kind, with ten readers."""
    add_readers(engine, "weekly", range(10))
    return open_ledger(engine)


def _states(ledger: Ledger) -> dict[str, int]:
    return {state.value: n for state, n in account(ledger).handover.items() if n}


def _written(engine: Engine) -> Counter[str]:
    """What the rows themselves say."""
    with reading(engine) as connection:
        return Counter(connection.scalars(select(delivery.c.handover)))


def _parcels(engine: Engine) -> list[tuple[str, int]]:
    with reading(engine) as connection:
        rows = connection.execute(select(parcel.c.status, parcel.c.n_readers).order_by(parcel.c.id))
        return [(row.status, row.n_readers) for row in rows]


def _do_not_wait(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(update(parcel).values(not_before=None))


@contextmanager
def _changes(engine: Engine) -> Iterator[list[str]]:
    """The statements that change deliveries."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE delivery"):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_call_begins_without_a_change_of_deliveries(engine: Engine, ledger: Ledger) -> None:
    """They stay pending, and every account says that they are on their way."""
    of = planned(ledger)
    with _changes(engine) as changes:
        one = taken(ledger, of)
        ledger.attempts.record(one.attempt_id, [(one.deliveries[:4], Accepted())], last=False)

    assert len(changes) == 1, "one change a reader: that they were accepted"
    assert _written(engine) == {"pending": 6, "accepted": 4}
    told = {"sending": 6, "accepted": 4}
    assert _states(ledger) == told
    tally = Tallies(engine).find(1)
    assert tally is not None
    assert {state.value: n for state, n in tally.handover.items() if n} == told
    (sending,) = Sendings(engine).tally(1)
    assert {state.value: n for state, n in sending.handover.items() if n} == told
    copies = Copies(engine)
    assert Counter(copies.find_copies(email, 1)[0].handover.value for email in one.addresses) == told
    assert Counter(row.handover for row in copies.iterate_proof(1)) == told
    profiles = Profiles(engine, EraseKey(b"k" * 32), ())
    assert Counter(profiles.issues_of(number)[0]["handover"] for number in one.subscribers) == told
    assert 0 == ledger.forecasts.count_waiting(of.id)


def test_the_database_takes_no_delivery_that_says_sending(engine: Engine, ledger: Ledger) -> None:
    """A program of before, which is still at work beside this one, can't begin a call."""
    planned(ledger)

    with pytest.raises(IntegrityError), writing(engine) as connection:
        connection.execute(update(delivery).values(handover="sending"))


def test_readers_told_later_leave_at_once_for_one_parcel_of_their_own(engine: Engine, ledger: Ledger) -> None:
    """The end of the call would put them in doubt: it does so with the one whom no answer covered."""
    one = taken(ledger, planned(ledger))
    for first in (0, 2):
        ledger.attempts.record(one.attempt_id, [(one.deliveries[first : first + 2], LATER)], last=False)
    assert _states(ledger) == {"pending": 4, "sending": 6}
    assert _parcels(engine) == [("sending", 6), ("ready", 4)]

    ledger.attempts.record(one.attempt_id, [(one.deliveries[4:9], Accepted())])

    assert _states(ledger) == {"pending": 4, "accepted": 5, "uncertain": 1}
    assert _parcels(engine) == [("uncertain", 6), ("ready", 4)]


def test_a_parcel_of_their_own_that_is_taken_already_gets_no_more_readers(engine: Engine, ledger: Ledger) -> None:
    """They would be on their way in a call that does not carry them."""
    of = planned(ledger)
    one = taken(ledger, of)
    ledger.attempts.record(one.attempt_id, [(one.deliveries[:2], LATER)], last=False)
    _do_not_wait(engine)
    other = taken(ledger, of)
    assert list(other.deliveries) == list(one.deliveries[:2])

    ledger.attempts.record(one.attempt_id, [(one.deliveries[2:4], LATER)], last=False)

    assert _parcels(engine) == [("sending", 6), ("sending", 2), ("ready", 2)]
    ledger.attempts.record(other.attempt_id, [(None, Accepted())])
    ledger.attempts.record(one.attempt_id, [(one.deliveries[4:], Accepted())])
    assert _states(ledger) == {"pending": 2, "accepted": 8}


def test_tries_in_parcels_of_their_own_grow_apart_as_well(engine: Engine, ledger: Ledger) -> None:
    """Each time another reader is taken beside the one who is turned away: that one's wait goes on growing."""
    of = planned(ledger)
    waits = []
    for _ in range(4):
        one = taken(ledger, of)
        ledger.attempts.record(one.attempt_id, [(one.deliveries[:-1], LATER), (one.deliveries[-1:], Accepted())])
        waits.append(ledger.halts.next_due_seconds(of.id, provider="test") or 0.0)
        _do_not_wait(engine)

    assert [1, 2, 4, 8] == [ceil(wait) for wait in waits]


@pytest.mark.parametrize("last", [True, False])
def test_a_call_that_was_not_taken_as_a_whole_waits_again(engine: Engine, ledger: Ledger, last: bool) -> None:
    """Asked to come later (429): where that ends the call nothing is written about its readers."""
    one = taken(ledger, planned(ledger))
    with _changes(engine) as changes:
        ledger.attempts.record(
            one.attempt_id, [(None, Deferred("too fast", retry_after=timedelta(seconds=1)))], last=last
        )
        if not last:
            ledger.attempts.record(one.attempt_id, [])

    assert _states(ledger) == {"pending": 10}
    if last:
        assert (changes, _parcels(engine)) == ([], [("ready", 10)])


def test_cancelled_during_a_call_only_those_who_wait_are_skipped(engine: Engine, ledger: Ledger) -> None:
    """Those on their way may have it: what becomes of the call tells."""
    add_readers(engine, "weekly", range(10, 20))
    one = taken(ledger, planned(ledger))

    ledger.control.cancel(1)

    assert _states(ledger) == {"sending": 10, "skipped": 10}
    ledger.attempts.record(one.attempt_id, [(one.deliveries[:3], LATER)], last=False)
    assert _states(ledger) == {"sending": 7, "skipped": 13}
    ledger.attempts.record(one.attempt_id, [(one.deliveries[3:], Accepted())])
    assert _states(ledger) == {"accepted": 7, "skipped": 13}


def test_a_call_nobody_saw_the_end_of_is_in_doubt_reader_by_reader(engine: Engine, ledger: Ledger) -> None:
    """From here on their rows say so, whatever becomes of the parcel."""
    one = taken(ledger, planned(ledger), seconds=-1)
    ledger.attempts.record(one.attempt_id, [(one.deliveries[:3], Accepted()), (one.deliveries[3:4], LATER)], last=False)

    assert 1 == ledger.attempts.sweep()

    assert _written(engine) == {"accepted": 3, "pending": 1, "uncertain": 6} == Counter(_states(ledger))


def test_who_leaves_is_late_only_where_they_are_on_their_way(engine: Engine, ledger: Ledger) -> None:
    """One in the call, one told to come later, one in a parcel that waits."""
    add_readers(engine, "weekly", range(10, 20))
    one = taken(ledger, planned(ledger))
    ledger.attempts.record(one.attempt_id, [(one.deliveries[:1], LATER)], last=False)
    membership = Membership(engine)

    for email in (one.addresses[0], one.addresses[1], "reader15@example.com"):
        membership.leave(email, list_name="weekly")

    with reading(engine) as connection:
        assert connection.scalars(select(late_departure.c.delivery_id)).all() == [one.deliveries[1]]
    assert account(ledger).late == 1


def test_refusals_taken_back_during_the_call_wait_in_a_parcel_of_their_own(engine: Engine, ledger: Ledger) -> None:
    """The provider meant everybody. In the call's own parcel they would be taken for readers on their way."""
    add_readers(engine, "weekly", range(10, 60))
    of = planned(ledger, size=60)
    one = taken(ledger, of)
    refused = [([each], Refused("blocked", named=frozenset({each}))) for each in one.deliveries[:20]]
    ledger.attempts.record(one.attempt_id, refused, last=False)
    assert _states(ledger) == {"refused": 20, "sending": 40}
    ledger.attempts.record(one.attempt_id, [(one.deliveries[20:21], Deferred("no", pauses=True))], last=False)

    assert _states(ledger) == {"pending": 21, "sending": 39}
    ledger.attempts.record(one.attempt_id, [(one.deliveries[21:], Accepted())])
    assert _states(ledger) == {"pending": 21, "accepted": 39}


def test_refusals_taken_back_after_their_parcel_was_divided_are_not_lost(engine: Engine, ledger: Ledger) -> None:
    """A parcel that was divided is never taken again: they wait in a part of it."""
    of = planned(ledger)
    one = taken(ledger, of)
    named = Refused("blocked", named=frozenset(one.deliveries[:2]))
    ledger.attempts.record(one.attempt_id, [(one.deliveries[:2], named)], last=False)
    ledger.attempts.record(one.attempt_id, [(one.deliveries[2:], Deferred("too large", halve=True))])
    assert _states(ledger) == {"refused": 2, "pending": 8}
    half = taken(ledger, of)
    ledger.attempts.record(half.attempt_id, [(None, Deferred("no", pauses=True))])
    assert _states(ledger) == {"pending": 10}

    ledger.control.resume(1)

    assert sorted(each for _ in range(2) for each in taken(ledger, of).deliveries) == sorted(one.deliveries)


def test_not_taken_of_an_earlier_try_during_a_later_call(engine: Engine, ledger: Ledger) -> None:
    """In doubt in a parcel whose other readers are in a call: they wait again, but not in that call."""
    of = planned(ledger)
    first = taken(ledger, of, seconds=-1)
    ledger.attempts.sweep()
    # Of the ten in doubt two are known not to have it, and stay in their parcel.
    with writing(engine) as connection:
        connection.execute(update(delivery).where(delivery.c.id.in_(first.deliveries[:2])).values(handover="pending"))
        connection.execute(update(parcel).values(status=ParcelStatus.READY, n_uncertain=8))
    second = taken(ledger, of)
    assert list(second.deliveries) == list(first.deliveries[:2])

    ledger.attempts.record(first.attempt_id, [(None, Deferred("later"))])

    assert _states(ledger) == {"pending": 8, "sending": 2}
    assert _parcels(engine) == [("sending", 2), ("ready", 8)]
    ledger.attempts.record(second.attempt_id, [(None, Uncertain("lost"))])
    assert _states(ledger) == {"pending": 8, "uncertain": 2}


def test_evidence_and_a_claim_wait_for_each_other_at_the_row_of_the_parcel(engine: Engine, ledger: Ledger) -> None:
    """A reader whom evidence saves at this very moment is not taken into the next call, although no delivery is locked."""
    if is_sqlite(engine):
        pytest.skip("one writer at a time")
    of = planned(ledger)
    first = taken(ledger, of, seconds=-1)
    ledger.attempts.sweep()
    ledger.doubts.requeue(first.attempt_id, first.deliveries)
    with engine.begin() as connection:
        lock_parcels_of(connection, first.deliveries)
        accept(connection, first.attempt_id, first.deliveries)
        assert claim(ledger, of) is None

    assert claim(ledger, of) == NOBODY_LEFT
    assert _states(ledger) == {"accepted": 10}


def test_one_expression_tells_the_state_of_a_delivery() -> None:
    """A statement that read the column by itself would take readers on their way for readers who wait."""
    readers = [
        path.name
        for path in sorted(Path(newsletter.__file__).parent.rglob("*.py"))
        if "versions" not in path.parts and re.search(r"\.c\.handover\b|\.c\[.handover.\]", path.read_text())
    ]

    assert readers == ["tables.py"]
