"""The ledger keeps its promises on SQLite and on PostgreSQL: planning, claiming, recording."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from newsletter.db.engine import connect, reading, writing
from newsletter.db.types import database_now
from newsletter.ledger.ledger import Ledger, open_ledger
from newsletter.ledger.rows import Account, Claim, MailingRow
from newsletter.ledger.tables import attempt, delivery, mailing, parcel
from newsletter.readers.tables import subscriber, subscription, suppression
from newsletter.words.ledger import HOLDS, MOVES, HandOver, MailingStatus
from newsletter.words.mistake import Missing
from newsletter.words.outcome import Accepted, Deferred, Refused, Uncertain
from tests.accounts import account_of
from tests.ledger.parts import Carrier, a_drain
from tests.world import add_readers, an_edition

_tokens = count(1)


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    """The ledger on a fresh database of each kind."""
    return open_ledger(engine)


def planned(ledger: Ledger, list_name: str = "weekly", *, issue: int = 1, size: int = 10) -> MailingRow:
    """A mailing planned to its end; the one before where everybody has the issue already."""
    mailing_row = ledger.planning.open_mailing(an_edition(issue), list_name=list_name, parcel_size=size, start_at=None)
    while ledger.planning.plan_slice(mailing_row.id, n_readers=max(35, size)):
        pass
    latest = ledger.mailings.find_latest(issue, list_name)
    assert latest is not None
    return latest


def claim(ledger: Ledger, of: MailingRow, *, seconds: float = 30.0, sender: str = "me") -> Claim | None:
    """The next parcel."""
    return ledger.parcels.claim(
        of.id,
        edition=of.edition_digest,
        token=f"token{next(_tokens)}",
        sender=sender,
        provider="test",
        deadline_seconds=seconds,
        with_fields=False,
    )


def taken(ledger: Ledger, of: MailingRow, *, seconds: float = 30.0, sender: str = "me") -> Claim:
    """The next parcel, which must be there."""
    one = claim(ledger, of, seconds=seconds, sender=sender)
    assert one is not None
    return one


def account(ledger: Ledger, issue: int = 1) -> Account:
    """Where the issue stands; the counts always add up."""
    return account_of(ledger.mailings._engine, issue)


def test_every_active_reader_is_planned_once_in_full_parcels(engine: Engine, ledger: Ledger) -> None:
    """A hundred readers in parcels of ten, over several slices; pending and ended ones are not in the audience."""
    add_readers(engine, "weekly", range(100))
    add_readers(engine, "weekly", range(200, 210), status="pending")
    add_readers(engine, "weekly", range(300, 305), status="ended")

    mailing_row = planned(ledger)

    assert mailing_row.status == MailingStatus.SENDING
    assert 100 == mailing_row.planned == account(ledger).handover[HandOver.PENDING]
    with reading(engine) as connection:
        assert connection.scalar(select(func.count(delivery.c.subscriber_id.distinct()))) == 100
        assert 10 <= (connection.scalar(select(func.count()).select_from(parcel)) or 0) <= 12


def test_a_half_plan_is_carried_on_where_it_stopped(engine: Engine, ledger: Ledger) -> None:
    """A planner that died between two slices leaves a mailing that is not sent from, and can be finished."""
    add_readers(engine, "weekly", range(100))
    half = ledger.planning.open_mailing(an_edition(), list_name="weekly", parcel_size=10, start_at=None)
    ledger.planning.plan_slice(half.id, n_readers=35)

    assert claim(ledger, half) is None

    again = open_ledger(engine)
    while again.planning.plan_slice(half.id, n_readers=35):
        pass

    assert ledger.mailings.get(half.id).planned == 100
    assert claim(ledger, half) is not None


def test_two_lists_that_overlap_give_nobody_two(engine: Engine, ledger: Ledger) -> None:
    """The same issue to a second list leaves out those who hold it, and says how many."""
    add_readers(engine, "weekly", range(100))
    add_readers(engine, "friends", range(70, 130))

    first, second = planned(ledger), planned(ledger, "friends")

    assert (first.planned, first.already_had_it) == (100, 0)
    assert (second.planned, second.already_had_it) == (30, 30)


def test_the_database_itself_refuses_a_second_delivery(engine: Engine, ledger: Ledger) -> None:
    """Whatever code may do wrong, one reader can't hold an issue twice."""
    add_readers(engine, "weekly", range(1))
    planned(ledger)

    with pytest.raises(IntegrityError), writing(engine) as connection:
        row = connection.execute(select(delivery)).one()
        connection.execute(
            insert(delivery).values(
                issue=row.issue, subscriber_id=row.subscriber_id, parcel_id=row.parcel_id, handover="pending"
            )
        )


