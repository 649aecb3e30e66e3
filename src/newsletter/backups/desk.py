"""Backups made, carried outside, thinned out and brought back; and when the next one is due."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter.backups.last_backup import LastBackup, keep_last_backup, last_backup
from newsletter.backups.names import AWAY, HERE, SEALED, day_of, name_at, old_ones
from newsletter.backups.place import AwayPlace
from newsletter.backups.refused import AwayFile
from newsletter.backups.sealed import is_sealed, seal, unseal
from newsletter.backups.whole import PutBack, put_back, whole_copy
from newsletter.ports.clock import Clock
from newsletter.words.mistake import Missing, Mistake, NewsletterError, NotNow

ROOM = Path("var") / "backups"
# A week, and a day in which somebody may notice.
OLDEST = timedelta(days=8)
_AT_NIGHT = time(3, 30)
_AGAIN_AFTER = timedelta(hours=1)
_BEGUN = "It has begun, and has not ended yet."
_PACKING = ".carry-"
_LONGEST_WAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupDesk:
    """`write` writes the database into a new file. `place` is None where nothing leaves this machine.

    `every_days` 0 is never by itself; `keep_days` is how long copies are kept, here and there. With a `phrase` what
    leaves is sealed by it, and only then do keys and passwords leave with it.
    """

    directory: Path
    zone: str
    clock: Clock
    write: Callable[[Path], object]
    place: Callable[[], AwayPlace] | None
    every_days: int
    keep_days: int
    phrase: str = field(default="", repr=False)

    def is_due(self) -> bool:
        """Once in so many days after half past three at night; an hour after a try that failed."""
        now, last = self._local(), last_backup(self.directory)
        if not self.every_days or now.time() < _AT_NIGHT:
            return False
        if last.tried_at and last.problem and timedelta(0) <= now - last.tried_at < _AGAIN_AFTER:
            return False
        done = last.made_at if self.place is None else last.away_at
        return done is None or (now.date() - done.astimezone(now.tzinfo).date()).days >= self.every_days

    def back_up(self) -> Path:
        """Make one, carry it outside, and delete what is old. Raises NewsletterError; what was made here stays.

        Where only the way out failed this night, the same one is carried again: a place that is away for days must not
        fill this disk.
        """
        made = self._made_tonight() or self.make()
        if self.place is not None:
            self.carry(made)
        return made

    def make(self) -> Path:
        """A new file in `var/backups`, of the database alone: the folder is beside it."""
        path = self._room / f"{name_at(self._local())}{HERE}"
        with self._noted():
            self.write(path)
        self._note(made_at=self.clock.now())
        for name in self._old(one.name for one in self._room.iterdir()):
            (self._room / name).unlink(missing_ok=True)
        return path

    def carry(self, made: Path) -> None:
        """Put the whole newsletter outside, with this backup of its database. Raises NewsletterError."""
        if self.place is None:
            raise NotNow("No place outside of this machine is set.", fix="Set one first.")
        self._clear_rooms()
        name = made.name.removesuffix(HERE) + (SEALED if self.phrase else AWAY)
        with self._noted(), tempfile.TemporaryDirectory(prefix=_PACKING, dir=self._room) as room:
            place, packed = self.place(), Path(room) / name
            self._pack(made, packed)
            size = packed.stat().st_size
            place.put(packed, name)
            self._note(away_at=self.clock.now(), away_name=name, away_size=size)
            place.delete(self._old(one.name for one in place.list_files()))

    def newest(self) -> Path | None:
        """The last one of the database on this machine, of those that were not named by hand."""
        dated = [path for path in self._room.iterdir() if day_of(path.name) and path.name.endswith(HERE)]
        return max(dated, key=lambda path: path.name, default=None)

    def _made_tonight(self) -> Path | None:
        newest = self.newest() if self.place else None
        begun = name_at(datetime.combine(self._local(), _AT_NIGHT))
        return newest if newest and newest.name >= begun else None

    @property
    def is_under_way(self) -> bool:
        """Whether this process or another one makes a backup; one that died in the middle counts for an hour."""
        last = self.last
        return bool(last.problem == _BEGUN and last.tried_at and self.clock.now() - last.tried_at < _AGAIN_AFTER)

    def trouble_outside(self) -> str:
        """What is to be said where no copy has left this machine for eight days; "" where all is well, or nothing is set."""
        last, now = self.last, self.clock.now()
        if self.place is None or (last.away_at and now - last.away_at < OLDEST):
            return ""
        if last.away_at is None and (last.tried_at is None or now - last.tried_at < _AGAIN_AFTER):
            return ""
        days = f"{(now - last.away_at).days} days old" if last.away_at else "still missing"
        return f"The last copy outside of this machine is {days}. {last.problem}".strip()

    def list_away(self) -> Sequence[AwayFile]:
        """Those outside, the newest first. Raises NewsletterError."""
        return list_away(self._open_place())

    def _open_place(self) -> AwayPlace:
        if self.place is None:
            raise Missing("No place outside of this machine is set.", fix="Set one first.")
        return self.place()

    def _pack(self, made: Path, packed: Path) -> None:
        chunks = whole_copy(self.directory, made, with_secrets=bool(self.phrase))
        handle = os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            for chunk in seal(chunks, self.phrase) if self.phrase else chunks:
                file.write(chunk)

    def _clear_rooms(self) -> None:
        """What a process left that was killed on its way: a copy of everything each time."""
        for room in self._room.glob(f"{_PACKING}*"):
            if self.clock.now().timestamp() - room.stat().st_mtime > _LONGEST_WAY.total_seconds():
                shutil.rmtree(room, ignore_errors=True)

    def _old(self, names: Iterator[str]) -> list[str]:
        return old_ones(names, today=self._local().date(), days=self.keep_days)

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """Whatever goes wrong is remembered, for the pages that say how backups stand."""
        self._note(tried_at=self.clock.now(), problem=_BEGUN)
        try:
            yield
        except NewsletterError as error:
            self._note(problem=f"{error.message} {error.fix}".strip())
            raise
        except OSError as error:
            self._note(problem=f"It can't be written: {error.strerror}.")
            raise NotNow(f"The backup can't be written: {error.strerror}.", fix="Make room on the disk.") from error
        self._note(problem="")

    def _note(self, **changed: object) -> None:
        keep_last_backup(self.directory, replace(last_backup(self.directory), **changed))  # type: ignore[arg-type]

    @property
    def last(self) -> LastBackup:
        return last_backup(self.directory)

    @property
    def _room(self) -> Path:
        room = self.directory / ROOM
        room.mkdir(parents=True, exist_ok=True)
        return room

    def _local(self) -> datetime:
        return self.clock.now().astimezone(ZoneInfo(self.zone))


def list_away(place: AwayPlace) -> list[AwayFile]:
    """Whole copies that lie there, the newest first."""
    found = [one for one in place.list_files() if day_of(one.name) and one.name.endswith((AWAY, SEALED))]
    return sorted(found, key=lambda one: one.name, reverse=True)


def fetch_whole(place: AwayPlace, name: str, to: Path) -> Path:
    """Bring a whole copy from outside into the folder `to`, the newest where `name` is "". Raises NewsletterError."""
    lying = list_away(place)
    found = next((one for one in lying if not name or one.name.split(".")[0] == name.split(".")[0]), None)
    if found is None:
        names = ", ".join(one.name for one in lying[:3]) or "none"
        raise Missing(
            f"There is no backup {name or 'at all'} in that place.".replace("  ", " "), fix=f"There are: {names}."
        )
    place.fetch(found.name, to / found.name)
    return to / found.name


def is_whole(path: Path) -> bool:
    """Whether this is a copy of a whole newsletter, sealed or not; else it is one of a database, or none of ours."""
    with path.open("rb") as file:
        start = file.read(512)
    return is_sealed(start) or start[257:262] == b"ustar"


def unpack(path: Path, directory: Path, database: Path, *, phrase: Callable[[], str]) -> PutBack:
    """Put a whole copy back into a folder, where files are missing; the backup of its database goes into `database`.

    `phrase` is asked only for a sealed one. Raises Mistake for another pass phrase, and for what is damaged.
    """
    with path.open("rb") as file, tempfile.TemporaryFile(dir=database.parent) as plain:
        start = file.read(512)
        file.seek(0)
        if not is_sealed(start):
            return put_back(file, directory, database)
        said = phrase()
        if not said:
            raise Mistake("This backup is sealed.", fix="Its pass phrase is needed to open it.")
        # First to its end, so that nothing is put back of a copy that is not whole.
        for piece in unseal(file, said):
            plain.write(piece)
        plain.seek(0)
        return put_back(plain, directory, database)
