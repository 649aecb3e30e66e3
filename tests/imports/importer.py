"""A process that works on uploads, and that a test has killed, or stand still, in the middle."""

from __future__ import annotations

import os
import signal
import sys
import threading
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, event

from newsletter.db.limits import WaitLimits
from newsletter.wiring import Timing, open_newsletter
from newsletter.wiring.imports import Importer

# What statements begin with, the how many-th of them it is, and the signal that the process gives itself before it.
WORDS, WHICH, HOW = "TEST_AT_WORDS", "TEST_AT_WHICH", "TEST_AT_SIGNAL"
LEASE = "TEST_LEASE"


def _befall(words: str, which: int, how: signal.Signals) -> None:
    numbers = count(1)

    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        # Not those of the thread that renews the lease, which come at any time.
        is_work = not threading.current_thread().name.startswith("lease")
        if is_work and statement.startswith(words) and next(numbers) == which:
            os.kill(os.getpid(), how)

    event.listen(Engine, "before_cursor_execute", look)


def run() -> None:
    seconds = float(os.environ.get(LEASE, "0.5"))
    limits = WaitLimits(transaction=seconds, lease=seconds, job=seconds)
    parts = open_newsletter(Path(sys.argv[1]), Timing(limits=limits))
    if WORDS in os.environ:
        _befall(os.environ[WORDS], int(os.environ[WHICH]), signal.Signals(int(os.environ[HOW])))
    Importer(parts, threading.Event()).beat()
    parts.engine.dispose()


if __name__ == "__main__":
    run()
