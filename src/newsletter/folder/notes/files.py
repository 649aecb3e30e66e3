"""The files of notes: `notes/posts/<slug>.jsonl` beside `posts/<slug>.md`, and the same for issues."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from newsletter.folder.edit import edit_lock
from newsletter.folder.file_bytes import replace_bytes
from newsletter.folder.history import version_of
from newsletter.folder.notes.entry import NoteEntry, entry_of
from newsletter.folder.slug import is_safe
from newsletter.folder.text_files import make_room, read_text, write_new
from newsletter.words.mistake import Missing, Mistake

_FILE = re.compile(r"(posts|issues)/([^/\\]+)\.md")
# Years of talk about one post; more came from a program.
_LARGEST = 2_000_000
# So that git itself, too, keeps the lines of both sides.
_ATTRIBUTES = "*.jsonl merge=union\n"


class NoteFiles:
    """What was noted about the posts and issues of the newsletter in `directory`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def entries(self, file: str) -> Sequence[NoteEntry]:
        """All entries about `posts/<slug>.md` or `issues/<number>.md`, oldest first."""
        found = {one.id: one for one in map(entry_of, self._text(file).split("\n")) if one}
        return sorted(found.values(), key=lambda one: (one.at, one.id))

    def version(self, file: str) -> str:
        """The same exactly while nothing is added."""
        return version_of(self._text(file))

    def add(self, file: str, entry: NoteEntry) -> bool:
        """Append an entry, in one step. False where one with its id is there: a form that was sent twice is heard once."""
        path = self._path(file)
        with edit_lock(self._directory):
            text = self._text(file)
            if any(one and one.id == entry.id for one in map(entry_of, text.split("\n"))):
                return False
            end = "" if not text or text.endswith("\n") else "\n"
            data = f"{text}{end}{entry.line()}".encode()
            if len(data) > _LARGEST:
                raise Mistake("There is no room for more notes here.", fix="Take old ones out of the file of notes.")
            room = make_room(self._directory / "notes")
            with suppress(FileExistsError):
                write_new(room / ".gitattributes", _ATTRIBUTES)
            make_room(path.parent)
            replace_bytes(path, data)
        return True

    def files_of(self, file: str) -> Sequence[str]:
        """What `add` may have written, as it is named in the folder: the file of notes, and what tells git how to merge it."""
        return [str(self._path(file).relative_to(self._directory)), "notes/.gitattributes"]

    def _text(self, file: str) -> str:
        path = self._path(file)
        if not path.exists() and not path.is_symlink():
            return ""
        return read_text(path, self.files_of(file)[0], room=self._directory / "notes")

    def _path(self, file: str) -> Path:
        match = _FILE.fullmatch(file)
        if match is None or not is_safe(match[2]):
            raise Missing(f"There is no file {file} that notes could be about.", fix="Load the page again.")
        return self._directory / "notes" / match[1] / f"{match[2]}.jsonl"
