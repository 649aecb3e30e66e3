"""Posts and issues as they are edited by several at once: read with a version, changed against it, never overwritten."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from merge3 import Merge3

from newsletter.folder.edit import edit_lock, require_readable
from newsletter.folder.file_bytes import replace_bytes
from newsletter.folder.history import History, version_of
from newsletter.folder.inside import open_within
from newsletter.folder.sheet import Changed, Clash, SavedVersion, Sheet
from newsletter.folder.slug import is_safe
from newsletter.folder.text_files import MAX_BYTES, read_text
from newsletter.words.mistake import Missing, NotNow

_FILE = re.compile(r"(posts|issues)/([^/\\]+)\.md")


class SheetFiles:
    """The files in `posts/` and `issues/` of the newsletter in `directory`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._history = History(directory / "var" / "history")

    def read(self, file: str) -> Sheet:
        """Raises Missing for anything but a post or an issue of this folder, and Mistake for what is not text."""
        path = self._path(file)
        text = read_text(path, file, room=path.parent)
        return Sheet(file=file, text=text, version=version_of(text))

    def change(self, file: str, base: str, edit: Callable[[str], str], *, by: str, at: datetime) -> Changed:
        """Apply an edit that was made on version `base`, and keep what the file held before.

        Where the file changed since, in other lines, both changes stand. Raises Clash where they touch the same lines,
        NotNow for a base that is not known any more, Mistake where the result could not be read again; then the file is
        as it was.
        """
        path = self._path(file)
        with edit_lock(self._directory):
            now = self.read(file)
            mine = edit(now.text if now.version == base else self._base(file, base))
            new = mine if now.version == base else _merged(now, self._base(file, base), mine)
            if new != now.text:
                require_readable(file, new)
                # What stands there may have been written by another program: then this is its only copy.
                self._history.keep(file, now.text, by="", at=at)
                _replace(path, new)
                self._history.keep(file, new, by=by, at=at)
            if mine != new:
                self._history.keep_aside(file, mine)
        return Changed(sheet=Sheet(file=file, text=new, version=version_of(new)), mine=version_of(mine))

    def note(self, file: str, *, at: datetime) -> Sheet:
        """Read a file for editing: what it holds now is kept, so that later edits can be told from others' edits."""
        sheet = self.read(file)
        if all(saved.version != sheet.version for saved in self._history.versions(file)[:1]):
            with edit_lock(self._directory):
                self._history.keep(file, sheet.text, by="", at=at)
        return sheet

    def history(self, file: str) -> Sequence[SavedVersion]:
        """The versions that are kept, newest first."""
        self._path(file)
        return self._history.versions(file)

    def old_text(self, file: str, version: str) -> str:
        """Raises Missing where that version is not kept (any more)."""
        self._path(file)
        return self._history.text(file, version)

    def _base(self, file: str, base: str) -> str:
        try:
            return self._history.text(file, base)
        except Missing as missing:
            raise NotNow(
                f"{file} was changed elsewhere, and what you began with is not kept any more.",
                fix="Copy what you wrote, load the page again, and paste it.",
            ) from missing

    def _path(self, file: str) -> Path:
        match = _FILE.fullmatch(file)
        path = self._directory / file
        if match is None or not is_safe(match[2]) or not path.is_file():
            raise Missing(f"There is no file {file} that could be edited here.", fix="Load the page again.")
        return path


def _merged(now: Sheet, before: str, mine: str) -> str:
    merge = Merge3(_lines(before), _lines(mine), _lines(now.text))
    if any(region[0] == "conflict" for region in merge.merge_regions()):
        raise Clash(mine=mine, theirs=now)
    return "".join(merge.merge_lines())


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _replace(path: Path, text: str) -> None:
    """Rewrite a file in one step, with the line ends and the mark that it had."""
    with open_within(path, path.parent) as file:
        old = file.read(MAX_BYTES)
    data = text.replace("\n", "\r\n").encode() if b"\r\n" in old else text.encode()
    if old.startswith(b"\xef\xbb\xbf"):
        data = b"\xef\xbb\xbf" + data
    replace_bytes(path, data, mode=path.stat().st_mode & 0o777)
