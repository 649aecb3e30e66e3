"""Text files of a newsletter's folder: read as UTF-8 or refused with a sentence, written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from newsletter.folder.file_bytes import beside, replace_bytes
from newsletter.folder.inside import open_within, require_room
from newsletter.words.mistake import Mistake, NewsletterError, Place
from newsletter.words.plain import unix_lines

Read = TypeVar("Read")

# A post is a page or two of text; what is larger than this got into the folder by accident.
MAX_BYTES = 5_000_000
_FIXES = {
    errno.ELOOP: "Put the file itself in its place.",
    errno.EINVAL: "Take it out of this folder: pipes, devices and folders are never read.",
}


def read_text(path: Path, file: str, *, room: Path) -> str:
    """The text of a file with `\\n` at its line ends and no byte order mark.

    `file` is its name as the author would type it, `room` the folder that it must lie in. Raises Mistake where it is too
    large, not UTF-8, no file, or behind a link that leads out of the room.
    """
    try:
        with open_within(path, room) as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        fix = _FIXES.get(error.errno or 0, "Check its permissions.")
        raise Mistake(f"This file can't be read: {error.strerror}.", fix=fix, place=Place(file)) from error
    if len(data) > MAX_BYTES:
        raise Mistake(
            f"This file is larger than {MAX_BYTES // 1_000_000} MB, so it is hardly text.",
            fix="Move it out of this folder. Pictures belong in images/.",
            place=Place(file),
        )
    return unix_lines(_decoded(data, file))


def markdown_files(directory: Path) -> list[Path]:
    """The `.md` files of a folder by name; files that are hidden or still being written are not among them.

    Links are: reading one says where it leads. Raises Mistake where the folder itself is a link.
    """
    require_room(directory)
    paths = (
        path
        for path in directory.glob("*.md")
        if (path.is_file() or path.is_symlink()) and not path.name.startswith(".")
    )
    return sorted(paths, key=lambda path: path.stem)


def readable(paths: Iterable[Path], read: Callable[[Path], Read]) -> tuple[Sequence[Read], Sequence[NewsletterError]]:
    """What can be read of these files, and what is wrong with the others."""
    found, wrong = [], []
    for path in paths:
        try:
            found.append(read(path))
        except NewsletterError as error:
            wrong.append(error)
    return found, wrong


def make_room(directory: Path) -> Path:
    """The folder, made where it is missing (git keeps no empty ones)."""
    require_room(directory)
    with contextlib.suppress(FileExistsError):
        directory.mkdir()
        directory.chmod(0o755)
    return directory


def _decoded(data: bytes, file: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Mistake(
            "This file is not UTF-8, so its letters can't be told for certain.",
            fix="Open it in your editor and save it with the encoding UTF-8.",
            place=Place(file, data.count(b"\n", 0, error.start) + 1),
        ) from error
    if "\0" in text:
        raise Mistake(
            "This file holds null characters, so it is not text.",
            fix="Move it out of this folder, or write it again as text.",
            place=Place(file, text.count("\n", 0, text.index("\0")) + 1),
        )
    return text


def write_new(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a file that does not exist yet; nobody ever sees half of it.

    Raises FileExistsError where the name is taken, and Mistake where the text can't be written as UTF-8.
    """
    with beside(path, _encoded(text), mode=mode) as written:
        _name_it(written, path)


def _name_it(written: Path, path: Path) -> None:
    """Give the finished file its name; unlike a rename, a link fails where the name is taken."""
    try:
        os.link(written, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links: the name is taken first, empty, and filled by the rename.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        written.replace(path)


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Mistake(
            "The text holds half a character that no file can keep.",
            fix="Copy the text again from where it came from, or save that as UTF-8 first.",
        ) from error


def write_over(path: Path, text: str) -> None:
    """Write a file in place of what was there, in one step: nobody ever sees half of it."""
    replace_bytes(path, _encoded(text), mode=path.stat().st_mode & 0o777 if path.exists() else 0o644)


def toml_string(text: str) -> str:
    """A text as a string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else f"\\U{ord(char):08X}" for char in escaped) + '"'
