"""Asking the web about an issue's links, pictures and quotes: behind the page, for it may take a minute."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from datetime import datetime

from newsletter.compose.press import Proof
from newsletter.preflight.check import check
from newsletter.wiring import Parts
from newsletter.wiring.surroundings import around
from newsletter.words.finding import Finding

log = logging.getLogger(__name__)

_MOST_KEPT = 20


class WebLooks:
    """What was found when somebody asked, by the very words that it was asked about."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._found: OrderedDict[bytes, tuple[datetime, list[Finding]]] = OrderedDict()
        self._looking: set[bytes] = set()
        self._lock = threading.Lock()

    def begin(self, words: bytes, proof: Proof) -> None:
        """Ask, unless that is being done already. Pages that answered lately are not asked again."""
        with self._lock:
            if words in self._looking:
                return
            self._looking.add(words)
        threading.Thread(target=self._look, args=(words, proof), name="web-look", daemon=True).start()

    def is_looking(self, words: bytes) -> bool:
        with self._lock:
            return words in self._looking

    def find(self, words: bytes) -> tuple[datetime, list[Finding]] | None:
        """When it was asked and all that is found since; None where nobody asked about these words."""
        with self._lock:
            return self._found.get(words)

    def _look(self, words: bytes, proof: Proof) -> None:
        try:
            found = check(proof, around(self._parts, proof, online=True))
            with self._lock:
                self._found[words] = self._parts.clock.now(), found
                while len(self._found) > _MOST_KEPT:
                    self._found.popitem(last=False)
        except Exception:
            log.exception("the web could not be asked about issue %s", proof.issue.number)
        finally:
            with self._lock:
                self._looking.discard(words)
