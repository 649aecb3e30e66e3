"""Commits what each editor changed in the studio, once they have left it alone for a while."""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Sequence

from newsletter.folder.git.checkout import find_checkout
from newsletter.folder.git.sync import commit_sitting
from newsletter.review.sittings_sql import Sitting
from newsletter.wiring import Parts
from newsletter.wiring.sync import signing_of
from newsletter.words.mistake import NewsletterError
from newsletter.words.user import User

log = logging.getLogger(__name__)

QUIET_SECONDS = 300.0
_LOOK_SECONDS = 5.0


class Sittings:
    """The sittings of a newsletter's studio, which several processes may serve: any of them commits.

    Words are in the files at once. What a process had taken, and was killed before it had committed, the next sync commits.
    """

    def __init__(self, parts: Parts, stop: threading.Event, *, quiet: float = QUIET_SECONDS) -> None:
        self._parts, self._stop, self._quiet = parts, stop, quiet
        self._lock, self._committing = threading.Lock(), threading.Lock()
        self._thread: threading.Thread | None = None
        self._ends = False

    def note(self, user: User, *files: str) -> None:
        """These files were changed by this user just now."""
        if not files:
            return
        self._parts.open_sittings.note(user, files)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="sittings", daemon=True)
                self._thread.start()
            if not self._ends:
                # A process may end without having been told to stop.
                self._ends = True
                atexit.register(self.end_all)

    def end_all(self) -> None:
        """Commit what is open now: before a sync, and at the end."""
        self._commit(quiet_for=0.0)

    def _watch(self) -> None:
        """Until all is committed; the next change begins it again."""
        while not self._stop.wait(min(_LOOK_SECONDS, self._quiet / 4)):
            self._commit(quiet_for=self._quiet)
            with self._lock:
                if not self._are_open():
                    self._thread = None
                    return
        self.end_all()

    def _commit(self, *, quiet_for: float) -> None:
        # An editor who goes on typing must not wait for git: the files of a sitting are taken out of it first.
        with self._committing:
            for sitting in self._take(quiet_for):
                if not self._end(sitting) and quiet_for:
                    self._parts.open_sittings.note(sitting.user, sitting.files)

    def _take(self, quiet_for: float) -> Sequence[Sitting]:
        try:
            return self._parts.open_sittings.take(quiet_seconds=quiet_for)
        except NewsletterError as error:
            log.info("what was changed in the studio is committed later: %s", error.message)
            return []

    def _are_open(self) -> bool:
        """False as well where the database is away."""
        try:
            return self._parts.open_sittings.are_open()
        except NewsletterError:
            return False

    def _end(self, sitting: Sitting) -> bool:
        """False where it could not be done now: a rebase is under way, or another git is at work."""
        if find_checkout(self._parts.directory) is None:
            return True
        files = list(sitting.files)
        message = f"Edited in the studio: {files[0]}" if len(files) == 1 else _several(files)
        try:
            signing = signing_of(self._parts, sitting.user, sitting.others)
            commit_sitting(self._parts.directory, files, signing, message, at=self._parts.clock.now())
        except NewsletterError as error:
            log.warning("the changes of a sitting were not committed: %s", error.message)
        except Exception as error:  # noqa: BLE001 - the words are in the files, and the next sync commits them
            log.error("the changes of a sitting were not committed: %s", type(error).__name__)
        else:
            return True
        return False


def _several(files: list[str]) -> str:
    lines = "\n".join(f"- {file}" for file in files)
    return f"Edited in the studio: {files[0]} and {len(files) - 1} more\n\n{lines}"
