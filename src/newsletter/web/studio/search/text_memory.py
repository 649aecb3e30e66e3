"""The texts of posts or issues, kept in memory while their files stay the same: years of them are looked through at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from newsletter.folder.text_files import markdown_files, read_text
from newsletter.words.mistake import NewsletterError

# When it was written, how large it is, and which file it is.
_Signature = tuple[int, int, int]


class TextMemory:
    """The Markdown files of one room of the newsletter's folder, each as `change` makes it, such as in one case."""

    def __init__(self, directory: Path, room: str, change: Callable[[str], str]) -> None:
        self._directory, self._room, self._change = directory, room, change
        self._kept: dict[str, tuple[_Signature, str]] = {}
        self._lock = threading.Lock()

    def fitting(self, fits: Callable[[str], bool]) -> list[str]:
        """The names, without `.md`, of the files whose text fits; the last name first. What can't be read is left out."""
        with self._lock:
            self._look()
            kept = sorted(self._kept.items(), reverse=True)
        return [name for name, (_, text) in kept if fits(text)]

    def _look(self) -> None:
        """Read what is new or another file now, and forget what is gone."""
        fresh: dict[str, tuple[_Signature, str]] = {}
        for path in markdown_files(self._directory / self._room):
            try:
                signature = _signature(path)
                known = self._kept.get(path.stem)
                if known is None or known[0] != signature:
                    text = read_text(path, f"{self._room}/{path.name}", room=path.parent)
                    known = (signature, self._change(text))
            except (OSError, NewsletterError):
                continue
            fresh[path.stem] = known
        self._kept = fresh


def _signature(path: Path) -> _Signature:
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino
