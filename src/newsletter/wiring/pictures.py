"""Keeps the pictures of the folder ready for mail, so that no page has to make one while somebody waits for it."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from newsletter.folder.pictures.crops import crops_of

if TYPE_CHECKING:
    from newsletter.wiring import Parts

log = logging.getLogger(__name__)

_LONGEST_BEAT = 30.0


def picture_beat(parts: Parts, stop: threading.Event) -> None:
    """Make what is new in `images/` ready, and what posts crop of it, for half a minute at most; end early once `stop` is set."""
    until = time.monotonic() + _LONGEST_BEAT
    try:
        parts.images.make_ready(lambda: time.monotonic() < until and not stop.is_set(), crops=crops_of(parts.posts))
    except Exception:
        log.exception("making pictures ready: a fault of the program itself")
