"""What somebody looks for, in the words of a question, is found however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.words.prose.question import fold, read_question


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("When did we last have the Skerrow ferry?", "The ferries of SKERROW"),
        ("Wann hatten wir zuletzt Müller?", "Frau Müllers Boot"),
        ("muller", "Müller"),
        ("the we", "As the weather"),
        ("glass", "A glass of tea"),
    ],
)
def test_the_words_that_matter_are_found(question: str, text: str) -> None:
    """In one and many, with and without accents; small words only where there are no others."""
    assert read_question(question).fits(fold(text))


@pytest.mark.parametrize("question", ["", "?", "Skerrow bus", "ferries of Skerrow at noon"])
def test_a_word_that_is_not_there_is_not_found(question: str) -> None:
    """All of them have to be there, and nothing asked finds nothing."""
    assert not read_question(question).fits(fold("The ferry of Skerrow"))


def test_the_passage_is_the_one_that_has_the_words() -> None:
    """Cut between words, with what was asked for told apart."""
    text = "Nothing here.\n\n" + "long " * 60 + "the Ferries of Skerrow " + "more " * 60 + "\n\nA ferry."
    pieces = read_question("ferry skerrow").passage(text)

    assert ["Ferries", "Skerrow"] == [letters for letters, is_hit in pieces if is_hit]
    whole = "".join(letters for letters, _ in pieces)
    assert whole.startswith("…long") and whole.endswith("more…") and len(whole) < 210


@given(st.text(max_size=80), st.text(max_size=20))
def test_marking_words_loses_no_letter(text: str, question: str) -> None:
    """The pieces are the text."""
    assert text == "".join(letters for letters, _ in read_question(question).marked(text))
