"""On PostgreSQL a frozen process is as good as dead: who it holds up goes on, and when it is thawed it changes nothing."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import DBAPIError, PendingRollbackError

from newsletter.consent.departures_sql import Departures
from newsletter.db.engine import HeldUp, at_long_work, connect, reading, writing
from newsletter.db.frozen import end_frozen
from newsletter.db.lease import Lease
from newsletter.db.limits import WaitLimits
from newsletter.readers.tables import mailing_list, subscriber
from newsletter.words.consent import Left
from newsletter.words.mistake import Interrupted, NotNow
from tests.frozen import FOUND_OUT, frozen, open_transactions
from tests.world import add_readers

_SHORT = WaitLimits(transaction=1.0, lease=1.0)


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    """A database whose connections wait a second for anybody."""
    engine = connect(postgres_url, _SHORT)
    yield engine
    engine.dispose()


def test_every_connection_has_limits(postgres_url: str) -> None:
    """Five seconds for who does nothing, less for who waits for them; the whole database at once may take longer."""
    engine = connect(postgres_url)
    with reading(engine) as connection:
        usual = _limits(connection)
        at_long_work(connection)
        long = _limits(connection)
    with reading(engine) as connection:
        again = _limits(connection)
    engine.dispose()

    assert usual == again == ["5s", "4s", "5min"]
    assert long == ["10min", "10min", "0"]


@pytest.mark.parametrize("is_read_to", [False, True], ids=["idle", "unread rows"])
def test_who_is_held_up_by_a_frozen_process_leaves_in_time(engine: Engine, is_read_to: bool) -> None:
    """One whom it holds within the limit plus a second, others at once; the thawed one finds out."""
    held, free = add_readers(engine, "weekly", range(2))
    with frozen(engine, seconds=60, subscriber=held, is_read_to=is_read_to) as process:
        took_free, took_held = _leave(engine, free), _leave(engine, held)
        process.send_signal(signal.SIGCONT)
        assert process.wait(20) in (FOUND_OUT, 1)

    assert took_free < 1
    assert took_held < _SHORT.transaction + 1
    with reading(engine) as connection:
        assert not connection.scalar(select(subscriber.c.id).where(subscriber.c.first_name == "too late"))


def test_the_server_itself_ends_who_is_idle_while_nobody_looks(engine: Engine) -> None:
    """Where every process that could look is frozen, locks are let go of all the same."""
    (held,) = add_readers(engine, "weekly", range(1))
    with frozen(engine, seconds=0.3, subscriber=held) as process:
        _until_none(engine)
        process.send_signal(signal.SIGCONT)

        assert process.wait(20) == FOUND_OUT


def test_only_what_stands_still_is_ended(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    """Not what works for long, what another program does, or what is at long work."""
    (held,) = add_readers(engine, "weekly", range(1))
    stranger, busy = connect(engine.url.render_as_string(hide_password=False)), engine.connect()
    with stranger.connect() as theirs, frozen(engine, seconds=60, subscriber=held), engine.connect() as long:
        theirs.execute(text("SET application_name = 'psql'"))
        at_long_work(long)
        end = time.monotonic() + 1.3
        while time.monotonic() < end:
            busy.execute(text("SELECT pg_sleep(0.2)"))
        with caplog.at_level(logging.WARNING):
            assert end_frozen(engine) == 1
        for one in (theirs, busy, long):
            assert one.scalar(text("SELECT 1")) == 1
    busy.close()
    stranger.dispose()

    assert "did nothing, and held up others" in caplog.text


def test_a_connection_that_was_ended_is_a_sentence_and_the_next_one_works(engine: Engine) -> None:
    """Whether the server's limit or another process ended it."""
    for how in ("pg_sleep(0)", "pg_terminate_backend(pg_backend_pid())"):
        with pytest.raises(NotNow, match=r"stood still|could not be reached"), writing(engine) as connection:
            connection.execute(text(f"SELECT {how}"))
            time.sleep(1.3)
            connection.execute(text("SELECT 1"))
    with pytest.raises(Interrupted), reading(engine) as connection:
        with suppress(DBAPIError, PendingRollbackError), connection.begin_nested():
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        connection.execute(text("SELECT 1"))
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_who_is_held_up_by_one_that_works_hears_it(engine: Engine) -> None:
    """It is no frozen process, so nobody ends it; who waits is told so, and is not kept for ever."""
    (held,) = add_readers(engine, "weekly", range(1))
    with writing(engine) as connection:
        connection.execute(select(subscriber.c.id).where(subscriber.c.id == held).with_for_update())
        begun = time.monotonic()
        with pytest.raises(HeldUp, match="Another process"), writing(engine) as other:
            other.execute(select(subscriber.c.id).where(subscriber.c.id == held).with_for_update())
    assert time.monotonic() - begun < 1


def test_a_lease_is_held_for_as_long_as_its_holder_lives(engine: Engine) -> None:
    """Longer than it lasts, by signs of life; nobody else has it meanwhile, and it is free at once afterwards."""
    mine, other = Lease(engine, "schedule"), Lease(engine, "schedule")
    with mine.try_hold() as held:
        assert held
        time.sleep(1.6)
        with other.try_hold() as too:
            assert not too
        assert mine.is_mine()
    with other.try_hold() as held:
        assert held
        assert not mine.is_mine()


def test_a_lease_that_ran_out_goes_to_another_and_is_not_taken_back(engine: Engine) -> None:
    """A holder that gave no sign of life has lost it, and its end takes it from nobody."""
    mine, other = Lease(engine, "schedule"), Lease(engine, "schedule")
    with mine.try_hold() as held:
        assert held
        with writing(engine) as connection:
            connection.execute(text("UPDATE lease SET until_at = clock_timestamp() - interval '1 second'"))
        with other.try_hold() as taken:
            assert taken
            assert not mine.is_mine()
            assert other.is_mine()
            mine._end(mine._holder)
            assert other.is_mine()


def _limits(connection: Connection) -> list[str]:
    names = ("idle_in_transaction_session_timeout", "lock_timeout", "statement_timeout")
    return [connection.execute(text(f"SHOW {name}")).scalar_one() for name in names]


def _leave(engine: Engine, who: int) -> float:
    begun = time.monotonic()
    with reading(engine) as connection:
        number = connection.execute(select(mailing_list.c.id)).scalar_one()
    assert Departures(engine).leave(who, [number], issue=0, how=Left.ONE_CLICK) == 1
    return time.monotonic() - begun


def _until_none(engine: Engine) -> None:
    end = time.monotonic() + 10
    while open_transactions(engine):
        assert time.monotonic() < end, "it is still open"
        time.sleep(0.05)
