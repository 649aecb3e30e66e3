"""Pictures of the newsletter's folder, made ready for mail: turned upright, not too wide, and without where they were taken."""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
import warnings
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from newsletter.folder.animation import animation
from newsletter.folder.inside import is_within, open_within, real_room
from newsletter.folder.text_files import room as make_room
from newsletter.words.mistake import Missing, Mistake, NewsletterError, Place
from newsletter.words.picture_path import spellings

if TYPE_CHECKING:
    from PIL import Image

ROOM = "images"
READY = "var/images"
# Twice the widest column, for the screens with two pixels to a point.
WIDEST = 1280
_TALLEST = 4 * WIDEST
# A phone's photograph has 12 to 50 million; far more is a bomb or a poster.
_MOST_PIXELS = 120_000_000
_MOST_BYTES = 40_000_000
# Part of every name: a change here gives new names, and what went out keeps its old ones.
_RECIPE = b"newsletter picture 2\0"
_NAME = re.compile(r"[0-9a-f]{32}\.(?:jpg|png|gif)")
_ENDINGS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "", "BMP": "png", "TIFF": ""}
# Mail programs show moving pictures as GIF only. The frames of a TIFF are pages.
_MOVING = frozenset({"GIF", "PNG", "WEBP"})
_FORMATS = {"jpg": "JPEG", "png": "PNG", "gif": "GIF"}


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """The pictures of the newsletter in `directory`. Implements the port Images.

    What is ready lies in `var/images/DIGEST.ext`, named by the digest of the file it was made of: the same file has the
    same address on every machine, and a changed file a new one, so that what went out never changes.
    """

    directory: Path

    def publish(self, src: str, place: Place | None = None) -> str:
        """Make the picture `images/...` ready and return its name, `DIGEST.ext`. `place` is where it is asked for.

        Raises Missing where there is no such file, and Mistake for one that is no picture that mail can show.
        """
        path = self._path(src, place)
        try:
            data = _read(path, self.directory / ROOM)
        except OSError as error:
            raise Mistake(
                f"{src} can't be read: {error.strerror}.", fix="Check its permissions.", place=place
            ) from error
        return _publish(self.directory / READY, data, src, place)

    def add(self, name: str, data: bytes) -> str:
        """Put a picture into `images/` under a name like the one it had; its path there, such as `images/ferry.png`.

        What is there is never overwritten; the same picture again keeps the name it has. Raises Mistake for what is no
        picture that mail can show; then nothing is kept.
        """
        stem = re.sub(r"[^a-z0-9]+", "-", Path(name).stem.lower()).strip("-")[:60] or "picture"
        ending, _ = _made(data[: _MOST_BYTES + 1], name, None)
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
        """The file of a published name. Raises Missing for any other.

        On a machine that has only the folder it is made again, so that an address once mailed works for ever.
        """
        if _NAME.fullmatch(name) is None:
            raise Missing("There is no such picture.")
        path = self.directory / READY / name
        if not path.is_file():
            _publish_all(self, _signature(self.directory / ROOM))
        # We never make links there; one that came with the folder would put any file of this machine on the web.
        if not path.is_file() or not is_within(path, path.parent):
            raise Missing("There is no such picture.", fix="Was its file removed from images/?")
        return path

    def width(self, name: str) -> int:
        """How wide a published picture is, in its own pixels. Raises Missing."""
        return _width(self.find(name))

    def _path(self, src: str, place: Place | None) -> Path:
        room = real_room(self.directory / ROOM)
        found = ((self.directory / name).resolve() for name in spellings(src) if "\0" not in name)
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


def _publish(ready: Path, data: bytes, src: str, place: Place | None) -> str:
    stem = hashlib.sha256(_RECIPE + data).hexdigest()[:32]
    for ending in _FORMATS:
        if (ready / f"{stem}.{ending}").is_file():
            return f"{stem}.{ending}"
    ending, made = _made(data, src, place)
    ready.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".new-", dir=ready)
    with os.fdopen(handle, "wb") as file:
        file.write(made)
    Path(temporary).replace(ready / f"{stem}.{ending}")
    return f"{stem}.{ending}"


