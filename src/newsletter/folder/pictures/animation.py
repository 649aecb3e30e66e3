"""An animated picture as the GIF that mail programs show, whatever its format: each frame with its time, small enough to make."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from newsletter.words.mistake import Mistake
from newsletter.words.picture.focus import Focus

if TYPE_CHECKING:
    from PIL import Image

_WIDEST = 1280
_TALLEST = 4 * _WIDEST
# What is held in memory while it is written: one byte a pixel, all frames together.
_ROOM = 20_000_000
# What is read: a few kilobytes can hold hundreds of frames of any size.
_MOST_PIXELS = 200_000_000
_MOST_FRAMES = 600
# GIF counts in hundredths, and programs slow down what is shorter than two of them.
_SHORTEST_MS = 20


def animation(picture: Image.Image, src: str, focus: Focus | None = None) -> bytes:
    """Each frame cropped around the `focus`, where there is one. Comments and descriptions in the file stay behind. Raises Mistake for more frames or pixels than can be taken."""
    frames = getattr(picture, "n_frames", 1)
    # A PNG may hold a still picture for programs that can't show the animation; it is not one of its frames.
    first = 1 if picture.info.get("default_image") and frames > 1 else 0
    n_pixels = picture.width * picture.height * frames
    if frames > _MOST_FRAMES or n_pixels > _MOST_PIXELS:
        raise Mistake(
            f"{src} moves through {frames} frames of {picture.width} by {picture.height} pixels, which is more than can be made ready.",
            fix="Save fewer frames, or smaller ones.",
        )
    durations = [0] * (frames - first)
    left, top, width, height = focus.frame(*picture.size) if focus else (0, 0, *picture.size)
    part = (left, top, left + width, top + height)
    pictures = _frames(picture, range(first, frames), part, _box(width, height, frames), durations)
    images = list(pictures)
    out = io.BytesIO()
    loop = picture.info.get("loop", None if picture.format == "GIF" else 0)
    images[0].save(
        out,
        "GIF",
        save_all=True,
        append_images=images[1:],
        duration=durations,
        disposal=2,
        **({} if loop is None else {"loop": loop}),
    )
    return out.getvalue()


def _box(width: int, height: int, frames: int) -> tuple[int, int]:
    """How large each frame may be so that all of them find room."""
    shrink = min(1.0, (_ROOM / (width * height * frames)) ** 0.5)
    return max(1, min(_WIDEST, int(width * shrink))), max(1, min(_TALLEST, int(height * shrink)))


def _frames(
    picture: Image.Image, numbers: range, part: tuple[int, int, int, int], box: tuple[int, int], durations: list[int]
) -> Iterator[Image.Image]:
    """This part of each frame, with a palette of its own; their times are written into `durations`."""
    from PIL import Image

    for place, number in enumerate(numbers):
        picture.seek(number)
        frame = picture.convert("RGBA").crop(part)
        frame.thumbnail(box)
        durations[place] = max(_SHORTEST_MS, int(picture.info.get("duration") or 100))
        frame.info = {}
        yield frame.quantize(255, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
