"""The whole newsletter as one file: a tar archive of its folder with the backup of its database, made and read in a stream."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from newsletter.words.mistake import Mistake

DATABASE = "backup.db"
# What is lost with the machine and nobody can make again: keys and passwords, by path in the folder.
SECRET_FILES = ("var/secrets.env", "var/erase.key", "var/dkim.pem", "var/calendar.key", "var/backup.key")
# Earlier versions of what was written. All else in var/ is made again, or belongs to this machine alone.
_KEPT_OF_VAR = "var/history"
_LEFT_OUT = frozenset({".git", ".venv", "node_modules", "__pycache__"})
_PIECE = 1 << 20
# How every SQLite file begins (its "Database File Format", 1.3).
_SQLITE = b"SQLite format 3\0"
_END = bytes(2 * tarfile.BLOCKSIZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack:
    """What came out of a whole copy: files that were written, and those that were there already and stay as they are."""

    written: tuple[str, ...]
    kept: tuple[str, ...]


def whole_copy(directory: Path, database: Path, *, with_secrets: bool) -> Iterator[bytes]:
    """The archive piece by piece. `database` is a file that `write_backup` wrote; links are not followed.

    Other databases in the folder stay out: a backup that somebody made there by hand may hold keys.
    """
    yield from _member(DATABASE, database)
    for name in _files(directory):
        yield from _member(name, directory / name)
    for name in SECRET_FILES if with_secrets else ():
        if (directory / name).is_file():
            yield from _member(name, directory / name)
    yield _END


def put_back(archive: IO[bytes], directory: Path, database: Path) -> PutBack:
    """Write the database's backup to `database`, and each file of the folder that is not there. `archive` can be sought in.

    Raises Mistake for a file of another kind or one that is cut off, and before anything is written to a name that leads
    elsewhere.
    """
    _check_end(archive)
    written, kept, found = [], [], False
    try:
        with tarfile.open(fileobj=archive, mode="r|") as members:
            for member in members:
                content = members.extractfile(member) if member.isreg() else None
                if content is None:
                    raise Mistake("This is no copy of a newsletter.", fix="Take a file that this program made.")
                if member.name == DATABASE:
                    found = _write(database, content) or found
                elif _write(_checked(directory, member.name), content):
                    written.append(member.name)
                else:
                    kept.append(member.name)
    except tarfile.TarError:
        raise Mistake("The backup is damaged, or its end is missing.", fix="Take another one.") from None
    if not found:
        raise Mistake("This copy has no database in it.", fix="Take another one.")
    return PutBack(written=tuple(written), kept=tuple(kept))


def _files(directory: Path) -> Iterator[str]:
    """Paths of the folder's own files below it, by name."""
    for room, folders, names in os.walk(directory):
        at = Path(room).relative_to(directory).as_posix()
        folders[:] = sorted(name for name in folders if _is_wanted(PurePosixPath(at) / name))
        if at == "var":
            continue
        for name in sorted(names):
            path = Path(room) / name
            if path.is_file() and not path.is_symlink() and not _is_database(path):
                yield path.relative_to(directory).as_posix()


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def _check_end(archive: IO[bytes]) -> None:
    """Python reads an archive that ends between two files as a whole one."""
    begins_at = archive.tell()
    size = archive.seek(0, os.SEEK_END)
    archive.seek(max(begins_at, size - len(_END)))
    end = archive.read()
    archive.seek(begins_at)
    if end != _END:
        raise Mistake("The backup is damaged, or its end is missing.", fix="Take another one.")


def _is_wanted(folder: PurePosixPath) -> bool:
    if folder.name in _LEFT_OUT:
        return False
    path = folder.as_posix()
    return path == "var" or not path.startswith("var/") or path == _KEPT_OF_VAR or path.startswith(f"{_KEPT_OF_VAR}/")


def _member(name: str, path: Path) -> Iterator[bytes]:
    """A header and what is in the file now; one that grows or shrinks meanwhile has the length that it began with."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        about = os.fstat(file.fileno())
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = about.st_size, int(about.st_mtime), 0o600
        yield info.tobuf(tarfile.PAX_FORMAT, errors="surrogateescape")
        left = info.size
        while left:
            piece = file.read(min(left, _PIECE)) or bytes(min(left, _PIECE))
            left -= len(piece)
            yield piece
        yield bytes(-info.size % tarfile.BLOCKSIZE)


def _checked(directory: Path, name: str) -> Path:
    """Where a file goes. Raises Mistake for a name, or a link in its way, that leads out of the folder."""
    path = PurePosixPath(name)
    is_inside = not path.is_absolute() and ".." not in path.parts and not _LEFT_OUT & set(path.parts)
    is_ours = path.parts[:1] != ("var",) or name in SECRET_FILES or name.startswith(f"{_KEPT_OF_VAR}/")
    if not is_inside or not is_ours or not (directory / path).parent.resolve().is_relative_to(directory.resolve()):
        raise Mistake(f"This copy would write to {name}.", fix="Take a file that this program made.")
    return directory / path


def _write(path: Path, content: IO[bytes]) -> bool:
    """Whether it was written: what is there stays as it is. Closed to others where it may be secret."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = 0o600 if "var" in path.parts or path.name == DATABASE else 0o644
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    except FileExistsError:
        return False
    with os.fdopen(handle, "wb") as file:
        _pour(iter(lambda: content.read(_PIECE), b""), file)
    return True


def _pour(chunks: Iterable[bytes], file: IO[bytes]) -> None:
    for chunk in chunks:
        file.write(chunk)
    file.flush()
    os.fsync(file.fileno())
