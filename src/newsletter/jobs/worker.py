"""A worker: sends what others have planned, on a machine that keeps no schedule and serves no pages."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from newsletter.jobs.ticker import SECONDS_BETWEEN_TICKS
from newsletter.words.mistake import Interrupted

log = logging.getLogger(__name__)

# How often it asks whether something is due. One question that two indexes answer: cheaper than a notification channel
# to maintain.
SECONDS_BETWEEN_LOOKS = 1.0


def work_until(
    stop: threading.Event,
    send_due: Callable[[], object],
    is_due: Callable[[], bool],
    *,
    seconds: float = SECONDS_BETWEEN_TICKS,
) -> None:
    """Send whenever something is due, and look after what dead senders left every so many `seconds`, until `stop` is set.

    What goes wrong is logged and tried again: a database that is away for a minute ends nothing.
    """
    send_at = time.monotonic()
    while not stop.is_set():
        try:
            if time.monotonic() >= send_at or is_due():
                send_due()
                send_at = time.monotonic() + seconds
        except Interrupted as error:
            log.warning("nothing is sent for now: %s", error.message)
        except Exception:
            log.exception("this look failed; the next one tries again")
            stop.wait(SECONDS_BETWEEN_LOOKS * 4)
        stop.wait(SECONDS_BETWEEN_LOOKS)
