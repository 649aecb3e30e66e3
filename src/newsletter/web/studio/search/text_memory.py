"""The texts of a folder's files, kept in memory while the files stay the same: years of them are looked through at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from newsletter.folder.text_files import read_text
from newsletter.words.mistake import NewsletterError

# When it was written, how large it is, and which file it is.
_Signature = tuple[int, int, int]
Kept = TypeVar("Kept")


class TextMemory(Generic[Kept]):
    """The files of one room of the newsletter's folder: of each what `read` makes of its name, without ending, and its text.

    `read` raises a NewsletterError for what can't be read; that file is left out.
    """

    def __init__(self, directory: Path, room: str, read: Callable[[str, str], Kept], *, ending: str = ".md") -> None:
        self._directory, self._room, self._read, self._ending = directory / room, room, read, ending
        self._kept: dict[str, tuple[_Signature, Kept]] = {}
        self._lock = threading.Lock()

    def now(self) -> dict[str, Kept]:
        """What the files hold now, by their names, the last name first."""
        with self._lock:
            self._look()
            return {name: kept for name, (_, kept) in sorted(self._kept.items(), reverse=True)}

    def _look(self) -> None:
        """Read what is new or another file now, and forget what is gone."""
        fresh: dict[str, tuple[_Signature, Kept]] = {}
        for name, signature in self._files():
            known = self._kept.get(name)
            if known is None or known[0] != signature:
                path = self._directory / f"{name}{self._ending}"
                try:
                    text = read_text(path, f"{self._room}/{path.name}", room=self._directory)
                    known = (signature, self._read(name, text))
                except NewsletterError:
                    continue
            fresh[name] = known
        self._kept = fresh

    def _files(self) -> Iterator[tuple[str, _Signature]]:
        """One step through the folder: asking for each file by its path takes five times as long."""
        if self._directory.is_symlink() or not self._directory.is_dir():
            return
        with os.scandir(self._directory) as entries:
            for entry in entries:
                if entry.name.startswith(".") or not entry.name.endswith(self._ending):
                    continue
                try:
                    found = entry.stat()
                except OSError:
                    continue
                yield entry.name.removesuffix(self._ending), (found.st_mtime_ns, found.st_size, found.st_ino)
