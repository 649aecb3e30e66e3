"""What an attempt may still say, and when: late, repeated and contradicting outcomes, cancels and pauses in between."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, func, select, update

from newsletter.consent.membership_sql import Membership
from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.ledger.ledger import Ledger, open_ledger
from newsletter.ledger.tables import delivery, mailing, parcel, provider_state
from newsletter.words.ledger import HandOver, MailingStatus
from newsletter.words.outcome import Accepted, Deferred, Refused, Uncertain
from tests.ledger.test_ledger import account, claim, planned, taken
from tests.world import add_readers, an_edition


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    """The ledger on a fresh database of each kind."""
    return open_ledger(engine)


def _do_not_wait(engine: Engine) -> None:
    """Let every parcel be due now."""
    with writing(engine) as connection:
        connection.execute(update(parcel).values(not_before=None))


def test_an_outcome_written_twice_does_not_undo_the_next_try(engine: Engine, ledger: Ledger) -> None:
    """The commit of a 'not taken' was confirmed too late, and it is written again while the next call is under way."""
    add_readers(engine, "weekly", range(10))
    of = planned(ledger)
    first = taken(ledger, of)
    ledger.attempts.record(first.attempt_id, [(None, Deferred("too fast"))])
    _do_not_wait(engine)
    second = taken(ledger, of)
    ledger.attempts.record(first.attempt_id, [(None, Deferred("too fast"))])

    assert second.parcel_id == first.parcel_id
    assert account(ledger).handover[HandOver.SENDING] == 10
    assert claim(ledger, of) is None


@pytest.mark.parametrize("late", [Deferred("no"), Uncertain("lost"), Refused("no")])
def test_an_earlier_try_says_nothing_about_readers_of_a_later_one(
    engine: Engine, ledger: Ledger, late: Deferred | Uncertain | Refused
) -> None:
    """Half of a parcel was handed back before the sender died; the other half is in doubt, and the first is in a new call."""
    add_readers(engine, "weekly", range(10))
    of = planned(ledger)
    first = taken(ledger, of, seconds=-1)
    ledger.attempts.record(first.attempt_id, [(first.deliveries[:5], Deferred("later"))], last=False)
    ledger.attempts.sweep()
    _do_not_wait(engine)
    second = taken(ledger, of)
    assert sorted(second.deliveries) == sorted(first.deliveries[:5])
    assert ledger.attempts.sweep() == 0

    ledger.attempts.record(first.attempt_id, [(None, late)])

    assert account(ledger).handover[HandOver.SENDING] == 5
    ledger.attempts.record(second.attempt_id, [(None, Accepted())])
    assert account(ledger).handover[HandOver.ACCEPTED] == 5


def test_late_proof_settles_the_parcel_that_the_readers_are_in_now(engine: Engine, ledger: Ledger) -> None:
    """Sent again and in doubt again, when the first try turns out to have arrived: the mailing can be closed."""
    add_readers(engine, "weekly", range(10))
    of = planned(ledger)
    first = taken(ledger, of, seconds=-1)
    ledger.attempts.sweep()
    ledger.doubts.requeue(first.attempt_id, first.deliveries)
    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Uncertain("lost"))])
    ledger.attempts.record(first.attempt_id, [(None, Accepted())])

    assert ledger.control.finish_if_done(of.id)
    assert account(ledger).doubled == 0


def test_two_acceptances_of_one_reader_are_recorded_as_doubled(engine: Engine, ledger: Ledger) -> None:
    """The owner sent again, both copies were taken, and the books say so. Saying it once more changes nothing."""
    add_readers(engine, "weekly", range(10))
    of = planned(ledger)
    first = taken(ledger, of, seconds=-1)
    ledger.attempts.sweep()
    ledger.doubts.requeue(first.attempt_id, first.deliveries)
    second = taken(ledger, of)
    ledger.attempts.record(second.attempt_id, [(None, Accepted())])
    ledger.attempts.record(second.attempt_id, [(None, Accepted())])
    assert account(ledger).doubled == 0

    ledger.doubts.prove(first.attempt_id, first.deliveries[:4])

    assert account(ledger).doubled == 4
    assert account(ledger).handover[HandOver.ACCEPTED] == 10


def test_each_reader_in_doubt_is_listed_once(engine: Engine, ledger: Ledger) -> None:
    """A parcel that was tried before is listed under the try that left it in doubt."""
    add_readers(engine, "weekly", range(10))
    of = planned(ledger)
    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Deferred("later"))])
    _do_not_wait(engine)
    second = taken(ledger, of)
    ledger.attempts.record(second.attempt_id, [(None, Uncertain("lost"))])

    assert [(second.attempt_id, 10)] == [(one.id, len(one.deliveries)) for one in ledger.doubts.list_attempts(1)]


def test_a_parcel_turned_away_without_a_word_waits_longer_each_time(engine: Engine, ledger: Ledger) -> None:
    """'Not now' that does not say when is not asked again at once: one second, two, four."""
    add_readers(engine, "weekly", range(10))
    of = planned(ledger)
    waits = []
    for _ in range(3):
        ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Deferred("not now"))])
        assert claim(ledger, of) is None
        waits.append(ledger.halts.next_due_seconds(of.id, provider="test") or 0.0)
        _do_not_wait(engine)

    assert all(0.4 * 2**n < wait <= 2**n for n, wait in enumerate(waits)), waits


def test_too_large_for_even_one_reader_pauses(engine: Engine, ledger: Ledger) -> None:
    """What can't be divided any more is not tried for ever."""
    add_readers(engine, "weekly", range(1))
    of = planned(ledger)
    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Deferred("too large", halve=True))])

    assert ledger.mailings.get(of.id).status == MailingStatus.PAUSED
    assert account(ledger).handover[HandOver.PENDING] == 1


