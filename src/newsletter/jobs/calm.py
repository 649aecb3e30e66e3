"""Calm: what goes wrong in one beat, or in one job, is logged, and the next one tries again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from newsletter.words.mistake import NewsletterError

log = logging.getLogger(__name__)

T = TypeVar("T")


class Calm:
    """Runs one kind of beat, again and again. What a person has to mend is said once, and not at each beat."""

    def __init__(self) -> None:
        self._complaint = ""

    def run(self, beat: Callable[[], T]) -> T | None:
        """What `beat` returns; None where it failed."""
        try:
            found = beat()
        except NewsletterError as error:
            if self._complaint != error.message:
                log.warning("nothing is done for now: %s", error.message)
            self._complaint = error.message
            return None
        except Exception:
            log.exception("a beat failed; the next one tries again")
            return None
        self._complaint = ""
        return found
