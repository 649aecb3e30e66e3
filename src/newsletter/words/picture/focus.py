"""Where a picture is cropped: the place in it that stays, and the frame around that place."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Wide enough to be seen whole before the words on a phone, and the same in every template.
SHAPE = (16, 9)
_FOCUS = re.compile(r"([0-9]{1,3})% +([0-9]{1,3})%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """A place in a picture, in percent of its width from the left and of its height from the top."""

    across: int
    down: int

    def __str__(self) -> str:
        return f"{self.across}% {self.down}%"

    def frame(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Left, top, width and height, in pixels, of the largest frame of `SHAPE` in a picture of this size.

        What lies at 40 % of the picture lies at 40 % of the frame, as in CSS's `object-position`: so the place is always
        in the frame, and the frame never leaves the picture.
        """
        wide, high = SHAPE
        frame_width = max(1, min(width, height * wide // high))
        frame_height = max(1, min(height, width * high // wide))
        left, top = (width - frame_width) * self.across // 100, (height - frame_height) * self.down // 100
        return left, top, frame_width, frame_height


MIDDLE = Focus(across=50, down=50)


def read_focus(text: str) -> Focus | None:
    """`40% 30%` as a focus; None where it is written in another way, or lies outside of the picture."""
    found = _FOCUS.fullmatch(text)
    if found is None or max(int(found[1]), int(found[2])) > 100:
        return None
    return Focus(across=int(found[1]), down=int(found[2]))