def test_calls_refused_for_readers_they_named_count_as_well(engine: Engine, ledger: Ledger) -> None:
    """After 24 refused calls of one batch a person should look; who resumes gives it 24 more. Nobody was taken: all wait again."""
    add_readers(engine, "weekly", range(60))
    of = planned(ledger, size=60)

    def until_paused() -> int:
        calls = 0
        while one := claim(ledger, of):
            calls += 1
            bad, rest = one.deliveries[0], list(one.deliveries[1:])
            others = Deferred("with it", looked_at=True)
            ledger.attempts.record(one.attempt_id, [([bad], Refused("bad", named=frozenset({bad}))), (rest, others)])
            _do_not_wait(engine)
        return calls

    assert until_paused() == 24
    assert ledger.mailings.get(of.id).status == MailingStatus.PAUSED
    assert (account(ledger).handover[HandOver.REFUSED], account(ledger).handover[HandOver.PENDING]) == (0, 60)
    ledger.control.resume(1)
    assert until_paused() == 24


def test_readers_refused_before_the_call_are_no_refused_call(engine: Engine, ledger: Ledger) -> None:
    """Thirty bad addresses that we found ourselves cost no call: the others were taken."""
    add_readers(engine, "weekly", range(60))
    of = planned(ledger, size=60)
    one = taken(ledger, of)
    for bad in one.deliveries[:30]:
        ledger.attempts.record(one.attempt_id, [([bad], Refused("no address", named=frozenset({bad})))], last=False)
    ledger.attempts.record(one.attempt_id, [(one.deliveries[30:], Accepted())])

    assert ledger.control.finish_if_done(of.id)
    with reading(engine) as connection:
        assert connection.scalar(select(func.max(parcel.c.refused_calls))) == 0


def test_who_resumes_finds_two_bad_readers_in_different_halves(engine: Engine, ledger: Ledger) -> None:
    """Both halves were refused alike, so it paused; told to go on, it looks for the readers."""
    ids = add_readers(engine, "weekly", range(32))
    of = planned(ledger, size=32)
    bad, pauses = {ids[3], ids[20]}, 0
    while ledger.mailings.get(of.id).status != MailingStatus.FINISHED and pauses < 5:
        while one := claim(ledger, of):
            refused = bad & set(one.subscribers)
            ledger.attempts.record(one.attempt_id, [(None, Refused("somebody") if refused else Accepted())])
        ledger.control.finish_if_done(of.id)
        pauses += ledger.control.resume(1)

    assert (account(ledger).handover[HandOver.ACCEPTED], account(ledger).handover[HandOver.REFUSED]) == (30, 2)
    assert pauses == 1


def test_the_same_mailing_opened_twice_is_one(engine: Engine, ledger: Ledger) -> None:
    """Two `send` of the same issue in one moment: the second goes on with the first one's words."""
    add_readers(engine, "weekly", range(10))
    first = ledger.planning.open_mailing(an_edition(), list_name="weekly", parcel_size=10, start_at=None)
    second = ledger.planning.open_mailing(
        an_edition(words="Other words."), list_name="weekly", parcel_size=10, start_at=None
    )

    assert first == second


def test_many_senders_open_and_plan_one_mailing(engine: Engine, ledger: Ledger) -> None:
    """Four at once: one mailing, everyone planned once."""
    add_readers(engine, "weekly", range(200))
    failures: list[BaseException] = []

    def open_and_plan() -> None:
        try:
            planned(open_ledger(engine))
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=open_and_plan) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failures
    assert len(account(ledger).mailings) == 1
    assert account(ledger).planned == 200


def test_a_scheduled_mailing_that_was_paused_waits_for_its_time_again(engine: Engine, ledger: Ledger) -> None:
    """Resumed before its time it is not sent early; its time passed meanwhile, it may go."""
    add_readers(engine, "weekly", range(10))
    later = datetime.now(UTC) + timedelta(hours=1)
    of = ledger.planning.open_mailing(an_edition(), list_name="weekly", parcel_size=10, start_at=later)
    while ledger.planning.plan_slice(of.id, n_readers=35):
        pass
    ledger.control.pause(1, "by hand")
    ledger.control.resume(1)
    assert ledger.mailings.get(of.id).status == MailingStatus.SCHEDULED
    assert claim(ledger, of) is None

    ledger.control.pause(1, "by hand")
    with writing(engine) as connection:
        connection.execute(update(mailing).values(start_at=database_now(-1)))
    ledger.control.resume(1)
    assert claim(ledger, of) is not None