def test_a_list_that_does_not_exist_is_a_sentence(ledger: Ledger) -> None:
    """Nothing is planned for a list that nobody made."""
    with pytest.raises(Missing, match="no list called 'weekly'"):
        planned(ledger)


def test_people_who_join_while_we_plan_are_not_in_this_audience(engine: Engine, ledger: Ledger) -> None:
    """The audience ends where it ended when planning began."""
    add_readers(engine, "weekly", range(50))
    half = ledger.planning.open_mailing(an_edition(), list_name="weekly", parcel_size=10, start_at=None)
    ledger.planning.plan_slice(half.id, n_readers=20)
    add_readers(engine, "weekly", range(50, 60))
    while ledger.planning.plan_slice(half.id, n_readers=20):
        pass

    assert ledger.mailings.get(half.id).planned == 50


def test_readers_who_are_put_on_the_list_while_it_is_counted_are_planned(postgres_url: str, tmp_path: Path) -> None:
    """PostgreSQL shows each statement what others committed before it: the parcels that are made may be too few."""
    engine, other = connect(postgres_url), connect(postgres_url)
    add_readers(engine, "before", range(30))
    add_readers(engine, "weekly", [0, 29])

    def put_on_the_list(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO delivery"):
            add_readers(other, "weekly", range(1, 29))

    event.listen(engine, "before_cursor_execute", put_on_the_list)
    ledger = open_ledger(engine)
    mailing = planned(ledger, size=5)

    assert mailing.planned == 30
    with reading(engine) as connection:
        parcels = connection.scalars(select(parcel.c.n_readers).order_by(parcel.c.number)).all()
    assert [5, 25] == parcels
    carrier = Carrier(readers=5)
    a_drain(engine, tmp_path, carrier).until_done(mailing, lambda settled, planned, waiting: None)
    assert sorted(map(len, carrier.handed)) == [3] * 7 + [4, 5]
    assert account(ledger).handover[HandOver.ACCEPTED] == 30
    engine.dispose()
    other.dispose()


def test_a_claim_takes_each_parcel_once(engine: Engine, ledger: Ledger) -> None:
    """Claims hand out every reader once; when all are out there is nothing left to claim."""
    ids = add_readers(engine, "weekly", range(30))
    of = planned(ledger)

    claims = [taken(ledger, of), taken(ledger, of), taken(ledger, of)]

    assert sorted(ids) == sorted(one for c in claims for one in c.subscribers)
    assert claim(ledger, of) is None
    assert account(ledger).handover[HandOver.SENDING] == 30


def test_who_left_before_the_claim_is_not_in_the_call(engine: Engine, ledger: Ledger) -> None:
    """Unsubscribed, suppressed and erased readers are marked with the reason, and the rest go."""
    ids = add_readers(engine, "weekly", range(10))
    of = planned(ledger)
    with writing(engine) as connection:
        connection.execute(update(subscription).where(subscription.c.subscriber_id == ids[0]).values(status="ended"))
        connection.execute(
            insert(suppression).values(email_key="reader1@example.com", reason="complaint", since_at=database_now())
        )
        connection.execute(delete(subscription).where(subscription.c.subscriber_id == ids[2]))
        connection.execute(delete(subscriber).where(subscriber.c.id == ids[2]))

    one = taken(ledger, of)

    assert ids[3:] == list(one.subscribers)
    assert one.n_skipped == 3
    assert account(ledger).skipped == {"unsubscribed": 1, "suppressed": 1, "erased": 1}


def test_the_attempt_is_written_with_its_deadline_and_what_it_carries(engine: Engine, ledger: Ledger) -> None:
    """Step 1 leaves everything that is needed to find out later what happened."""
    add_readers(engine, "weekly", range(10))

    one = taken(ledger, planned(ledger), seconds=30)

    with reading(engine) as connection:
        row = connection.execute(select(attempt)).one()
    assert (one.token, None) == (row.token, row.outcome)
    assert timedelta(seconds=29) < row.deadline_at - datetime.now(UTC) < timedelta(seconds=31)
    assert sorted(one.deliveries) == sorted(row.carried)


def test_accepted_parcels_finish_the_mailing(engine: Engine, ledger: Ledger) -> None:
    """When every reader is handed over the mailing closes, and a second send finds nothing to do."""
    add_readers(engine, "weekly", range(20))
    of = planned(ledger)
    while one := claim(ledger, of):
        assert not ledger.control.finish_if_done(of.id)
        ledger.attempts.record(one.attempt_id, [(None, Accepted("ref"))])

    assert ledger.control.finish_if_done(of.id)
    assert account(ledger).handover[HandOver.ACCEPTED] == 20
    assert ledger.mailings.get(of.id).status == MailingStatus.FINISHED
    assert planned(ledger).id == of.id, "everybody has it: there is nothing to plan"


def test_a_deferred_parcel_waits_and_goes_again(engine: Engine, ledger: Ledger) -> None:
    """'Later' makes every parcel of that provider wait, and loses nobody."""
    add_readers(engine, "weekly", range(20))
    of = planned(ledger)
    one = taken(ledger, of)
    ledger.attempts.record(one.attempt_id, [(None, Deferred("too fast", retry_after=timedelta(seconds=5)))])

    assert claim(ledger, of) is None
    wait = ledger.halts.next_due_seconds(of.id, provider="test")
    assert wait is not None and 0 < wait < 5.1
    with writing(engine) as connection:
        connection.execute(text("UPDATE provider_state SET not_before = '2020-01-01 00:00:00+00:00'"))

    assert one.parcel_id == taken(ledger, of).parcel_id


def test_a_wrong_key_pauses_the_mailing_with_the_reason(engine: Engine, ledger: Ledger) -> None:
    """What a person must mend stops the sending; nobody is lost, and it goes on after `resume`."""
    add_readers(engine, "weekly", range(20))
    of = planned(ledger)
    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Deferred("the key is wrong", pauses=True))])

    stands = ledger.mailings.get(of.id)
    assert (stands.status, stands.pause_reason) == (MailingStatus.PAUSED, "the key is wrong")
    assert claim(ledger, of) is None
    assert account(ledger).handover[HandOver.PENDING] == 20

    ledger.control.resume(1)
    assert claim(ledger, of) is not None


