"""Sent again, taken back, cancelled and sent anew: every reader is counted once, and nothing is hidden by nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, func, select

from newsletter.db.engine import reading
from newsletter.ledger.account.account_sql import Accounts
from newsletter.ledger.ledger import Ledger, open_ledger
from newsletter.ledger.plan import plan
from newsletter.ledger.tables import mailing
from newsletter.schedule.schedule import open_schedule
from newsletter.schedule.slots_sql import has_slot
from newsletter.wiring import SystemClock
from newsletter.words.ledger import HandOver, MailingStatus
from newsletter.words.mistake import NotNow
from newsletter.words.outcome import Accepted, Deferred, Refused
from newsletter.words.slot import Ways
from newsletter.words.times.cadence_text import parse_cadence
from tests.ledger.test_ledger import account, claim, planned, taken
from tests.world import add_readers, an_edition


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    """The ledger on a fresh database of each kind."""
    return open_ledger(engine)


def sent(ledger: Ledger, list_name: str = "weekly") -> int:
    """Issue 1 handed over to everybody on a list who does not have it; the mailing's number."""
    of = planned(ledger, list_name)
    while one := claim(ledger, of):
        ledger.attempts.record(one.attempt_id, [(None, Accepted())])
    ledger.control.finish_if_done(of.id)
    return of.id


def test_an_issue_sent_again_to_those_who_have_it_leaves_no_empty_sending(engine: Engine, ledger: Ledger) -> None:
    """The sending that they have it from is the one that is shown, with how many have it."""
    add_readers(engine, "weekly", range(12))
    first = sent(ledger)

    again, resumed = plan(ledger, SystemClock(), an_edition(), list_name="weekly", parcel_size=5)

    assert (first, 12, 12, False) == (again.id, again.planned, again.already_had_it, resumed)
    assert MailingStatus.FINISHED == again.status == ledger.mailings.get(first).status
    with reading(engine) as connection:
        assert 1 == connection.scalar(select(func.count()).select_from(mailing))


def test_an_empty_sending_that_a_slot_waits_for_stays(engine: Engine) -> None:
    """Planning asks its caller: the schedule counts on the sending that it wrote down for its slot."""
    add_readers(engine, "weekly", range(3))
    ledger, schedule = open_ledger(engine, is_awaited=has_slot), open_schedule(engine)
    sent(ledger)
    rule = parse_cadence("every thursday 09:00 Europe/Berlin")
    timetable = schedule.timetables.save("weekly", rule, Ways(), now=datetime.now(UTC))
    schedule.slots.add(timetable.id, [next(rule.after(datetime.now(UTC)))])
    again = ledger.planning.open_mailing(an_edition(), list_name="weekly", parcel_size=5, start_at=None)
    schedule.slots.note(schedule.slots.of(timetable.id)[0], mailing_id=again.id)

    while ledger.planning.plan_slice(again.id, n_readers=5):
        pass

    assert (0, 3) == (ledger.mailings.get(again.id).planned, ledger.mailings.get(again.id).already_had_it)


def test_a_list_of_which_everybody_has_it_by_another_is_still_a_sending(engine: Engine, ledger: Ledger) -> None:
    """The first sending to a list is written down, even where it is for nobody."""
    add_readers(engine, "weekly", range(12))
    add_readers(engine, "friends", range(3))
    sent(ledger)
    sent(ledger, "friends")

    assert ["weekly", "friends"] == [one.list_name for one in account(ledger).mailings]
    assert 12 == account(ledger).planned


def test_who_was_cancelled_and_planned_again_is_counted_once(engine: Engine, ledger: Ledger) -> None:
    """Twelve readers are twelve, however often the sending was ended and begun again; refused ones as well."""
    add_readers(engine, "weekly", range(12))
    one = taken(ledger, planned(ledger, size=4))
    ledger.attempts.record(one.attempt_id, [(None, Accepted())])
    ledger.control.cancel(1)
    assert {"accepted": 4, "skipped": 8} == _states(ledger)

    second = taken(ledger, planned(ledger, size=4))
    named = frozenset({second.deliveries[0]})
    ledger.attempts.record(second.attempt_id, [(None, Refused("no such", named=named))])
    ledger.control.cancel(1)
    assert {"accepted": 4, "skipped": 7, "refused": 1} == _states(ledger)
    assert {"cancelled": 7} == account(ledger).skipped

    sent(ledger)
    assert {"accepted": 12} == _states(ledger)
    assert {} == account(ledger).skipped


def test_a_reader_who_was_left_is_taken_back_when_the_owner_asks_by_name(engine: Engine, ledger: Ledger) -> None:
    """Only the one who was named is queued again, and the finished sending goes on for that one reader."""
    add_readers(engine, "weekly", range(5))
    of = planned(ledger)
    one = taken(ledger, of, seconds=-1)
    ledger.attempts.sweep()
    ledger.doubts.leave(one.attempt_id, one.deliveries)
    assert ledger.control.finish_if_done(of.id)
    assert [] == ledger.doubts.list_attempts(1)

    (doubtful,) = ledger.doubts.list_attempts(1, left=True, email="Reader3@example.com")
    assert 0 == ledger.doubts.requeue(doubtful.id, doubtful.deliveries), (
        "without the owner's word nobody who was left is"
    )
    assert 1 == ledger.doubts.requeue(doubtful.id, doubtful.deliveries, by_owner=True)

    assert ["reader3@example.com"] == list(taken(ledger, of).addresses)
    assert {"left": 4, "sending": 1} == _states(ledger)
    assert 4 == len(ledger.doubts.list_attempts(1, left=True)[0].deliveries)


def test_a_finished_sending_is_not_opened_beside_another(engine: Engine, ledger: Ledger) -> None:
    """There is one unfinished sending of an issue to a list: taking back waits until that is over."""
    add_readers(engine, "weekly", range(5))
    of = planned(ledger)
    one = taken(ledger, of, seconds=-1)
    ledger.attempts.sweep()
    ledger.doubts.leave(one.attempt_id, one.deliveries)
    ledger.control.finish_if_done(of.id)
    add_readers(engine, "weekly", range(5, 8))
    planned(ledger)

    with pytest.raises(NotNow, match="Another sending"):
        ledger.doubts.requeue(one.attempt_id, one.deliveries, by_owner=True)
    assert {"left": 5, "pending": 3} == _states(ledger)


def test_progress_never_passes_what_is_planned(engine: Engine, ledger: Ledger) -> None:
    """Halved, refused, resent: those who moved to another batch are counted there and no longer where they were."""
    add_readers(engine, "weekly", range(16))
    of = planned(ledger, size=16)
    accounts = Accounts(engine)
    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Deferred("too large", halve=True))])
    first, second = taken(ledger, of, seconds=-1), taken(ledger, of)
    ledger.attempts.sweep()
    assert (8, 16) == accounts.progress(of.id)
    ledger.doubts.requeue(first.attempt_id, first.deliveries)
    ledger.attempts.record(second.attempt_id, [(None, Accepted())])
    assert (8, 16) == accounts.progress(of.id)
    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Accepted())])

    assert (16, 16) == accounts.progress(of.id)
    assert ledger.control.finish_if_done(of.id)


def _states(ledger: Ledger) -> dict[str, int]:
    return {HandOver(state).value: n for state, n in account(ledger).handover.items() if n}
