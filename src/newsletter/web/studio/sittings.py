"""Commits what each editor changed in the studio, once they have left it alone for a while."""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from newsletter.folder.git.checkout import find_checkout
from newsletter.folder.git.sync import commit_sitting
from newsletter.wiring import Parts
from newsletter.wiring.sync import signing_of
from newsletter.words.mistake import NewsletterError
from newsletter.words.user import User

log = logging.getLogger(__name__)

QUIET_SECONDS = 300.0
_LOOK_SECONDS = 5.0


@dataclass(slots=True)
class Sitting:
    """One editor's files since their last commit; `at` is when they changed one last, on the monotonic clock."""

    user: User
    at: float
    files: set[str] = field(default_factory=set)


class Sittings:
    """The sittings of one studio.

    Words are in the files at once; the next sync commits what a killed process had not.
    """

    def __init__(self, parts: Parts, stop: threading.Event, *, quiet: float = QUIET_SECONDS) -> None:
        self._parts, self._stop, self._quiet = parts, stop, quiet
        self._lock, self._committing = threading.Lock(), threading.Lock()
        self._open: dict[int, Sitting] = {}
        self._thread: threading.Thread | None = None

    def note(self, user: User, *files: str) -> None:
        """These files were changed by this user just now."""
        if not files:
            return
        with self._lock:
            now = self._parts.clock.monotonic()
            sitting = self._open.setdefault(user.id, Sitting(user, now))
            sitting.user, sitting.at = user, now
            sitting.files.update(files)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="sittings", daemon=True)
                self._thread.start()
                # A process may end without having been told to stop.
                atexit.register(self.end_all)

    def writers(self, file: str) -> Mapping[int, str]:
        """The names of those who changed this file and have not left it alone yet, by their account."""
        with self._lock:
            return {one.user.id: one.user.name for one in self._open.values() if file in one.files}

    def end_all(self) -> None:
        """Commit what is open now: before a sync, and at the end."""
        self._commit(quiet_for=0.0)

    def _watch(self) -> None:
        while not self._stop.wait(min(_LOOK_SECONDS, self._quiet / 4)):
            self._commit(quiet_for=self._quiet)
        self.end_all()

    def _commit(self, *, quiet_for: float) -> None:
        # An editor who goes on typing must not wait for git: the files of a sitting are taken out of it first.
        with self._committing:
            with self._lock:
                since = self._parts.clock.monotonic() - quiet_for
                ended = [sitting for sitting in self._open.values() if sitting.at <= since]
                shared = {one.user.id: self._writing_with(one) for one in ended}
                for sitting in ended:
                    del self._open[sitting.user.id]
            for sitting in ended:
                if not self._end(sitting, shared[sitting.user.id]) and quiet_for:
                    self.note(sitting.user, *sitting.files)

    def _writing_with(self, sitting: Sitting) -> list[User]:
        return [one.user for one in self._open.values() if one is not sitting and one.files & sitting.files]

    def _end(self, sitting: Sitting, others: list[User]) -> bool:
        """False where it could not be done now: a rebase is under way, or another git is at work."""
        if find_checkout(self._parts.directory) is None:
            return True
        files = sorted(sitting.files)
        message = f"Edited in the studio: {files[0]}" if len(files) == 1 else _several(files)
        try:
            signing = signing_of(self._parts, sitting.user, others)
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