def test_a_provider_out_of_reach_pauses_after_some_tries(engine: Engine, ledger: Ledger) -> None:
    """Failures before the first byte back off, and five in a row stop the mailing."""
    add_readers(engine, "weekly", range(5))
    of = planned(ledger)
    for _ in range(5):
        with writing(engine) as connection:
            connection.execute(text("DELETE FROM provider_state"))
        ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Deferred("no route", backs_off=True))])

    assert ledger.mailings.get(of.id).status == MailingStatus.PAUSED


def test_calls_that_a_cut_wire_meets_at_once_count_once(engine: Engine, ledger: Ledger) -> None:
    """Two dozen calls of six machines are under way, and none of them gets through: the next is tried within seconds."""
    add_readers(engine, "weekly", range(250))
    of = planned(ledger)
    for call in [taken(ledger, of) for _ in range(24)]:
        ledger.attempts.record(call.attempt_id, [(None, Deferred("no route", backs_off=True))])

    assert ledger.mailings.get(of.id).status == MailingStatus.SENDING
    due_in = ledger.halts.next_due_seconds(of.id, provider="test")
    assert due_in is not None and 0 < due_in <= 1


def test_calls_under_way_together_that_lost_their_answers_count_once(engine: Engine, ledger: Ledger) -> None:
    """One cut wire pauses nothing, however many machines have calls on it. Four more that got nowhere do."""
    add_readers(engine, "weekly", range(300))
    of = planned(ledger)
    for call in [taken(ledger, of) for _ in range(24)]:
        ledger.attempts.record(call.attempt_id, [(None, Uncertain("reset"))])
    for _ in range(4):
        assert ledger.mailings.get(of.id).status == MailingStatus.SENDING
        ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Uncertain("reset"))])

    assert ledger.mailings.get(of.id).status == MailingStatus.PAUSED


def test_a_named_reader_is_refused_and_the_others_go_again(engine: Engine, ledger: Ledger) -> None:
    """One bad address costs one reader."""
    add_readers(engine, "weekly", range(10))
    of = planned(ledger)
    one = taken(ledger, of)
    bad = one.deliveries[3]
    ledger.attempts.record(one.attempt_id, [(None, Refused("not an address", named=frozenset({bad})))])

    assert len(taken(ledger, of).deliveries) == 9
    assert account(ledger).handover[HandOver.REFUSED] == 1


def test_an_unnamed_refusal_is_bisected_to_the_one_reader(engine: Engine, ledger: Ledger) -> None:
    """A call refused without a name is halved until the reader who spoils it is alone."""
    ids = add_readers(engine, "weekly", range(64))
    of = planned(ledger, size=64)
    poison, refused_calls = ids[37], 0
    while one := claim(ledger, of):
        if poison in one.subscribers:
            refused_calls += 1
            ledger.attempts.record(one.attempt_id, [(None, Refused("somebody in here"))])
        else:
            ledger.attempts.record(one.attempt_id, [(None, Accepted())])

    assert refused_calls == 7
    assert (account(ledger).handover[HandOver.ACCEPTED], account(ledger).handover[HandOver.REFUSED]) == (63, 1)
    assert ledger.control.finish_if_done(of.id)


