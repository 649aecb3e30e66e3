"""Makes one picture ready for mail: turned upright, not too wide, and without where it was taken. Runs in a child process."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.folder.pictures.animation import animation
from newsletter.words.mistake import Mistake
from newsletter.words.picture.focus import SHAPE, Focus

if TYPE_CHECKING:
    from PIL import Image

# Twice the widest column, for the screens with two pixels to a point.
WIDEST = 1280
_TALLEST = 4 * WIDEST
# A phone's photograph has 12 to 50 million, and comes as JPEG, which can be read at a part of its size; far more is a
# bomb or a poster. All others are held whole, at up to four bytes a pixel.
_MOST_PIXELS = {"JPEG": 120_000_000, "MPO": 120_000_000}
_MOST_PIXELS_HELD = 50_000_000
_KINDS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "", "BMP": "png", "TIFF": ""}
# Mail programs show animated pictures as GIF only. The frames of a TIFF are pages.
_ANIMATED = frozenset({"GIF", "PNG", "WEBP"})
_FORMATS = {"jpg": "JPEG", "png": "PNG", "gif": "GIF"}
ENDINGS = tuple(_FORMATS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The bytes of a picture that mail programs show, and its ending, such as `png`."""

    ending: str
    data: bytes


def make_picture(data: bytes, *, src: str, crop: Sequence[int] | None = None) -> Made:
    """A picture for mail. Nothing but the pixels and their colours is kept of it. Raises Mistake, which names it `src`.

    `crop` is the focus that it is cropped around, in percent from the left and from the top.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # A picture of very many pixels is refused below; Pillow only warns of it.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as picture:
                return _converted(picture, src, Focus(across=crop[0], down=crop[1]) if crop else None)
    except Image.DecompressionBombError as error:
        raise _too_many(src, _MOST_PIXELS_HELD) from error
    except UnidentifiedImageError as error:
        raise Mistake(f"{src} is not a picture that mail can show.", fix="Save it as JPEG, PNG or GIF.") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        if "out of memory" in str(error):  # as Pillow's decoders say it
            raise MemoryError from error
        raise Mistake(f"{src} is damaged: it can't be read to its end.", fix="Save it again as JPEG or PNG.") from error


def _converted(picture: Image.Image, src: str, focus: Focus | None) -> Made:
    from PIL import ImageOps

    most = _MOST_PIXELS.get(str(picture.format), _MOST_PIXELS_HELD)
    is_animated = getattr(picture, "is_animated", False) and picture.format in _ANIMATED
    # An animated one has bounds of its own, for all its frames together.
    if picture.width * picture.height > most and not is_animated:
        raise _too_many(src, most)
    if picture.format not in _KINDS:
        raise Mistake(f"{src} is {picture.format}, which mail programs do not show.", fix="Save it as JPEG or PNG.")
    if is_animated:
        return Made(ending="gif", data=animation(picture, src, focus))
    profile, kind = picture.info.get("icc_profile"), _KINDS[str(picture.format)]
    _read_smaller(picture, focus)
    upright = _in_eight_bits(picture)
    # In place: each copy of a large photograph is hundreds of megabytes.
    ImageOps.exif_transpose(upright, in_place=True)
    has_alpha = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    ending = kind or ("png" if has_alpha else "jpg")
    if ending == "gif":
        ending = "png"
    return Made(ending=ending, data=_saved(upright, ending, focus=focus, has_alpha=has_alpha, profile=profile))


def _read_smaller(picture: Image.Image, focus: Focus | None) -> None:
    """Let a JPEG be decoded at a half, a quarter or an eighth, no smaller than twice what is made of it, however it is turned."""
    wide, high = picture.size
    if focus:
        shrink = 2 * max(WIDEST / focus.frame(*size)[2] for size in ((wide, high), (high, wide)))
    else:
        shrink = 2 * max(min(WIDEST / wide, _TALLEST / high), min(WIDEST / high, _TALLEST / wide))
    if shrink < 1:
        picture.draft(None, (int(wide * shrink), int(high * shrink)))


def _saved(picture: Image.Image, ending: str, *, focus: Focus | None, has_alpha: bool, profile: bytes | None) -> bytes:
    is_cmyk = picture.mode == "CMYK"
    mode = "RGB" if ending == "jpg" or not has_alpha else "RGBA"
    # A drawing with few colours stays small as long as nothing has to be mixed between them.
    is_plain = not has_alpha and (picture.mode in {"L", "1"} or (picture.mode == "P" and picture.width <= WIDEST))
    is_as_wanted = picture.mode == mode and "transparency" not in picture.info
    made = picture if is_as_wanted or (is_plain and ending == "png") else picture.convert(mode)
    if focus:
        made = _cropped(made, focus)
    else:
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


def _cropped(picture: Image.Image, focus: Focus) -> Image.Image:
    """The frame around the focus. The picture is made smaller first, in place: a copy of a large one is hundreds of megabytes."""
    is_full_width = focus.frame(*picture.size)[2] == picture.width
    picture.thumbnail((WIDEST, picture.height) if is_full_width else (picture.width, WIDEST * SHAPE[1] // SHAPE[0]))
    left, top, width, height = focus.frame(*picture.size)
    return picture.crop((left, top, left + width, top + height))


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


def _too_many(src: str, most: int) -> Mistake:
    return Mistake(f"{src} has more than {most // 1_000_000} million pixels.", fix="Save a smaller copy, or a JPEG.")
