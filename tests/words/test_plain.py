"""Texts as they are compared and shown."""

from __future__ import annotations

import pytest

from newsletter.words.plain import letters_of, shortened, unix_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a few words", "a few words"),
        ("a few words more", "a few words…"),
        ("渡し船の歴史と港の人びとのことば", "渡し船の歴史と港の人びとの…"),
    ],
)
def test_a_long_text_is_cut_between_its_words(text: str, shown: str) -> None:
    """And within one where it has no blanks."""
    assert shown == shortened(text, 13)


def test_quotes_and_spaces_make_no_other_text() -> None:
    assert letters_of("“Ｆerries, 2nd\u00a0class”") == letters_of('"ferries" 2nd class')


def test_every_line_end_is_one() -> None:
    assert "a\nb\nc\n" == unix_lines("a\r\nb\rc\n")
