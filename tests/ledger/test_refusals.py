"""Refusals that no acceptance has followed: taken back when the provider turns out to refuse everybody, final when it does not."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, func, select, update

from newsletter.db.engine import reading, writing
from newsletter.feedback.alarms_sql import Alarms
from newsletter.ledger.ledger import Ledger, open_ledger
from newsletter.ledger.rows import Claim, MailingRow
from newsletter.ledger.tables import delivery, fresh_refusal, parcel
from newsletter.words.alarm import AlarmKind, alarms
from newsletter.words.ledger import HandOver, MailingStatus
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused
from newsletter.words.refusal import IN_A_CALL, IN_A_ROW
from tests.ledger.test_ledger import account, claim, planned, taken
from tests.world import add_readers


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    """The ledger on a fresh database of each kind."""
    return open_ledger(engine)


def refused(deliveries: Sequence[int], *, is_ours: bool = False) -> tuple[Sequence[int], Outcome]:
    return deliveries, Refused("550 no", named=frozenset(deliveries), is_ours=is_ours)


def say_no(ledger: Ledger, one: Claim, n_readers: int) -> None:
    """The first of them are refused; the others have to wait."""
    rest = (one.deliveries[n_readers:], Deferred("no turn"))
    ledger.attempts.record(one.attempt_id, [refused(one.deliveries[:n_readers]), *([rest] if rest[0] else [])])


def counted(ledger: Ledger, issue: int = 1) -> dict[str, int]:
    return {state.value: n for state, n in account(ledger, issue).handover.items() if n}


def do_not_wait(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(update(parcel).values(not_before=None))


def is_paused(ledger: Ledger, of: MailingRow) -> bool:
    return ledger.mailings.get(of.id).status is MailingStatus.PAUSED


def test_ten_in_a_row_in_several_batches_pause_and_all_wait_again(engine: Engine, ledger: Ledger) -> None:
    """In the transaction that pauses; whoever is told no after that waits as well, and the server's words are kept."""
    add_readers(engine, "weekly", range(40))
    of = planned(ledger)
    first, second, late = (taken(ledger, of) for _ in range(3))

    say_no(ledger, first, 5)
    assert counted(ledger) == {"refused": 5, "pending": 15, "sending": 20}
    say_no(ledger, second, 5)
    assert is_paused(ledger, of)
    assert counted(ledger) == {"pending": 30, "sending": 10}
    say_no(ledger, late, 5)

    assert counted(ledger) == {"pending": 40}
    reason = ledger.mailings.get(of.id).pause_reason or ""
    assert "10 readers were refused" in reason
    assert "550 no" in reason
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(fresh_refusal)) == 0


def test_an_acceptance_makes_the_refusals_before_it_final(engine: Engine, ledger: Ledger) -> None:
    """In the same call, and in one that began after they were written down."""
    add_readers(engine, "weekly", range(40))
    of = planned(ledger)
    while one := claim(ledger, of):
        bad, good = one.deliveries[:-1], one.deliveries[-1:]
        ledger.attempts.record(one.attempt_id, [refused(bad), (good, Accepted())])

    assert not is_paused(ledger, of)
    assert counted(ledger) == {"refused": 35, "accepted": 5}
    assert ledger.control.finish_if_done(of.id)


def test_an_acceptance_of_a_call_that_began_before_says_nothing(engine: Engine, ledger: Ledger) -> None:
    """Its mails may have been taken before the server changed its mind, and only be written down later."""
    add_readers(engine, "weekly", range(30))
    of = planned(ledger)
    early, other, third = (taken(ledger, of) for _ in range(3))
    say_no(ledger, other, 5)
    ledger.attempts.record(early.attempt_id, [(None, Accepted())])
    say_no(ledger, third, 5)

    assert is_paused(ledger, of)
    assert counted(ledger) == {"accepted": 10, "pending": 20}


def test_an_empty_acceptance_says_nothing(engine: Engine, ledger: Ledger) -> None:
    """Nobody was taken by it."""
    add_readers(engine, "weekly", range(10))
    of = planned(ledger)
    one = taken(ledger, of)
    ledger.attempts.record(one.attempt_id, [refused(one.deliveries), ([], Accepted())])

    assert is_paused(ledger, of)


