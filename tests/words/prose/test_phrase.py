"""A phrase is found where it is meant, and replaced there alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.words.prose.phrase import SoughtPhrase, replaced, surroundings


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        (SoughtPhrase(text="ice"), ["ice", "Ice", "ice"]),
        (SoughtPhrase(text="ice", is_whole=True), ["ice", "Ice"]),
        (SoughtPhrase(text="ice", has_same_capitals=True), ["ice", "ice"]),
        (SoughtPhrase(text="Ice nice", is_whole=True), ["Ice\\nnice"]),
        (SoughtPhrase(text=""), []),
        (SoughtPhrase(text="(ice"), []),
    ],
)
def test_a_wording_is_found_as_it_is_asked(phrase: SoughtPhrase, expected: list[str]) -> None:
    """Capitals, parts of words, and words on two lines."""
    text = "ice. Ice\nnice"

    assert [one.replace("\\n", "\n") for one in expected] == [text[a:b] for a, b in phrase.spans(text)]


def test_what_is_closed_has_no_place() -> None:
    """Not even where it only begins there."""
    assert [(6, 8)] == SoughtPhrase(text="ab").spans("ab ab ab", closed=[(0, 4)])


@given(
    st.text(alphabet="ab \n.(", max_size=40), st.text(alphabet="ab (", max_size=3), st.text(alphabet="xy", max_size=3)
)
def test_all_else_stays_letter_by_letter(text: str, wanted: str, new: str) -> None:
    """Taking the new words out again at their places gives the old text."""
    spans = SoughtPhrase(text=wanted).spans(text)
    after = replaced(text, [(span, new) for span in spans])
    at, back = 0, []
    for (start, end), before in zip(spans, [0, *(end for _, end in spans)], strict=False):
        back += [after[at : at + start - before], text[start:end]]
        at += start - before + len(new)

    assert text == "".join([*back, after[at:]])


@pytest.mark.parametrize(
    ("sought", "found", "expected"),
    [
        ("the boat", "The boat", "A ship"),
        ("the boat", "the boat", "a ship"),
        ("Boat", "Boat", "a ship"),
        ("boat", "BOAT", "A ship"),
    ],
)
def test_a_sentence_keeps_its_capital(sought: str, found: str, expected: str) -> None:
    """Where one was not asked for."""
    assert expected == SoughtPhrase(text=sought).instead(found, "a ship")
    assert "a ship" == SoughtPhrase(text=sought, has_same_capitals=True).instead(found, "a ship")


def test_a_place_is_shown_with_the_words_around_it() -> None:
    """Cut between words, on one line."""
    text = f"{'one ' * 30}here\n{'two ' * 30}"
    before, after = surroundings(text, (120, 124))

    assert before.startswith("…one") and after.endswith("two…") and "\n" not in before + after
    assert ("", "") == surroundings("here", (0, 4))
    assert ("Ours: Theirs ", " too") == surroundings("Ours:\n\n> Theirs\n>\n> here\n> too", (20, 24))