def _made(data: bytes, src: str, place: Place | None) -> tuple[str, bytes]:
    """The ending and the bytes of a picture for mail. Nothing but the pixels and their colours is kept of it."""
    from PIL import Image, UnidentifiedImageError

    if len(data) > _MOST_BYTES:
        raise Mistake(
            f"{src} is larger than {_MOST_BYTES // 1_000_000} MB.", fix="Save a smaller copy of it.", place=place
        )
    try:
        with warnings.catch_warnings():
            # A picture of very many pixels is refused below; Pillow only warns of it.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as picture:
                return _converted(picture, src, place)
    except Image.DecompressionBombError as error:
        raise _too_many(src, place) from error
    except UnidentifiedImageError as error:
        raise Mistake(
            f"{src} is not a picture that mail can show.", fix="Save it as JPEG, PNG or GIF.", place=place
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Mistake(
            f"{src} is damaged: it can't be read to its end.", fix="Save it again as JPEG or PNG.", place=place
        ) from error


def _converted(picture: Image.Image, src: str, place: Place | None) -> tuple[str, bytes]:
    from PIL import ImageOps

    if picture.width * picture.height > _MOST_PIXELS:
        raise _too_many(src, place)
    if picture.format not in _ENDINGS:
        raise Mistake(
            f"{src} is {picture.format}, which mail programs do not show.", fix="Save it as JPEG or PNG.", place=place
        )
    if getattr(picture, "is_animated", False) and picture.format in _MOVING:
        return "gif", animation(picture, src, place)
    profile = picture.info.get("icc_profile")
    upright = ImageOps.exif_transpose(_in_eight_bits(picture))
    has_alpha = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    ending = _ENDINGS[picture.format] or ("png" if has_alpha else "jpg")
    if ending == "gif":
        ending = "png"
    return ending, _saved(upright, ending, has_alpha=has_alpha, profile=profile)


def _saved(picture: Image.Image, ending: str, *, has_alpha: bool, profile: bytes | None) -> bytes:
    is_cmyk = picture.mode == "CMYK"
    mode = "RGB" if ending == "jpg" or not has_alpha else "RGBA"
    # A drawing with few colours stays small as long as nothing has to be mixed between them.
    is_plain = not has_alpha and (picture.mode in {"L", "1"} or (picture.mode == "P" and picture.width <= WIDEST))
    made = picture.copy() if is_plain and ending == "png" else picture.convert(mode)
    made.thumbnail((WIDEST, _TALLEST))
    # Whatever the file said about itself stays behind: position, camera, thumbnail, comments.
    made.info = {}
    out = io.BytesIO()
    options: dict[str, object] = {} if is_cmyk or profile is None else {"icc_profile": profile}
    if ending == "jpg":
        options |= {"quality": 85, "optimize": True, "progressive": True}
    else:
        options |= {"optimize": True}
    made.save(out, _FORMATS[ending], **options)
    return out.getvalue()


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    """Grays of 16 or 32 bits on the scale of 8: converted as it is, whatever is above 255 would be white."""
    if picture.mode.startswith("I;16"):
        wide = picture.convert("I")
        return wide.point(lambda gray: gray * (1 / 257)).convert("L")
    if picture.mode in {"I", "F"}:
        wide = picture.convert("F")
        lowest, highest = (float(str(edge)) for edge in wide.getextrema())
        scale = 255 / (highest - lowest or 1)
        return wide.point(lambda gray: gray * scale - lowest * scale).convert("L")
    return picture


def _too_many(src: str, place: Place | None) -> Mistake:
    return Mistake(
        f"{src} has more than {_MOST_PIXELS // 1_000_000} million pixels.", fix="Save a smaller copy.", place=place
    )


@lru_cache(maxsize=1024)
def _width(path: Path) -> int:
    """A name stands for its bytes for ever, so that one look is enough."""
    from PIL import Image

    with Image.open(path) as picture:
        return picture.width


_Signature = tuple[tuple[str, int, int], ...]


def _signature(room: Path) -> _Signature:
    """What tells whether the room changed since it was last looked through."""
    if not room.is_dir() or room.is_symlink():
        return ()
    files = [path for path in sorted(room.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    return tuple(
        (path.relative_to(room.parent).as_posix(), path.stat().st_mtime_ns, path.stat().st_size) for path in files
    )


@lru_cache(maxsize=16)
def _publish_all(folder: ImageFolder, signature: _Signature) -> None:
    """Once for each state of the folder: anybody may ask for names that there never were."""
    for src, _, _ in signature:
        try:
            folder.publish(src)
        except NewsletterError:
            continue