def test_a_small_list_of_which_everybody_is_refused_is_not_finished(engine: Engine, ledger: Ledger) -> None:
    """Three readers, and not one taken: nothing says that it is about them."""
    add_readers(engine, "weekly", range(3))
    of = planned(ledger)
    say_no(ledger, taken(ledger, of), 3)

    assert not ledger.control.finish_if_done(of.id)
    assert is_paused(ledger, of)
    assert counted(ledger) == {"pending": 3}

    ledger.control.resume(1)
    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Accepted())])
    assert ledger.control.finish_if_done(of.id)
    assert counted(ledger) == {"accepted": 3}


@pytest.mark.parametrize(("n_refused", "finishes"), [(1, True), (IN_A_CALL - 1, True), (IN_A_CALL, False)])
def test_a_run_at_the_very_end_pauses_as_well(engine: Engine, ledger: Ledger, n_refused: int, finishes: bool) -> None:
    """Nobody is left to show that it was about them; a few dead addresses at the end of a list are nothing strange."""
    add_readers(engine, "weekly", range(20))
    of = planned(ledger)
    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Accepted())])
    last = taken(ledger, of)
    good = last.deliveries[n_refused:]
    ledger.attempts.record(last.attempt_id, [(good, Accepted()), refused(last.deliveries[:n_refused])])

    assert ledger.control.finish_if_done(of.id) is finishes
    assert counted(ledger) == {"accepted": 20 - n_refused, ("refused" if finishes else "pending"): n_refused}


def test_who_was_refused_before_any_call_stays_refused(engine: Engine, ledger: Ledger) -> None:
    """No server has said a word about an address that no mail can be written to."""
    add_readers(engine, "weekly", range(20))
    of = planned(ledger, size=20)
    one = taken(ledger, of)
    ours, theirs = one.deliveries[:8], one.deliveries[8:]
    ledger.attempts.record(one.attempt_id, [refused(ours, is_ours=True), refused(theirs)])

    assert is_paused(ledger, of)
    assert counted(ledger) == {"refused": 8, "pending": 12}


def test_a_sending_that_just_finished_goes_on_too(engine: Engine, ledger: Ledger) -> None:
    """Its last readers heard the first of the no that everybody heard."""
    add_readers(engine, "weekly", range(10))
    add_readers(engine, "friends", range(10, 30))
    weekly, friends = planned(ledger), planned(ledger, "friends")
    one = taken(ledger, weekly)
    ledger.attempts.record(one.attempt_id, [(one.deliveries[:7], Accepted()), refused(one.deliveries[7:])])
    assert ledger.control.finish_if_done(weekly.id)
    say_no(ledger, taken(ledger, friends), 7)

    assert is_paused(ledger, friends)
    assert is_paused(ledger, weekly)
    assert counted(ledger) == {"accepted": 7, "pending": 23}


def test_who_has_the_issue_by_another_sending_is_left_out(engine: Engine, ledger: Ledger) -> None:
    """They were refused, and planned again on another list before the run was seen: one line holds the issue, not two."""
    add_readers(engine, "weekly", range(10))
    of = planned(ledger)
    first = taken(ledger, of)
    say_no(ledger, first, 4)
    add_readers(engine, "friends", range(2))
    assert planned(ledger, "friends").planned == 2
    do_not_wait(engine)
    say_no(ledger, taken(ledger, of), 6)

    assert is_paused(ledger, of)
    with reading(engine) as connection:
        lines = connection.execute(select(delivery.c.subscriber_id, delivery.c.handover)).all()
    holding = [row.subscriber_id for row in lines if row.handover == HandOver.PENDING]
    assert len(holding) == len(set(holding)) == 10
    assert [row.handover for row in lines].count(HandOver.REFUSED) == 2


