"""Which calls carried a reader is asked of the whole family of a batch: the one that was planned, and all that came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event, update

from newsletter.db.engine import connect, reading, writing
from newsletter.ledger.carried_sql import carried_after, carried_by, family, whom_it_carried
from newsletter.ledger.ledger import Ledger, open_ledger
from newsletter.ledger.rows import Claim
from newsletter.ledger.tables import parcel
from newsletter.report.copies_sql import Copies
from newsletter.words.ledger import HandOver
from newsletter.words.outcome import Accepted, Deferred, Refused, Uncertain
from tests.ledger.test_ledger import account, planned, taken
from tests.world import add_readers


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    """The ledger on a fresh database of each kind."""
    return open_ledger(engine)


def _divided(engine: Engine, ledger: Ledger) -> tuple[Claim, Claim, Claim]:
    """A batch of four that was refused without a name, and the calls of its two halves."""
    add_readers(engine, "weekly", range(4))
    of = planned(ledger)
    whole = taken(ledger, of)
    ledger.attempts.record(whole.attempt_id, [(None, Refused("no"))])
    return whole, taken(ledger, of), taken(ledger, of)


def test_parts_of_a_batch_are_one_family(engine: Engine, ledger: Ledger) -> None:
    """Each of them finds the others, and no batch beside it."""
    whole, first, second = _divided(engine, ledger)
    add_readers(engine, "friends", range(10, 12))
    other = taken(ledger, planned(ledger, "friends"))

    with reading(engine) as connection:
        for one in (whole, first, second):
            kin = set(connection.scalars(family(one.parcel_id)))
            assert kin == {whole.parcel_id, first.parcel_id, second.parcel_id}
        assert set(connection.scalars(family(other.parcel_id))) == {other.parcel_id}
        assert whom_it_carried(connection, whole.attempt_id) == sorted([*first.deliveries, *second.deliveries])
        assert list(connection.scalars(carried_by(whole.attempt_id, first.deliveries))) == list(first.deliveries)
        assert set(connection.scalars(carried_after(whole.attempt_id))) == {*first.deliveries, *second.deliveries}
        assert list(connection.scalars(carried_after(first.attempt_id))) == list(second.deliveries)


def test_a_copy_tells_of_every_try_whichever_part_of_the_batch_it_was_of(engine: Engine, ledger: Ledger) -> None:
    """The call of the whole batch and that of the reader's half; the other half's is not theirs."""
    _, first, second = _divided(engine, ledger)
    ledger.attempts.record(first.attempt_id, [(None, Accepted("ref"))])
    ledger.attempts.record(second.attempt_id, [(None, Uncertain("lost"))])

    copies = Copies(engine)
    tries = {email: copies.find_copies(email, 1)[0].tries for email in (*first.addresses, *second.addresses)}
    assert [[one.outcome for one in tries[email]] for email in first.addresses] == [["refused", "accepted"]] * 2
    assert [[one.outcome for one in tries[email]] for email in second.addresses] == [["refused", "uncertain"]] * 2


def test_the_proof_names_the_last_try_of_those_whom_nobody_accepted(engine: Engine, ledger: Ledger) -> None:
    """In doubt, and waiting again in a batch that no call carried yet: the try is of the batch before."""
    _, first, second = _divided(engine, ledger)
    ledger.attempts.record(first.attempt_id, [(None, Uncertain("lost"))])
    ledger.attempts.record(second.attempt_id, [(None, Uncertain("lost"))])
    ledger.doubts.requeue(second.attempt_id, second.deliveries)

    told = {row.email: (row.handover, row.attempt) for row in Copies(engine).iterate_proof(1)}

    assert {told[email] for email in first.addresses} == {("uncertain", first.token)}
    assert {told[email] for email in second.addresses} == {("pending", second.token)}


def test_an_answer_to_the_whole_says_nothing_about_the_call_of_a_part(engine: Engine, ledger: Ledger) -> None:
    """In doubt, queued again in a batch of their own and in its call, when "not taken" of the first call comes."""
    add_readers(engine, "weekly", range(4))
    of = planned(ledger)
    first = taken(ledger, of, seconds=-1)
    ledger.attempts.sweep()
    ledger.doubts.requeue(first.attempt_id, first.deliveries[:2])
    second = taken(ledger, of)
    assert second.parcel_id != first.parcel_id

    ledger.attempts.record(first.attempt_id, [(None, Deferred("later"))])

    assert account(ledger).handover[HandOver.SENDING] == 2
    assert account(ledger).handover[HandOver.PENDING] == 2
    with writing(engine) as connection:
        connection.execute(update(parcel).values(not_before=None))
    assert sorted(taken(ledger, of).deliveries) == sorted(first.deliveries[2:])


def test_a_claim_and_its_answer_are_few_statements_however_many_readers(sqlite_url: str) -> None:
    """No statement a reader: as many for a batch of 300 as for one of 3."""
    engine = connect(sqlite_url)
    ledger = open_ledger(engine)
    add_readers(engine, "weekly", range(3))
    add_readers(engine, "friends", range(10, 310))
    counts = []
    for name, size in (("weekly", 3), ("friends", 300)):
        of = planned(ledger, name, size=size)
        with _counted(engine) as statements:
            one = taken(ledger, of)
            ledger.attempts.record(one.attempt_id, [(None, Accepted("ref"))])
        assert len(one.deliveries) == size
        counts.append(len(statements))
    assert counts[0] == counts[1]
    engine.dispose()


@contextmanager
def _counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
