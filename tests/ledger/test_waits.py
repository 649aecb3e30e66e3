"""Waits have an end and a reason: a clock that is set back makes none longer, and a provider that keeps saying "later" is left alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from time import sleep
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, update

from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.ledger.ledger import Ledger, open_ledger
from newsletter.ledger.pace.canary_sql import LOOK_FIRST
from newsletter.ledger.pace.halt_sql import Halts
from newsletter.ledger.pace.policy import WAITS_BEFORE_PAUSE
from newsletter.ledger.tables import attempt, mailing, parcel, provider_state, warm_up_day
from newsletter.words.halt import Halt, say_halt
from newsletter.words.ledger import HandOver, MailingStatus
from newsletter.words.outcome import Accepted, Deferred, Uncertain
from newsletter.words.pace import Pace
from tests.ledger.test_ledger import account, claim, planned, taken
from tests.world import add_readers

A_DAY = 86_400.0
TOO_FAST = Deferred("SendGrid answered 429: too fast.", retry_after=timedelta(seconds=1))
SLOWLY = Pace(per_hour=3_600, warm_up=100)


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    """The ledger on a fresh database of each kind, with thirty readers."""
    add_readers(engine, "weekly", range(30))
    return open_ledger(engine)


def set_clock_back(engine: Engine, seconds: float) -> None:
    """All that was written down was written so much later than it is now."""
    with writing(engine) as connection:
        for table in (provider_state, parcel, attempt, warm_up_day):
            columns = [column for column in table.c if "UtcDateTime" in repr(column.type)]
            for row in connection.execute(select(table)).all():
                later = {one.name: _later(row._mapping[one.name], seconds) for one in columns}
                mine = [key == row._mapping[key.name] for key in table.primary_key]
                connection.execute(update(table).where(*mine).values(**later))


def _later(moment: datetime | None, seconds: float) -> datetime | None:
    return moment + timedelta(seconds=seconds) if moment else None


def let_pass(engine: Engine) -> None:
    """What was waited for is over."""
    set_clock_back(engine, -A_DAY)


def clock_of(engine: Engine) -> datetime:
    with reading(engine) as connection:
        return connection.execute(select(database_now())).scalar_one()


def wait_after_too_fast(engine: Engine, ledger: Ledger, of: Any) -> tuple[float, float]:
    """The bounds, in seconds, of the wait that a call brings: on a busy machine time passes before and after it is written."""
    one = taken(ledger, of)
    before = clock_of(engine)
    ledger.attempts.record(one.attempt_id, [(None, TOO_FAST)])
    after = clock_of(engine)
    with reading(engine) as connection:
        until = connection.execute(select(provider_state.c.not_before)).scalar_one()
    return (until - after).total_seconds(), (until - before).total_seconds()


def halt(engine: Engine, of: Any, pace: Pace = SLOWLY) -> Halt | None:
    return Halts(engine).find(of.id, provider="test", pace=pace)


def a_call(ledger: Ledger, of: Any, number: int, pace: Pace = SLOWLY) -> Any:
    return ledger.parcels.claim(
        of.id,
        edition=of.edition_digest,
        token=f"slow{number}",
        sender="me",
        provider="test",
        deadline_seconds=30,
        with_fields=False,
        pace=pace,
    )


def _asked_to_wait(ledger: Ledger, of: Any) -> None:
    ledger.attempts.record(a_call(ledger, of, 1).attempt_id, [(None, Deferred("429", retry_after=timedelta(hours=1)))])


def _used_up(ledger: Ledger, of: Any) -> None:
    """The turn, and the day: a hundred readers are more than there are, so the day is full by itself."""
    ledger.attempts.record(a_call(ledger, of, 1).attempt_id, [(None, Accepted())])
    with writing(ledger.mailings._engine) as connection:
        connection.execute(update(warm_up_day).values(n_readers=100))
        connection.execute(update(provider_state).values(next_turn_at=None))
    assert a_call(ledger, of, 2) is None


@pytest.mark.parametrize("what", [_asked_to_wait, _used_up])
def test_a_clock_that_is_set_back_by_a_day_makes_no_wait_of_a_day(
    engine: Engine, ledger: Ledger, what: Callable[[Ledger, Any], None]
) -> None:
    """Whatever was waited for, there is nothing to wait for any more, or no longer than it would be from now on."""
    of = planned(ledger)
    what(ledger, of)
    assert a_call(ledger, of, 3) is None
    set_clock_back(engine, 2 * A_DAY)

    if what is _used_up:  # the day begins again now, and is as long as any
        assert a_call(ledger, of, 4) is None
        assert (ledger.halts.next_due_seconds(of.id, provider="test", pace=SLOWLY) or 0) <= A_DAY
    else:
        assert a_call(ledger, of, 4) is not None


def test_a_batch_waits_no_longer_for_a_clock_that_was_set_back(engine: Engine, ledger: Ledger) -> None:
    """Both the claim and the question when to look again."""
    of = planned(ledger, size=30)
    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Deferred("later", about_reader=True))])
    set_clock_back(engine, A_DAY)

    assert ledger.halts.next_due_seconds(of.id, provider="test") == 0
    assert claim(ledger, of) is not None


def test_a_wait_survives_a_clock_that_is_put_right_by_seconds(engine: Engine, ledger: Ledger) -> None:
    """An hour that was asked for is an hour."""
    of = planned(ledger)
    _asked_to_wait(ledger, of)
    set_clock_back(engine, 20)

    assert a_call(ledger, of, 2) is None


def test_a_dead_call_is_put_in_doubt_in_its_time_although_the_clock_went_back(engine: Engine, ledger: Ledger) -> None:
    """Its lease is counted from now: neither is it swept at once, nor in a day."""
    of = planned(ledger)
    taken(ledger, of, seconds=30)
    set_clock_back(engine, A_DAY)

    before = clock_of(engine)
    assert ledger.attempts.sweep() == 0
    with reading(engine) as connection:
        deadline = connection.execute(select(attempt.c.deadline_at)).scalar_one()
    assert before <= deadline - timedelta(seconds=30) <= clock_of(engine)
    set_clock_back(engine, -40)
    assert ledger.attempts.sweep() == 1


def test_a_batch_that_may_go_is_due_at_once_however_busy_the_machine_is(engine: Engine, ledger: Ledger) -> None:
    """Time that passes between two statements of the question is no wait."""
    of = planned(ledger, size=30)

    def stall(*_: object) -> None:
        sleep(0.005)

    event.listen(engine, "before_cursor_execute", stall)
    due = ledger.halts.next_due_seconds(of.id, provider="test")
    event.remove(engine, "before_cursor_execute", stall)

    assert due == 0


def test_a_provider_that_says_too_fast_again_and_again_is_asked_ever_less_often(engine: Engine, ledger: Ledger) -> None:
    """Its first request is followed to the letter; after over an hour of nothing else the sending pauses, with its words."""
    of = planned(ledger)
    waits = []
    while ledger.mailings.get(of.id).status is MailingStatus.SENDING:
        waits.append(wait_after_too_fast(engine, ledger, of))
        let_pass(engine)

    assert all(low <= wait <= high for wait, (low, high) in zip([1, 2, 4, 8, 16, 32], waits, strict=False))
    assert len(waits) == WAITS_BEFORE_PAUSE
    assert sum(low for low, _ in waits) > 3_600
    assert "429: too fast" in (ledger.mailings.get(of.id).pause_reason or "")
    assert account(ledger).handover[HandOver.PENDING] == 30
    ledger.control.resume(1)
    low, high = wait_after_too_fast(engine, ledger, of)
    assert low <= 1 <= high


def test_calls_at_once_that_hear_the_same_count_once(engine: Engine, ledger: Ledger) -> None:
    """Three were under way; and somebody who is taken begins the count again."""
    of = planned(ledger)
    for _ in range(3):
        calls = [taken(ledger, of) for _ in range(3)]
        for one in calls:
            ledger.attempts.record(one.attempt_id, [(None, TOO_FAST)])
        let_pass(engine)
    with reading(engine) as connection:
        assert connection.scalar(select(provider_state.c.waits_in_a_row)) == 3

    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Accepted())])
    with reading(engine) as connection:
        assert connection.scalar(select(provider_state.c.waits_in_a_row)) == 0


def test_it_is_said_what_is_waited_for_and_until_when(engine: Engine, ledger: Ledger) -> None:
    """The provider in its own words; a batch that was turned away; the pace that the owner set."""
    of = planned(ledger, size=30)
    assert halt(engine, of) is None
    one = taken(ledger, of)
    assert halt(engine, of) is None
    ledger.attempts.record(one.attempt_id, [(None, TOO_FAST)])
    asked = halt(engine, of)
    assert asked
    assert asked.reason == "SendGrid answered 429: too fast."
    assert asked.until

    let_pass(engine)
    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Deferred("450 greylisted", about_reader=True))])
    greylisted = halt(engine, of)
    assert greylisted
    assert "450 greylisted" in greylisted.reason

    let_pass(engine)
    ledger.attempts.record(a_call(ledger, of, 1).attempt_id, [(None, Deferred("no turn"))])
    with writing(engine) as connection:
        connection.execute(update(parcel).values(not_before=None))
    paced = halt(engine, of)
    assert paced
    assert "3,600 readers an hour" in paced.reason


def test_other_reasons_not_to_move_end_with_somebodys_act(engine: Engine, ledger: Ledger) -> None:
    """A pause, a time that has not come, and readers in doubt."""
    of = planned(ledger, size=30)
    with writing(engine) as connection:
        connection.execute(update(mailing).values(status=MailingStatus.SCHEDULED))
    scheduled = halt(engine, of)
    assert scheduled
    assert scheduled.until == of.start_at
    with writing(engine) as connection:
        connection.execute(update(mailing).values(status=MailingStatus.PAUSED, pause_reason=LOOK_FIRST))
    assert halt(engine, of) == Halt(reason=LOOK_FIRST, until=None)
    ledger.control.resume(1)
    ledger.attempts.record(taken(ledger, of).attempt_id, [(None, Uncertain("lost"))])
    doubt = halt(engine, of)
    assert doubt
    assert doubt.until is None
    assert "settled" in doubt.reason


def test_a_halt_in_words() -> None:
    """Seconds where it is seconds, the wall's time where it is longer."""
    now = datetime.fromisoformat("2026-12-03T08:00:00+00:00")

    def said(seconds: float | None) -> str:
        until = now + timedelta(seconds=seconds) if seconds is not None else None
        return say_halt(Halt(reason="too fast", until=until), now=now, zone="Europe/Berlin")

    assert said(12) == "Waits until 09:00:12, 12 s more: too fast"
    assert said(7_200) == "Waits until Thursday 3 Dec 2026, 11:00 Europe/Berlin, 2 h more: too fast"
    assert said(None) == "Waits: too fast"