def test_another_reason_to_pause_takes_them_back_too(engine: Engine, ledger: Ledger) -> None:
    """The first three were told no, the next that the account is closed."""
    add_readers(engine, "weekly", range(20))
    of = planned(ledger)
    say_no(ledger, taken(ledger, of), 3)
    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Deferred("554 account closed", pauses=True))])

    assert ledger.mailings.get(of.id).pause_reason == "554 account closed"
    assert counted(ledger) == {"pending": 20}


def test_dead_addresses_all_over_a_list_pause_nothing(engine: Engine, ledger: Ledger) -> None:
    """One in twenty, in batches that several workers have in calls at once."""
    draw = random.Random(5)
    ids = add_readers(engine, "weekly", range(1_500))
    bad = set(draw.sample(ids, 75))
    of = planned(ledger, size=50)
    calls: list[Claim] = []
    while True:
        while len(calls) < 4 and (one := claim(ledger, of)):
            calls.append(one)
        if not calls:
            break
        one = calls.pop(draw.randrange(len(calls)))
        answers = [
            refused([number]) if person in bad else ([number], Accepted())
            for number, person in zip(one.deliveries, one.subscribers, strict=True)
        ]
        ledger.attempts.record(one.attempt_id, answers)

    assert counted(ledger) == {"accepted": 1_425, "refused": 75}
    assert ledger.control.finish_if_done(of.id)


def test_readers_named_among_many_with_no_fault_are_theirs_alone(engine: Engine, ledger: Ledger) -> None:
    """SendGrid names fifty of a thousand, and takes the others in the next call."""
    add_readers(engine, "weekly", range(100))
    of = planned(ledger, size=100)
    one = taken(ledger, of)
    bad, good = one.deliveries[:20], one.deliveries[20:]
    ledger.attempts.record(one.attempt_id, [refused(bad), (good, Deferred("with them", looked_at=True))])
    assert not is_paused(ledger, of)
    do_not_wait(engine)
    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Accepted())])

    assert ledger.control.finish_if_done(of.id)
    assert counted(ledger) == {"accepted": 80, "refused": 20}


def test_a_call_that_blames_nearly_everybody_in_it_pauses(engine: Engine, ledger: Ledger) -> None:
    """SendGrid names ninety of a hundred: it is about something else than ninety readers."""
    add_readers(engine, "weekly", range(100))
    of = planned(ledger, size=100)
    one = taken(ledger, of)
    bad, good = one.deliveries[:90], one.deliveries[90:]
    ledger.attempts.record(one.attempt_id, [refused(bad), (good, Deferred("with them", looked_at=True))])

    assert is_paused(ledger, of)
    assert counted(ledger) == {"pending": 100}


def test_the_owner_hears_of_it_in_the_servers_words(engine: Engine, ledger: Ledger) -> None:
    """An alarm, which is mailed and shown, as long as the sending stands still for it."""
    add_readers(engine, "weekly", range(30))
    of = planned(ledger, size=30)
    say_no(ledger, taken(ledger, of), IN_A_ROW)
    (alarm,) = alarms(Alarms(engine).get_health(1, ()))

    assert (alarm.kind, alarm.pauses) == (AlarmKind.REFUSALS, True)
    assert alarm.message == ledger.mailings.get(of.id).pause_reason
    ledger.control.resume(1)
    assert alarms(Alarms(engine).get_health(1, ())) == []


def test_a_share_far_above_what_the_list_has_shown_stops_it(engine: Engine, ledger: Ledger) -> None:
    """One in fifty of the issue before was refused; of this one it is a quarter, never ten in a row."""
    add_readers(engine, "weekly", range(100))
    for issue, every in ((1, 50), (2, 4)):
        of = planned(ledger, issue=issue, size=50)
        while one := claim(ledger, of):
            answers = [
                refused([number]) if place % every == 0 else ([number], Accepted())
                for place, number in enumerate(one.deliveries)
            ]
            ledger.attempts.record(one.attempt_id, answers)
        assert not is_paused(ledger, of)
    health = Alarms(engine).get_health(2, ())

    assert (health.refused, health.refused_before) == (26, 0.02)
    (alarm,) = alarms(health)
    assert alarm.pauses
    assert "26 of 100" in alarm.message
