"""Ticker: APScheduler as a metronome. What is due is in the database; a missed beat loses nothing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from newsletter.jobs.calm import Calm

SECONDS_BETWEEN_TICKS = 15

# A beat may say in how many seconds something is due, so that it is looked at then and not up to 15 s later.
Beat = Callable[[], float | None]


def tick_until(stop: threading.Event, *beats: Beat, seconds: float = SECONDS_BETWEEN_TICKS) -> None:
    """Beat at once, then after so many seconds each time until `stop` is set; beats under way are finished first.

    Each of `beats` runs in a thread of its own, so that a long sending holds up nothing else. What a beat raises is
    logged, and the next one tries again: a database that is away for a minute ends nothing.

    APScheduler keeps its jobs in memory: it drops late jobs from a store, deletes those it can't import, and fires
    twice when two processes share one. Here a late or doubled beat only looks at the database again.
    """
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.date import DateTrigger
    from apscheduler.triggers.interval import IntervalTrigger

    # APScheduler's own lines tell of beats, not of the newsletter; a sending that lasts longer than one is nothing odd.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(2 * len(beats))},
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
    )

    def run(number: int, beat: Beat) -> None:
        if stop.is_set() or not turns[number].acquire(blocking=False):
            return
        try:
            due_in = calms[number].run(beat)
        finally:
            turns[number].release()
        if due_in is not None and 0 <= due_in < seconds and not stop.is_set():
            # Every beat wakes then: what one makes due, another carries out.
            at = datetime.now(UTC) + timedelta(seconds=due_in)
            for other, one in enumerate(beats):
                scheduler.add_job(
                    run,
                    DateTrigger(at + timedelta(seconds=0.2 * other)),
                    (other, one),
                    id=f"wake {other}",
                    replace_existing=True,
                )

    turns = [threading.Lock() for _ in beats]
    calms = [Calm() for _ in beats]
    for number, beat in enumerate(beats):
        scheduler.add_job(
            run,
            IntervalTrigger(seconds=seconds),
            (number, beat),
            id=f"beat {number}",
            next_run_time=datetime.now(UTC),
        )
    scheduler.start()
    try:
        # With a time: a signal that another thread took does not wake a main thread that waits without end (seen).
        while not stop.wait(1.0):
            pass
    finally:
        scheduler.shutdown(wait=True)
