"""The newsletter command under a clock that is turned from outside: a file holds how far it is off."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, event

from newsletter.cli import main
from newsletter.db.limits import WaitLimits
from newsletter.ledger.send import Patience
from newsletter.wiring import Timing

OFFSET = "TEST_CLOCK_OFFSET"
# Seconds after which a transaction that does nothing is ended; the lease of the schedule is as long, and that of jobs.
LIMIT = "TEST_LIMIT"
# Seconds that a call may take. What a sender grants itself before it is as long, and after it half of that.
CALL = "TEST_CALL"
# Seconds between two looks of the schedule.
TICK = "TEST_TICK"


class FileClock:
    """The machine's clock, off by as many seconds as the file says at that moment."""

    def now(self) -> datetime:
        seconds = float(Path(os.environ[OFFSET]).read_text()) if OFFSET in os.environ else 0.0
        return datetime.now(UTC) + timedelta(seconds=seconds)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


# What a statement begins with, before which this process stands still once, in the middle of its transaction.
FREEZE = "TEST_FREEZE_BEFORE"


def _freeze_once() -> None:
    words, frozen = os.environ[FREEZE], threading.Event()

    def stop(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(words) and not frozen.is_set():
            frozen.set()
            os.kill(os.getpid(), signal.SIGSTOP)

    event.listen(Engine, "before_cursor_execute", stop)


def run() -> None:
    if FREEZE in os.environ:
        _freeze_once()
    # Tests have no quarter of a minute for each look.
    seconds = float(os.environ.get(LIMIT, 0))
    limits = WaitLimits(transaction=seconds, lease=seconds, job=seconds) if seconds else WaitLimits()
    timing = Timing(
        clock=FileClock(), seconds_between_ticks=float(os.environ.get(TICK, 0.25)), limits=limits, children="fork"
    )
    if CALL in os.environ:
        call = float(os.environ[CALL])
        timing = replace(timing, call=timedelta(seconds=call), patience=Patience(fresh=call, grace=call / 2))
    main(sys.argv[1:], obj=timing)


if __name__ == "__main__":
    run()