def test_both_halves_refused_alike_is_the_letter_not_a_reader(engine: Engine, ledger: Ledger) -> None:
    """What every part of a parcel is refused for pauses the mailing after three calls, with everybody still queued."""
    add_readers(engine, "weekly", range(64))
    of = planned(ledger, size=64)
    calls = 0
    while one := claim(ledger, of):
        calls += 1
        ledger.attempts.record(one.attempt_id, [(None, Refused("the content is bad"))])

    assert calls == 3
    assert ledger.mailings.get(of.id).status == MailingStatus.PAUSED
    assert account(ledger).handover[HandOver.PENDING] == 64


def test_bisection_gives_up_after_its_budget(engine: Engine, ledger: Ledger) -> None:
    """Refusals in different words can't burn more than 24 calls of one parcel."""
    add_readers(engine, "weekly", range(512))
    of = planned(ledger, size=512)
    calls = 0
    while one := claim(ledger, of):
        calls += 1
        ledger.attempts.record(one.attempt_id, [(None, Refused(f"reason {calls}"))])

    assert calls == 24
    assert ledger.mailings.get(of.id).status == MailingStatus.PAUSED


def test_too_large_a_parcel_goes_in_halves(engine: Engine, ledger: Ledger) -> None:
    """413 divides; nobody is refused for it unless one reader alone is too large."""
    add_readers(engine, "weekly", range(8))
    of = planned(ledger, size=8)
    while one := claim(ledger, of):
        fits = len(one.deliveries) <= 2
        ledger.attempts.record(one.attempt_id, [(None, Accepted() if fits else Deferred("too large", halve=True))])

    assert account(ledger).handover[HandOver.ACCEPTED] == 8


def test_a_cancelled_mailing_mails_nobody_more(engine: Engine, ledger: Ledger) -> None:
    """Queued readers are skipped; one whose try then surely failed is skipped too, one accepted stays accepted."""
    add_readers(engine, "weekly", range(30))
    of = planned(ledger)
    first, second = taken(ledger, of), taken(ledger, of)
    ledger.control.cancel(1)
    ledger.attempts.record(first.attempt_id, [(None, Accepted())])
    ledger.attempts.record(second.attempt_id, [(None, Deferred("too fast"))])

    assert claim(ledger, of) is None
    assert (account(ledger).handover[HandOver.ACCEPTED], account(ledger).handover[HandOver.SKIPPED]) == (10, 20)


def test_a_scheduled_mailing_waits_for_its_time(engine: Engine, ledger: Ledger) -> None:
    """Planned for later means that nothing can be claimed until the tick that finds it due."""
    add_readers(engine, "weekly", range(10))
    later = ledger.planning.open_mailing(
        an_edition(), list_name="weekly", parcel_size=10, start_at=datetime.now(UTC) + timedelta(hours=1)
    )
    while ledger.planning.plan_slice(later.id, n_readers=35):
        pass

    assert claim(ledger, later) is None
    assert ledger.control.start_due() == 0
    with writing(engine) as connection:
        connection.execute(update(mailing).values(start_at=database_now(-1)))
    assert ledger.control.start_due() == 1
    assert claim(ledger, later) is not None


def test_the_frozen_words_are_stored_once_and_come_back_the_same(engine: Engine, ledger: Ledger) -> None:
    """Two mailings of one edition share it; what is read back has the digest it was stored under."""
    add_readers(engine, "weekly", range(3))
    add_readers(engine, "friends", range(3, 6))
    first, second = planned(ledger), planned(ledger, "friends")

    assert first.edition_digest == second.edition_digest
    assert an_edition() == ledger.mailings.get_edition(first.edition_digest)
    assert first.edition_digest == ledger.mailings.get_edition(first.edition_digest).digest


def test_the_table_of_moves_is_closed() -> None:
    """Accepted and skipped are ends; refused is left for the queue alone; holding is all but skipped and refused."""
    ends = {HandOver.ACCEPTED, HandOver.SKIPPED}

    assert ends == set(HandOver) - {source for source, _ in MOVES}
    assert {HandOver.PENDING} == {target for source, target in MOVES if source is HandOver.REFUSED}
    assert {HandOver.SKIPPED, HandOver.REFUSED} == set(HandOver) - HOLDS