@pytest.mark.parametrize("resumed_while_planning", [True, False])
def test_a_pause_during_planning_holds(engine: Engine, ledger: Ledger, resumed_while_planning: bool) -> None:
    """The plan is finished, but the mailing opens paused; unless it was resumed before that."""
    add_readers(engine, "weekly", range(100))
    of = ledger.planning.open_mailing(an_edition(), list_name="weekly", parcel_size=10, start_at=None)
    ledger.planning.plan_slice(of.id, n_readers=35)
    assert ledger.control.pause(1, "by hand") == 1
    if resumed_while_planning:
        assert ledger.control.resume(1) == 1
    while ledger.planning.plan_slice(of.id, n_readers=35):
        pass

    expected = MailingStatus.SENDING if resumed_while_planning else MailingStatus.PAUSED
    assert ledger.mailings.get(of.id).status == expected
    assert (claim(ledger, of) is not None) is resumed_while_planning
    assert ledger.mailings.get(of.id).planned == 100


def test_a_cancel_that_was_broken_off_is_finished_by_the_next_sender(engine: Engine, ledger: Ledger) -> None:
    """The mailing had ended, its readers were not marked yet: nobody stays in limbo, and they can be planned anew."""
    add_readers(engine, "weekly", range(30))
    of = planned(ledger)
    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Accepted())])
    with writing(engine) as connection:
        connection.execute(update(mailing).values(status=MailingStatus.CANCELLED))
    assert claim(ledger, of) is None

    assert ledger.control.finish_cancelled() == 20
    assert ledger.control.finish_cancelled() == 0
    again = planned(ledger)
    assert (again.planned, again.already_had_it) == (20, 10)


def test_a_half_planned_mailing_can_be_cancelled(engine: Engine, ledger: Ledger) -> None:
    """Planning stops, and those who were planned are skipped."""
    add_readers(engine, "weekly", range(100))
    of = ledger.planning.open_mailing(an_edition(), list_name="weekly", parcel_size=10, start_at=None)
    ledger.planning.plan_slice(of.id, n_readers=35)
    ledger.control.cancel(1)

    assert not ledger.planning.plan_slice(of.id, n_readers=35)
    assert account(ledger).skipped == {"cancelled": account(ledger).planned}
    assert planned(ledger).planned == 100


def test_what_a_cancelled_mailing_left_in_doubt_is_not_sent_again(engine: Engine, ledger: Ledger) -> None:
    """Asked to send again, the owner of a cancelled mailing queues nobody."""
    add_readers(engine, "weekly", range(10))
    of = planned(ledger)
    one = taken(ledger, of, seconds=-1)
    ledger.control.cancel(1)
    ledger.attempts.sweep()

    assert ledger.doubts.requeue(one.attempt_id, one.deliveries) == 0
    assert account(ledger).skipped == {"cancelled": 10}


def test_a_refusal_and_a_cancel_at_the_same_moment_leave_nobody_waiting(engine: Engine, ledger: Ledger) -> None:
    """Whichever comes first, the readers end as skipped: the answer's transaction and the cancel's see each other."""
    for issue in range(1, 13):
        add_readers(engine, f"list{issue}", range(issue * 10, issue * 10 + 5))
        of = planned(ledger, f"list{issue}", issue=issue)
        one = taken(ledger, of)
        answer = threading.Thread(target=ledger.attempts.record, args=(one.attempt_id, [(None, Deferred("no"))]))
        cancel = threading.Thread(target=ledger.control.cancel, args=(issue,))
        for thread in (answer, cancel):
            thread.start()
        for thread in (answer, cancel):
            thread.join()

        assert account(ledger, issue).skipped == {"cancelled": 5}


def test_a_batch_in_which_nobody_may_be_mailed_makes_no_try(engine: Engine, ledger: Ledger) -> None:
    """It is settled at once, and the mailing can be closed."""
    ids = add_readers(engine, "weekly", range(5))
    of = planned(ledger)
    for number in range(len(ids)):
        Membership(engine).leave(f"reader{number}@example.com", list_name=None)

    assert not taken(ledger, of).deliveries
    assert claim(ledger, of) is None
    assert ledger.control.finish_if_done(of.id)
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).where(delivery.c.handover == HandOver.SKIPPED)) == 5


def test_calls_that_end_after_their_lease_pause_nothing(engine: Engine, ledger: Ledger) -> None:
    """A process that stood still comes back with seven calls that were cut off: they say nothing of the provider."""
    add_readers(engine, "weekly", range(70))
    of = planned(ledger)
    for number, how in enumerate([Uncertain("reset"), Deferred("no connection", backs_off=True)] * 4):
        call = taken(ledger, of, seconds=-1)
        if number % 4:
            ledger.attempts.sweep()
        ledger.attempts.record(call.attempt_id, [(None, how)])
        with writing(engine) as connection:
            connection.execute(update(parcel).values(not_before=None))
            connection.execute(delete(provider_state))

    assert ledger.mailings.get(of.id).status is MailingStatus.SENDING
