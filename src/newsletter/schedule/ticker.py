"""Ticker: APScheduler as a metronome. What is due is in the database; a missed beat loses nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable

SECONDS_BETWEEN_TICKS = 15


def tick_until(stop: threading.Event, tick: Callable[[], None]) -> None:
    """Tick at once, then every 15 s until `stop` is set; a tick under way is finished first.

    APScheduler keeps its jobs in memory: it drops late jobs from a store, deletes those it can't import, and fires
    twice when two processes share one. Here a late or doubled beat only looks at the database again.
    """
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.interval import IntervalTrigger

    scheduler = BackgroundScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
    )
    scheduler.add_job(tick, IntervalTrigger(seconds=SECONDS_BETWEEN_TICKS))
    tick()
    scheduler.start()
    try:
        stop.wait()
    finally:
        scheduler.shutdown(wait=True)
