"""The versions of a file that were, kept beside the newsletter in `var/history/` so that no edit loses a word."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from newsletter.folder.sheet import SavedVersion
from newsletter.folder.text_files import write_new
from newsletter.words.mistake import Missing

_LINE = re.compile(r"(\S+) ([0-9a-f]{40}) ?(.*)")
# A day of work stays whole; after that what was there once an hour, and after a month once a day.
_WHOLE, _HOURLY = timedelta(days=1), timedelta(days=30)
_THIN_FROM = 300


def version_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class History:
    """What the files of one newsletter held; `directory` is made when the first version is kept."""

    directory: Path

    def keep(self, file: str, text: str, *, by: str, at: datetime) -> None:
        """Keep a text, once however often it stood there; a list says when it did."""
        self.keep_aside(file, text)
        room = self._room(file)
        entry = f"{at.isoformat()} {version_of(text)} {' '.join(by.split())}\n"
        with (room / "log").open("a", encoding="utf-8") as log:
            log.write(entry)
        self._thin(room, at)

    def keep_aside(self, file: str, text: str) -> None:
        """Keep a text that never was the file's: what somebody goes on from whose words were merged with others'."""
        room = self._room(file)
        room.mkdir(parents=True, exist_ok=True)
        path = room / version_of(text)
        # Somebody else may keep the same words in this moment.
        with suppress(FileExistsError):
            if not path.exists():
                write_new(path, text, mode=0o600)

    def versions(self, file: str) -> Sequence[SavedVersion]:
        return tuple(reversed(self._entries(self._room(file))))

    def text(self, file: str, version: str) -> str:
        path = self._room(file) / version
        if not re.fullmatch("[0-9a-f]{40}", version) or not path.is_file():
            raise Missing(f"That version of {file} is not kept, or not any more.")
        return path.read_text(encoding="utf-8")

    def _room(self, file: str) -> Path:
        return self.directory / file.replace("/", "--")

    def _entries(self, room: Path) -> list[SavedVersion]:
        try:
            lines = (room / "log").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        found = (_LINE.fullmatch(line) for line in lines)
        return [
            SavedVersion(version=one[2], at=datetime.fromisoformat(one[1]), by=one[3])
            for one in found
            # A process that was killed while it wrote leaves half a line.
            if one and (room / one[2]).is_file()
        ]

    def _thin(self, room: Path, now: datetime) -> None:
        entries = self._entries(room)
        if len(entries) < _THIN_FROM:
            return
        kept = thinned(entries, now)
        if len(kept) > len(entries) - _THIN_FROM // 2:
            return
        new = room / ".log"
        new.write_text("".join(f"{one.at.isoformat()} {one.version} {one.by}\n" for one in kept), encoding="utf-8")
        new.replace(room / "log")
        names = {one.version for one in kept}
        for path in room.iterdir():
            if re.fullmatch("[0-9a-f]{40}", path.name) and path.name not in names:
                path.unlink(missing_ok=True)


def thinned(entries: Iterable[SavedVersion], now: datetime) -> list[SavedVersion]:
    """The last version of each hour that is over a day ago, of each day over a month ago, and all that is younger."""
    kept: dict[str, SavedVersion] = {}
    for entry in entries:
        age = now - entry.at
        slot = "%Y-%m-%d" if age > _HOURLY else "%Y-%m-%d %H" if age > _WHOLE else "%Y-%m-%d %H:%M:%S.%f"
        kept[entry.at.strftime(slot) + ("" if age > _WHOLE else entry.version)] = entry
    return list(kept.values())
