"""Numbers that came as text from outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.web.number import read_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("1", 1), ("007", 7), ("999999999", 999_999_999)])
def test_a_number_is_read(text: str, number: int) -> None:
    """Up to nine digits, which every database can hold."""
    assert number == read_number(text)


@pytest.mark.parametrize(
    "text",
    ["", " 1", "-1", "+1", "1.5", "1_000", "²", "٣", "１", "1" * 10, "9" * 5_000, "0x1", "one", "\ud800", "1\x00"],
)
def test_everything_else_is_none(text: str) -> None:
    """Above all what `str.isdigit` takes for a number and `int` does not, or takes for another one."""
    assert read_number(text) is None


@given(st.text())
def test_no_text_makes_it_fall(text: str) -> None:
    """Either the number that stands there, or None."""
    number = read_number(text)
    assert number is None or (0 <= number < 10**9 and int(text) == number)
