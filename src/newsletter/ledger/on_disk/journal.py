"""Notes about each mail of a call, on disk as it goes: after a kill only the mails in flight are in doubt."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from newsletter.ledger.on_disk.spool import UNREADABLE, Answers, decoded, encoded, put_aside
from newsletter.words.consignment import MailNotes
from newsletter.words.outcome import Deferred, Outcome

log = logging.getLogger(__name__)

# A process that is killed loses nothing of what it wrote; a machine that loses power loses what came after this.
_SYNC_EVERY_SECONDS = 0.25
_BOOT = Path("/proc/sys/kernel/random/boot_id")

_NO_CALL = Deferred("the process ended before the call")
_NOT_BEGUN = Deferred("the process ended before their turn came")

Record = Callable[[str, Answers], bool]


class Journal(MailNotes):
    """The notes of one attempt. The file is locked for as long as this process lives and has not closed it."""

    def __init__(self, path: Path, monotonic: Callable[[], float]) -> None:
        """Raises OSError where it can't be kept."""
        self._path, self._monotonic, self._synced_at = path, monotonic, monotonic()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: int | None = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._write({"boot": _boot(), "inode": os.fstat(self._file).st_ino})

    def call_begins(self, deliveries: Sequence[int]) -> None:
        """From here on something may go out, although the provider has not promised to note it."""
        self._write({"carried": list(deliveries)})

    def promise(self) -> None:
        self._write({"promised": True})

    def begun(self, delivery: int) -> None:
        self._write({"begun": delivery})

    def answered(self, delivery: int, outcome: Outcome) -> None:
        """Never raises: without this note the mail is in doubt after a kill, and nothing worse."""
        try:
            self._write({"answered": delivery, "outcome": encoded(outcome)}, may_sync=True)
        except OSError as error:
            log.warning("the journal of answers can be neither kept nor removed: %s", error.strerror or error)

    def close(self, *, forget: bool) -> None:
        """The call is over. `forget`: its outcome is written down elsewhere."""
        if forget:
            _remove(self._path)
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, note: dict[str, Any], *, may_sync: bool = False) -> None:
        """Notes that end in the middle would call mails not begun that were: where one fails, all are thrown away.

        Raises OSError where they can't be: then the mail that was to be noted must not go out.
        """
        if self._file is None:
            return
        try:
            line = orjson.dumps(note) + b"\n"
            if os.write(self._file, line) != len(line):
                raise OSError("only half of it was written")
            if may_sync:
                self._sync(self._file)
        except OSError as error:
            log.warning("no journal of answers is kept: %s", error.strerror or error)
            if not _remove(self._path):
                os.ftruncate(self._file, 0)
            self.close(forget=False)

    def _sync(self, file: int) -> None:
        now = self._monotonic()
        if now - self._synced_at >= _SYNC_EVERY_SECONDS:
            self._synced_at = now
            os.fsync(file)


class Journals:
    """The journals of a machine's senders, in one folder."""

    def __init__(self, directory: Path, monotonic: Callable[[], float]) -> None:
        self._directory, self._monotonic = directory, monotonic

    def open(self, token: str) -> Journal | None:
        """A new journal for an attempt; None where the disk takes none: then more readers are in doubt after a kill."""
        try:
            return Journal(self._directory / f"{token}.answers", self._monotonic)
        except OSError as error:
            log.warning("no journal of answers is kept: %s", error.strerror)
            return None

    def replay(self, record: Record) -> int:
        """Record what dead processes noted, and forget it. Returns how many attempts that were.

        Like an outcome in the spool: what `record` does not know is put aside, where somebody may have got a mail.
        """
        return sum(self._replay_one(path, record) for path in self._left())

    def _replay_one(self, path: Path, record: Record) -> bool:
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False  # its process has just written the outcome down
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False  # it is alive, or stands still
            try:
                answers = read_notes(path, inode=os.fstat(file).st_ino).answers
            except FileNotFoundError:
                return False  # its process has just removed it, or another one has replayed it
            except UNREADABLE:
                put_aside(path, "it can't be read")  # its readers are in doubt when the lease runs out
                return False
            is_known = not answers or record(path.stem, answers)
            if not is_known and any(not isinstance(outcome, Deferred) for _, outcome in answers):
                put_aside(path, "this database knows no such attempt")
                return False
            return _remove(path)
        finally:
            os.close(file)

    def _left(self) -> list[Path]:
        return sorted(self._directory.glob("*.answers")) if self._directory.is_dir() else []


@dataclass(slots=True)
class JournalNotes:
    """What a journal says. `is_whole`: it was written on this machine since it was started, to this very file.

    Otherwise its last notes may be missing, and only what it says counts, not what it does not say.
    """

    is_whole: bool = False
    carried: list[int] | None = None
    is_promised: bool = False
    begun: set[int] = field(default_factory=set)
    answered: dict[int, Outcome] = field(default_factory=dict)

    @property
    def answers(self) -> list[tuple[list[int] | None, Outcome]]:
        """The outcomes to record. Mails that were begun and not answered are not among them: they are in doubt."""
        if self.carried is None:
            return [(None, _NO_CALL)] if self.is_whole else []
        told = [([delivery], outcome) for delivery, outcome in self.answered.items()]
        waiting = [one for one in self.carried if one not in self.begun and one not in self.answered]
        if waiting and self.is_whole and self.is_promised:
            told.append((waiting, _NOT_BEGUN))
        return list(_together(told))


def read_notes(path: Path, *, inode: int) -> JournalNotes:
    """The notes in a file. A last line that was half written is left out: what it was about had not begun."""
    notes = JournalNotes()
    for line in path.read_bytes().split(b"\n")[:-1]:
        match orjson.loads(line):
            case {"boot": str(boot), "inode": int(number)}:
                notes.is_whole = bool(boot) and boot == _boot() and number == inode
            case {"carried": list(deliveries)}:
                notes.carried = deliveries
            case {"promised": True}:
                notes.is_promised = True
            case {"begun": int(delivery)}:
                notes.begun.add(delivery)
            case {"answered": int(delivery), "outcome": dict(outcome)}:
                notes.answered[delivery] = decoded(outcome)
    return notes


def _remove(path: Path) -> bool:
    """False where the disk does not let go of it. Notes that stay are replayed again, which changes nothing."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s can't be removed: %s", path, error.strerror)
        return False
    return True


def _together(answers: Sequence[tuple[list[int], Outcome]]) -> Iterator[tuple[list[int] | None, Outcome]]:
    """Neighbours with one outcome as one answer, in their order."""
    last: tuple[list[int], Outcome] | None = None
    for deliveries, outcome in answers:
        if last and last[1] == outcome:
            last[0].extend(deliveries)
            continue
        if last:
            yield last
        last = (list(deliveries), outcome)
    if last:
        yield last


def _boot() -> str:
    """A name for the time since this machine was started; "" where it gives none."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""
