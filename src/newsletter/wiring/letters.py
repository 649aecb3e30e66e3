"""Mails that answer readers' requests, and what is kept of these requests only for a time."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.consent.expiry_sql import VALID_DAYS
from newsletter.imports.carry_out import FOLDERS
from newsletter.wiring.moves import remind_of_leavers

if TYPE_CHECKING:
    from newsletter.wiring import Parts

SECONDS_BETWEEN_SWEEPS = 3_600.0
# Longer than any import is worked on in one go.
_IMPORT_SECONDS = 86_400.0


def post_letters(parts: Parts) -> None:
    """Post the mails that wait: those of an import, and those whose posting was interrupted; write those about notes and moves."""
    parts.post_office.post_waiting()
    parts.note_post.post_due(parts.clock.now())
    remind_of_leavers(parts)


def sweep(parts: Parts) -> None:
    """Forget what is kept only for a time, and end the subscriptions of those who were asked and stayed silent."""
    parts.consent.expiry.expire(valid_days=VALID_DAYS)
    parts.consent.expiry.forget_visitors()
    parts.consent.asking_again.end_silent()
    parts.uploads.sweep()
    parts.moves.sweep()
    _drop_files_of_killed_imports()
    # Where earlier versions kept files to import: they hold personal data, and nobody comes back to them.
    shutil.rmtree(parts.directory / "var" / "uploads", ignore_errors=True)


def _drop_files_of_killed_imports() -> None:
    """A killed process leaves the files that it was importing in a folder of this machine: they hold personal data."""
    # By the machine's clock, as the times of its files are: a newsletter that goes by another must not take away what an
    # import of today is reading.
    long_ago = time.time() - _IMPORT_SECONDS
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDERS}*"):
        with suppress(OSError):
            if folder.stat().st_mtime < long_ago:
                shutil.rmtree(folder)


class LetterBeat:
    """Posts letters at every beat, and sweeps once an hour."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._swept_at = parts, float("-inf")

    def beat(self) -> None:
        now = self._parts.clock.monotonic()
        if now - self._swept_at >= SECONDS_BETWEEN_SWEEPS:
            # Noted first: a sweep that fails must not keep letters from being posted.
            self._swept_at = now
            sweep(self._parts)
        post_letters(self._parts)
