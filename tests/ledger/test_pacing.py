"""The pace is kept by the database: through restarts, late starts, pauses, and two senders at once."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select, update

from newsletter.db.engine import reading, writing
from newsletter.ledger.ledger import Ledger, open_ledger
from newsletter.ledger.rows import Claim, MailingRow
from newsletter.ledger.tables import attempt, parcel, provider_state, warm_up_day
from newsletter.words.outcome import Accepted, Deferred
from newsletter.words.pace import Pace
from tests.ledger.test_ledger import planned
from tests.world import add_readers

# Ten readers a second: two of them are followed by a fifth of a second in which nobody is called.
QUICK = Pace(per_hour=36_000)
# One in an hour: whatever this test may take, the next one is not due.
SLOW = Pace(per_hour=1)


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    """The ledger on a fresh database of each kind, with twenty readers."""
    add_readers(engine, "weekly", range(20))
    return open_ledger(engine)


def claim(ledger: Ledger, of: MailingRow, pace: Pace, *, provider: str = "test") -> Claim | None:
    """The next parcel, if it is due at this pace; taken by the provider at once."""
    token = f"{time.monotonic_ns()}"
    more = {"token": token, "sender": "me", "provider": provider, "deadline_seconds": 30.0, "with_fields": False}
    one = ledger.parcels.claim(of.id, edition=of.edition_digest, pace=pace, **more)  # type: ignore[arg-type]
    if one is not None and provider == "test":
        ledger.attempts.record(one.attempt_id, [(None, Accepted())])
    return one


def pass_time(engine: Engine, by: timedelta) -> None:
    """Everything that the pace remembers was that much earlier."""
    with writing(engine) as connection:
        for row in connection.execute(select(provider_state)).all():
            times = {name: getattr(row, name) for name in ("next_turn_at", "warm_until")}
            earlier = {name: at - by for name, at in times.items() if at is not None}
            if earlier:
                connection.execute(update(provider_state).values(**earlier))
        for day in connection.execute(select(warm_up_day)).all():
            mine = warm_up_day.c.number == day.number
            connection.execute(update(warm_up_day).where(mine).values(began_at=day.began_at - by))


def n_tries(engine: Engine) -> int:
    """How many calls the books hold."""
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(attempt)) or 0


def test_a_call_is_followed_by_the_gap_that_its_readers_take(engine: Engine, ledger: Ledger) -> None:
    """A call before its turn leaves no trace; when it is due is known, and then it comes."""
    of = planned(ledger, size=2)
    two_a_second = Pace(per_hour=7_200)
    assert claim(ledger, of, two_a_second) is not None

    assert claim(ledger, of, SLOW) is None, "nobody may go before the turn, whatever their own pace"
    assert 1 == n_tries(engine)
    wait = ledger.halts.next_due_seconds(of.id, provider="test", pace=two_a_second)
    assert wait is not None and wait <= 1.0
    time.sleep(1.05)
    assert claim(ledger, of, two_a_second) is not None


def test_no_restart_forgets_whose_turn_it_is(engine: Engine, ledger: Ledger) -> None:
    """The turn is taken by the transaction that begins the call: what dies afterwards has had it."""
    of = planned(ledger, size=2)
    claim(ledger, of, SLOW)

    again = open_ledger(engine)
    assert claim(again, of, SLOW) is None
    wait = again.halts.next_due_seconds(of.id, provider="test", pace=SLOW)
    assert wait is not None and 7_000 < wait <= 7_200
    assert claim(again, of, SLOW, provider="another") is not None, "the pace is that of one provider"


def test_without_a_pace_nobody_waits(engine: Engine, ledger: Ledger) -> None:
    """Who takes the setting away goes on at once."""
    of = planned(ledger, size=2)
    claim(ledger, of, SLOW)

    assert claim(ledger, of, Pace()) is not None
    wait = ledger.halts.next_due_seconds(of.id, provider="test")
    assert wait is not None and wait < 2


@pytest.mark.parametrize("why", ["late start", "pause"])
def test_hours_without_sending_are_not_made_up_for(engine: Engine, ledger: Ledger, why: str) -> None:
    """After a machine that slept, or a pause, it goes on at the pace and not in a burst."""
    of = planned(ledger, size=2)
    claim(ledger, of, SLOW)
    if why == "pause":
        ledger.control.pause(1, "by hand")
    pass_time(engine, timedelta(hours=9))
    ledger.control.resume(1)

    assert claim(ledger, of, SLOW) is not None
    assert claim(ledger, of, SLOW) is None
    wait = ledger.halts.next_due_seconds(of.id, provider="test", pace=SLOW)
    assert wait is not None and 3_500 < wait <= 3_600, "half a gap is kept, the other half was made up for"


def test_a_call_that_came_a_little_late_does_not_slow_the_rest(engine: Engine, ledger: Ledger) -> None:
    """A look every fifteen seconds is late by some seconds each time: the next turn is counted from when this one was."""
    of = planned(ledger, size=2)
    claim(ledger, of, SLOW)
    pass_time(engine, timedelta(hours=2, minutes=20))

    claim(ledger, of, SLOW)
    wait = ledger.halts.next_due_seconds(of.id, provider="test", pace=SLOW)
    assert wait is not None and 5_900 < wait <= 6_000, "two hours, less the twenty minutes"


def test_warming_up_hands_over_so_many_a_day_and_twice_as_many_on_the_next(engine: Engine, ledger: Ledger) -> None:
    """Days begin with their first mail, and only days of sending count."""
    of = planned(ledger, size=2)
    pace = Pace(warm_up=4)

    def readers_today() -> int:
        taken = 0
        while one := claim(ledger, of, pace):
            taken += len(one.deliveries)
        return taken

    assert 4 == readers_today()
    wait = ledger.halts.next_due_seconds(of.id, provider="test", pace=pace)
    assert wait is not None and 86_000 < wait <= 86_400
    pass_time(engine, timedelta(hours=23))
    assert 0 == readers_today()
    pass_time(engine, timedelta(days=7))
    assert 8 == readers_today()
    pass_time(engine, timedelta(days=31))
    assert 4 == readers_today(), "after a month of silence the sender is a stranger again"


def test_a_provider_that_is_away_does_not_use_up_the_day(engine: Engine, ledger: Ledger) -> None:
    """Whom it surely did not take is given back to the day of warming up."""
    of = planned(ledger, size=2)
    pace = Pace(warm_up=4)
    for _ in range(3):
        one = claim(ledger, of, pace, provider="away")
        assert one is not None
        ledger.attempts.record(one.attempt_id, [(None, Deferred("no route"))])
        with writing(engine) as connection:
            connection.execute(update(parcel).values(not_before=None))

    assert [2, 2] == [len(one.deliveries) for one in iter(lambda: claim(ledger, of, pace, provider="away"), None)]


def test_a_batch_larger_than_the_day_goes_alone(engine: Engine, ledger: Ledger) -> None:
    """Cut before warming up was set, it must not wait for ever."""
    of = planned(ledger, size=10)
    pace = Pace(warm_up=4)

    assert claim(ledger, of, pace) is not None
    assert claim(ledger, of, pace) is None


def test_a_provider_that_asks_for_more_time_gets_it(engine: Engine, ledger: Ledger) -> None:
    """Of two reasons to wait the later one counts."""
    of = planned(ledger, size=2)
    one = claim(ledger, of, QUICK, provider="busy")
    assert one is not None
    ledger.attempts.record(one.attempt_id, [(None, Deferred("too fast", retry_after=timedelta(seconds=30)))])
    time.sleep(0.25)

    assert claim(ledger, of, QUICK, provider="busy") is None
    wait = ledger.halts.next_due_seconds(of.id, provider="busy", pace=QUICK)
    assert wait is not None and 20 < wait <= 30
