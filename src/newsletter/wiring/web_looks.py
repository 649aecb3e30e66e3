"""Asks the web about the issues that somebody wants held against it, beside the pages, by whichever process has time."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from newsletter.compose.press import press
from newsletter.preflight.check import check
from newsletter.wiring.surroundings import around, words_of
from newsletter.words.mistake import NewsletterError

if TYPE_CHECKING:
    from newsletter.compose.press import Proof
    from newsletter.wiring import Parts

log = logging.getLogger(__name__)

_STOP_EVERY_SECONDS = 0.2
_SIGN_EVERY_SECONDS = 8.0


def look_at_web(parts: Parts, stop: threading.Event) -> None:
    """Look into all that waits, and that no other process has in its hands; end early once `stop` is set.

    A machine looks only at the very words that it was asked about: where its own folder holds others, that of another
    machine may hold them.
    """
    for issue, words in parts.web_looks.list_waiting():
        proof = _proof(parts, issue)
        if stop.is_set() or proof is None or words_of(proof) != words or not parts.web_looks.claim(issue, words):
            continue
        # It may take a minute, and nothing in it asks whether this process is to end.
        looking = threading.Thread(target=_look, args=(parts, proof, words), name="web look", daemon=True)
        looking.start()
        sign_at = time.monotonic() + _SIGN_EVERY_SECONDS
        while looking.is_alive() and not stop.is_set():
            looking.join(_STOP_EVERY_SECONDS)
            if time.monotonic() >= sign_at:
                parts.web_looks.go_on(issue, words)
                sign_at += _SIGN_EVERY_SECONDS
        if looking.is_alive():
            parts.web_looks.give_back(issue, words)
            return


def _proof(parts: Parts, issue: int) -> Proof | None:
    """The issue as this machine's folder has it; None where it makes no mail of it."""
    try:
        return press(parts.shelf, parts.config.newsletter, issue)
    except NewsletterError:
        return None


def _look(parts: Parts, proof: Proof, words: str) -> None:
    number = proof.issue.number
    try:
        parts.web_looks.keep(number, words, check(proof, around(parts, proof, online=True)))
    except NewsletterError as error:
        # Such as a database that is away: the next process takes it up.
        log.warning("the web could not be asked about issue %s: %s", number, error.message)
    except Exception:
        log.exception("the web could not be asked about issue %s", number)
        parts.web_looks.give_up(number, words)
