"""The files of an export, read where they lie: in archives, in an unpacked folder, or named one by one."""

from __future__ import annotations

import re
import tempfile
import zipfile
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from io import StringIO
from itertools import count
from pathlib import Path, PurePosixPath
from typing import TextIO

from newsletter.collect.charset import decoded_page
from newsletter.imports.files.archives import MOST_IN_NEWSLETTER, safe_members, troubles
from newsletter.words.mistake import Missing, Mistake

# A Ghost export keeps every issue, with all its versions, in one file.
_LARGEST_TEXT = 400_000_000
LARGEST_PAGE = 5_000_000
LARGEST_PICTURE = 40_000_000
_AT_ONCE = 1_000_000
# How the folders begin in which files of our own lie while an export is read.
MADE = "newsletter-move-in-"
_OF_ISSUES = frozenset({"posts", "emails", "campaigns"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file of an export. `name` is its path inside, with slashes; `path` the archive, or the file itself.

    `packed` is its name in the archive, None for a file that lies on the disk; `by_itself` where just that was named.
    """

    name: str
    path: Path
    size: int
    packed: str | None = None
    by_itself: bool = False

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem

    @property
    def title(self) -> str:
        """What messages call it."""
        return f"{self.path}: {self.name}" if self.packed is not None else str(self.path)


class ExportFiles:
    """What was named, as one set of files. Nothing is ever unpacked, so no name in an archive can lead anywhere.

    `room` is where files of our own lie.
    """

    def __init__(
        self, paths: Sequence[Path], members: Sequence[Member], archives: dict[Path, zipfile.ZipFile], room: Path
    ) -> None:
        self.named = ", ".join(str(path) for path in paths)
        self.members = list(members)
        self.room, self._archives = room, archives

    def make(self, name: str, parts: Iterable[bytes]) -> Member:
        """A file of our own, made of some of theirs: a table with what their names tell, a picture out of a mail.

        It lies in the folder that the export was opened with, and is found among the files from then on.
        """
        plain = PurePosixPath(name).name or "file"
        names = (plain if not number else f"{number}-{plain}" for number in count())
        path = next(path for path in (self.room / one for one in names) if not path.exists())
        with path.open("wb") as file:
            file.writelines(parts)
        made = Member(name=path.name, path=path, size=path.stat().st_size, by_itself=True)
        self.members.append(made)
        return made

    def matching(self, pattern: str) -> list[Member]:
        """The files whose path inside fits all of a pattern, whatever the case of its letters."""
        return [one for one in self.members if re.fullmatch(pattern, one.name, re.IGNORECASE)]

    def find(self, pattern: str) -> Member | None:
        """The one that lies least deep."""
        found = self.matching(f"(?:.*/)?(?:{pattern})")
        return min(found, key=lambda one: (one.name.count("/"), one.name)) if found else None

    def with_people(self, pattern: str) -> list[Member]:
        """The tables of readers: those whose name says so, and those that were named by themselves."""
        by_name = self.matching(f"(?:.*/)?(?:{pattern})")
        others = [one for one in self.matching(r".+\.csv") if one.by_itself and one not in by_name]
        return by_name + [one for one in others if one.stem.lower() not in _OF_ISSUES]

    def data(self, member: Member, *, most: int) -> bytes:
        """Raises Mistake where it has more than `most` bytes, or can't be read."""
        _refuse_larger(member, most)
        with troubles(member.path):
            if member.packed is None:
                return member.path.read_bytes()
            return self._archives[member.path].read(member.packed)

    def on_disk(self, member: Member, *, most: int) -> Path:
        """A file for programs that read files; one that is packed is written down first. Raises as `data` does."""
        _refuse_larger(member, most)
        return member.path if member.packed is None else self.make(member.name, self._unpacked(member)).path

    def _unpacked(self, member: Member) -> Iterator[bytes]:
        with troubles(member.path), self._archives[member.path].open(str(member.packed)) as packed:
            yield from iter(partial(packed.read, _AT_ONCE), b"")

    @contextmanager
    def lines(self, member: Member) -> Iterator[TextIO]:
        """Its text as a file that is read by and by: a table may hold a million people. Raises as `data` does."""
        path = self.on_disk(member, most=_LARGEST_TEXT)
        if _is_utf8(path):
            with path.open(encoding="utf-8-sig", newline="") as text:
                yield text
        else:
            yield StringIO(self.text(member).removeprefix("\ufeff"), newline="")

    def text(self, member: Member, *, most: int = _LARGEST_TEXT) -> str:
        return decoded_page(self.data(member, most=most), name=member.title)


@contextmanager
def open_export(paths: Sequence[Path], room: Path | None = None) -> Iterator[ExportFiles]:
    """Look into everything that was named. Raises Missing or Mistake for what can't be read or would fill a disk.

    Files of our own are made in `room`, which its owner clears; without one in a folder that is gone at the end of the block.
    """
    archives: dict[Path, zipfile.ZipFile] = {}
    members: list[Member] = []
    with ExitStack() as stack:
        room = room or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=MADE)))
        for path in paths:
            if path.is_dir():
                members += _in_folder(path)
            elif not path.is_file():
                raise Missing(f"There is no file or folder {path}.", fix="Check the name.")
            elif _is_archive(path):
                with troubles(path):
                    archives[path] = stack.enter_context(zipfile.ZipFile(path))
                    members += _in_archive(path, archives[path])
            else:
                members.append(Member(name=path.name, path=path, size=path.stat().st_size, by_itself=True))
        yield ExportFiles(paths, members, archives, room)


def _refuse_larger(member: Member, most: int) -> None:
    if member.size > most:
        raise Mistake(
            f"{member.title} has {member.size / 1e6:,.0f} MB.", fix=f"Files of this kind have {most / 1e6:,.0f} MB."
        )


def _is_utf8(path: Path) -> bool:
    decoder = getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            for part in iter(partial(file.read, _AT_ONCE), b""):
                decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_archive(path: Path) -> bool:
    with troubles(path), path.open("rb") as file:
        return file.read(2) == b"PK"


def _in_archive(path: Path, archive: zipfile.ZipFile) -> list[Member]:
    return [
        Member(name=name, path=path, size=one.file_size, packed=one.filename)
        for one in safe_members(path, archive, most=MOST_IN_NEWSLETTER)
        if _is_ours(name := one.filename.replace("\\", "/"))
    ]


def _in_folder(folder: Path) -> list[Member]:
    """The files below a folder; a file that lies outside, behind a link, does not belong to the export."""
    root, found = folder.resolve(), []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if _is_ours(name) and path.is_file() and path.resolve().is_relative_to(root):
            found.append(Member(name=name, path=path, size=path.stat().st_size))
    return found


def _is_ours(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" not in parts and not any(part.startswith(".") for part in parts)
