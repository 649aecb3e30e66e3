"""A picture is cropped to a frame of one shape that holds its focus and never leaves the picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.words.picture.focus import Focus, read_focus

_PERCENT = st.integers(0, 100)
_SIDE = st.integers(1, 6000)


@given(_PERCENT, _PERCENT, _SIDE, _SIDE)
def test_the_frame_lies_in_the_picture_and_holds_the_focus(across: int, down: int, width: int, height: int) -> None:
    """It is as large as the picture lets it be."""
    left, top, wide, high = Focus(across=across, down=down).frame(width, height)

    assert 0 <= left and 0 < wide and left + wide <= width
    assert 0 <= top and 0 < high and top + high <= height
    assert wide == width or high == height
    assert left - 1 <= width * across / 100 <= left + wide + 1
    assert top - 1 <= height * down / 100 <= top + high + 1


@pytest.mark.parametrize(
    ("across", "down", "width", "height", "frame"),
    [
        (0, 0, 320, 90, (0, 0, 160, 90)),
        (100, 0, 320, 90, (160, 0, 160, 90)),
        (50, 25, 160, 290, (0, 50, 160, 90)),
        (30, 70, 1600, 900, (0, 0, 1600, 900)),
    ],
)
def test_a_wide_picture_moves_across_and_a_tall_one_down(
    across: int, down: int, width: int, height: int, frame: tuple[int, int, int, int]
) -> None:
    """One that has the shape already is kept whole."""
    assert Focus(across=across, down=down).frame(width, height) == frame


@given(_PERCENT, _PERCENT)
def test_a_focus_is_read_as_it_is_written(across: int, down: int) -> None:
    """In percent, from the left and from the top."""
    focus = Focus(across=across, down=down)
    assert read_focus(str(focus)) == focus


@pytest.mark.parametrize("text", ["40%", "40 30", "40% 130%", "-4% 30%", "left top", "40%, 30%", "4.5% 30%"])
def test_anything_else_is_no_focus(text: str) -> None:
    """Nothing is guessed."""
    assert read_focus(text) is None
