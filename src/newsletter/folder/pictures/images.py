"""Pictures of the newsletter's folder, made ready for mail: turned upright, not too wide, and without where they were taken."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from pathlib import Path
from urllib.parse import unquote

from newsletter.apart import Bounds, call
from newsletter.folder.file_bytes import replace_bytes
from newsletter.folder.inside import is_within, open_within, real_room
from newsletter.folder.pictures.picture import ENDINGS, Made
from newsletter.folder.text_files import make_room
from newsletter.words.mistake import Missing, Mistake, NewsletterError, Place
from newsletter.words.picture.focus import SHAPE, Focus
from newsletter.words.post import picture_paths

ROOM = "images"
READY = "var/images"
_MOST_BYTES = 40_000_000
_BOUNDS = Bounds(seconds=15, megabytes=500)
# Part of every name: a change here gives new names, and what went out keeps its old ones.
_RECIPE = b"newsletter picture 2\0"
_NAME = re.compile(r"[0-9a-f]{32}\.(?:jpg|png|gif)")


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """The pictures of the newsletter in `directory`.

    What is ready lies in `var/images/DIGEST.ext`, named by the digest of the file it was made of and of how it is cropped:
    the same file has the same address on every machine, and a changed file or another focus a new one, so that what
    went out never changes.

    Where machines do not share the folder, the file of what is published is given to `keep`, and `fetch` gives
    what another machine has kept under a name.
    """

    directory: Path
    keep: Callable[[Path], object] | None = None
    fetch: Callable[[str], bytes | None] | None = None

    def publish(self, src: str, place: Place | None = None, *, focus: Focus | None = None) -> str:
        """Make the picture `images/...` ready and return its name, `DIGEST.ext`. `place` is where it is asked for.

        With a `focus` it is cropped around that. From then on every machine answers for it.

        Raises Missing where there is no such file, and Mistake for one that is no picture that mail can show.
        """
        name = self._make(src, place, focus)
        if self.keep:
            self.keep(self.directory / READY / name)
        return name

    def add(self, name: str, data: bytes) -> str:
        """Put a picture into `images/` under a name like the one it had; its path there, such as `images/ferry.png`.

        What is there is never overwritten; the same picture again keeps the name it has. Raises Mistake for anything
        that mail can't show; then nothing is kept.
        """
        stem = re.sub(r"[^a-z0-9]+", "-", Path(name).stem.lower()).strip("-")[:60] or "picture"
        ending = _made(data[: _MOST_BYTES + 1], name, None).ending
        room = make_room(self.directory / ROOM)
        for number in count(1):
            path = room / (f"{stem}.{ending}" if number == 1 else f"{stem}-{number}.{ending}")
            try:
                with path.open("xb") as file:
                    file.write(data)
                    os.fchmod(file.fileno(), 0o644)
                return f"{ROOM}/{path.name}"
            except FileExistsError:
                if _holds(path, room, data):
                    return f"{ROOM}/{path.name}"
        raise AssertionError("there is always a next free name")

    def find(self, name: str) -> Path:
        """The file of a published name. Raises Missing for any other, and makes nothing: anybody may ask."""
        if _NAME.fullmatch(name) is None:
            raise Missing("There is no such picture.")
        path = self.directory / READY / name
        if not path.exists() and self.fetch and (data := self.fetch(name)):
            _put(path, data)
        # We never make links there; one that came with the folder would put any file of this machine on the web.
        if not path.is_file() or not is_within(path, path.parent):
            raise Missing("There is no such picture.", fix="Was its file removed from images/?")
        return path

    def find_ready(self, src: str) -> str | None:
        """The name of `images/...` as `publish` gives it, where it is ready; None elsewhere. Makes nothing."""
        try:
            data = _read(self._path(src, None), self.directory / ROOM)
        except (NewsletterError, OSError):
            return None
        return _ready_name(self.directory / READY, _stem(data, None))

    def make_ready(self, go_on: Callable[[], bool] = lambda: True, *, crops: Iterable[tuple[str, Focus]] = ()) -> None:
        """Make every picture of the folder ready, whole and as `crops` say, as long as `go_on`.

        The next call takes up what is left.

        So an address that was mailed keeps working, also on a machine that has only the folder.
        """
        entries = _entries(self.directory / ROOM)
        wanted: list[_Wanted] = [(entry, None) for entry in entries]
        wanted += _cropped({entry[0]: entry for entry in entries}, crops)
        tried = _TRIED.setdefault(self.directory, set())
        tried &= set(wanted)
        for entry, focus in wanted:
            if (entry, focus) in tried:
                continue
            if not go_on():
                return
            tried.add((entry, focus))
            with suppress(NewsletterError):
                self._make(entry[0], None, focus)

    def width(self, name: str) -> int:
        """How wide a published picture is, in its own pixels. Raises Missing."""
        return self.size(name)[0]

    def size(self, name: str) -> tuple[int, int]:
        """Width and height of a published picture, in its own pixels. Raises Missing."""
        return _size(self.find(name))

    def _make(self, src: str, place: Place | None, focus: Focus | None) -> str:
        path = self._path(src, place)
        try:
            data = _read(path, self.directory / ROOM)
        except OSError as error:
            raise Mistake(
                f"{src} can't be read: {error.strerror}.", fix="Check its permissions.", place=place
            ) from error
        return _made_ready(self.directory / READY, data, src, place, focus)

    def _path(self, src: str, place: Place | None) -> Path:
        room = real_room(self.directory / ROOM)
        found = ((self.directory / name).resolve() for name in picture_paths(src) if "\0" not in name)
        paths = [path for path in found if path.is_relative_to(room)]
        # A link that leads out of the folder could put any picture of this machine on the web.
        if not src.startswith(f"{ROOM}/") or not paths:
            raise Mistake(f"{src} is not in {ROOM}/.", fix=f"Copy the picture into {ROOM}/.", place=place)
        path = next((path for path in paths if path.is_file()), None)
        if path is None:
            there = (
                sorted(one.name for one in room.iterdir() if not one.name.startswith("."))
                if room.is_dir() and not room.is_symlink()
                else []
            )
            fix = f"There are: {', '.join(there[:8])}." if there else f"Put it into {ROOM}/."
            raise Missing(f"There is no picture {unquote(src)}.", fix=fix, place=place)
        return path


def _read(path: Path, room: Path) -> bytes:
    with open_within(path, room) as file:
        return file.read(_MOST_BYTES + 1)


def _holds(path: Path, room: Path, data: bytes) -> bool:
    try:
        return _read(path, room) == data
    except OSError:
        return False


def _made_ready(ready: Path, data: bytes, src: str, place: Place | None, focus: Focus | None) -> str:
    stem = _stem(data, focus)
    name = _ready_name(ready, stem)
    if name is not None:
        return name
    made = _made(data, src, place, focus)
    name = f"{stem}.{made.ending}"
    _put(ready / name, made.data)
    return name


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_bytes(path, data, mode=0o600)


def _stem(data: bytes, focus: Focus | None) -> str:
    crop = f"{SHAPE[0]}:{SHAPE[1]} around {focus}\0".encode() if focus else b""
    return hashlib.sha256(_RECIPE + crop + data).hexdigest()[:32]


def _ready_name(ready: Path, stem: str) -> str | None:
    names = (f"{stem}.{ending}" for ending in ENDINGS)
    return next((name for name in names if (ready / name).is_file()), None)


def _made(data: bytes, src: str, place: Place | None, focus: Focus | None = None) -> Made:
    """A picture for mail, made in a child process: few bytes can hold what takes gigabytes, and minutes, to decode."""
    if len(data) > _MOST_BYTES:
        raise Mistake(
            f"{src} is larger than {_MOST_BYTES // 1_000_000} MB.", fix="Save a smaller copy of it.", place=place
        )
    task, fix = "newsletter.folder.pictures.picture:make_picture", "Save a smaller copy of it."
    crop = [focus.across, focus.down] if focus else None
    try:
        return call(task, data, returns=Made, what=src, fix=fix, bounds=_BOUNDS, src=src, crop=crop)
    except NewsletterError as error:
        error.place = place
        raise


@lru_cache(maxsize=1024)
def _size(path: Path) -> tuple[int, int]:
    """A name always stands for the same bytes, so that one look is enough."""
    from PIL import Image

    with Image.open(path) as picture:
        return picture.size


_Entry = tuple[str, int, int]
_Wanted = tuple[_Entry, Focus | None]
# What was tried in this process, by folder: what can't be made is not tried again until its file changes.
_TRIED: dict[Path, set[_Wanted]] = {}


def _entries(room: Path) -> list[_Entry]:
    """The pictures of the room, each with what tells whether it changed: its time in nanoseconds and its size."""
    if not room.is_dir() or room.is_symlink():
        return []
    files = [path for path in sorted(room.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    return [(path.relative_to(room.parent).as_posix(), path.stat().st_mtime_ns, path.stat().st_size) for path in files]


def _cropped(entries: dict[str, _Entry], crops: Iterable[tuple[str, Focus]]) -> list[_Wanted]:
    """Those of the crops whose picture is there."""
    found = ((next((path for path in picture_paths(src) if path in entries), None), focus) for src, focus in crops)
    return [(entries[path], focus) for path, focus in found if path is not None]
