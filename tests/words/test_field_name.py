"""Names of fields: the same for the same words, in every script, and always something a merge tag can ask for."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.words.field_name import as_asked, field_name, header_name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("T-Shirt Size", "t_shirt_size"),
        ("Größe", "grosse"),
        ("Øl", "ol"),
        ("Łódź", "lodz"),
        ("2nd", "field_2nd"),
        ("Is", "field_is"),
        ("Город проживания", "город_проживания"),
        ("Ηλικίας", "ηλικίας"),
        ("العائلة اسم", "العائلة_اسم"),
        ("שם פרטי", "שם_פרטי"),
        ("クラブ名", "クラブ名"),
        ("城市", "城市"),
        ("이름", "이름"),
        ("ชื่อเล่น", "ชื่อเล่น"),
        ("नाम", "नाम"),
        ("नमी", "नमी"),
        ("ＣＩＴＹ", "city"),
        ("\ufeffCity\u200b", "city"),
        ("★", "black_star"),
        ("#", "number_sign"),
        (" \x07", ""),
    ],
)
def test_a_header_is_kept_by_its_words(header: str, name: str) -> None:
    """Latin letters lose their accents, all others stay as they are; no name depends on where a column stands."""
    assert header_name(header) == name
    assert header_name(unicodedata.normalize("NFD", header)) == name


def test_signs_alone_are_no_name_that_somebody_types() -> None:
    """A header has to be kept; who types a name can type another one."""
    assert field_name("!") == ""


@given(st.text(max_size=90))
def test_every_name_is_one_that_a_merge_tag_can_ask_for(header: str) -> None:
    """An identifier as it is compared, and its own name when it comes back with an export."""
    name = header_name(header)
    assert name == "" or (name.isidentifier() and as_asked(name) == name)
    assert header_name(name) == name
