"""Writers of one process take SQLite's lock in turn: nobody starves beside one that writes all the time."""

from __future__ import annotations

import threading
import time

from sqlalchemy import text

from newsletter.db.engine import connect, writing
from newsletter.db.lock import Turns


def test_the_longest_waiting_is_next() -> None:
    """Five threads come one after the other while somebody has the turn, and get it in that order."""
    turns, order = Turns(), list[int]()

    def work(number: int) -> None:
        with turns.mine(seconds=10):
            order.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    with turns.mine(seconds=10):
        for thread in threads:
            thread.start()
            time.sleep(0.02)
    for thread in threads:
        thread.join()

    assert [0, 1, 2, 3, 4] == order


def test_who_waits_too_long_goes_on_and_takes_nothing_from_the_others() -> None:
    """Then the database says itself that it is busy; the next in line still gets the turn."""
    turns = Turns()
    with turns.mine(seconds=1), turns.mine(seconds=0.01):
        pass
    with turns.mine(seconds=0.01):
        assert not turns._take(0.01)
    assert turns._take(0.01)


def test_a_writer_is_next_beside_one_that_never_pauses(sqlite_url: str) -> None:
    """Thirty short writes beside a thread that holds the lock for 30 of every 30 ms: each waits for one of those at most."""
    engine, done = connect(sqlite_url), threading.Event()

    def write_all_the_time() -> None:
        while not done.is_set():
            with writing(engine) as connection:
                connection.execute(text("UPDATE mailing SET planned = 0"))
                time.sleep(0.03)

    busy = threading.Thread(target=write_all_the_time)
    busy.start()
    waits: list[float] = []
    for _ in range(30):
        begun = time.monotonic()
        with writing(engine) as connection:
            connection.execute(text("UPDATE mailing SET planned = 0"))
        waits.append(time.monotonic() - begun)
    done.set()
    busy.join()
    engine.dispose()

    # Without turns the median is that of a look every tenth of a second that nearly always fails: over a second.
    assert sorted(waits)[15] < 0.3
