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

from newsletter.ledger.on_disk.spool import Answers, decoded, encoded, put_aside
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
        self._write({"answered": delivery, "outcome": encoded(outcome)})
        now = self._monotonic()
        if self._file is not None and now - self._synced_at >= _SYNC_EVERY_SECONDS:
            self._synced_at = now
            os.fsync(self._file)

    def close(self, *, forget: bool) -> None:
        """The call is over. `forget`: its outcome is written down elsewhere."""
        if forget:
            self._path.unlink(missing_ok=True)
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, note: dict[str, Any]) -> None:
        """Notes that end in the middle would call mails not begun that were: where one fails, all are thrown away."""
        if self._file is None:
            return
        try:
            line = orjson.dumps(note) + b"\n"
            if os.write(self._file, line) != len(line):
                raise OSError("only half of it was written")
        except OSError as error:
            log.warning("no journal of answers is kept: %s", error.strerror or error)
            self.close(forget=True)


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
            notes = read_notes(path, inode=os.fstat(file).st_ino)
            is_known = not notes.answers or record(path.stem, notes.answers)
            if not is_known and any(not isinstance(outcome, Deferred) for _, outcome in notes.answers):
                put_aside(path, "this database knows no such attempt")
                return False
            path.unlink(missing_ok=True)
            return True
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
