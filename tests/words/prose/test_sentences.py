"""Sentences are told apart as somebody who reads aloud would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.words.prose.sentences import sentence_spans


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("No full stop at the end", ["No full stop at the end"]),
        ("Mr. Oake and J. Dahl sat. It rained.", ["Mr. Oake and J. Dahl sat.", "It rained."]),
        (
            "Am 3. Dezember fährt sie, d.h. morgen. Danach nicht.",
            ["Am 3. Dezember fährt sie, d.h. morgen.", "Danach nicht."],
        ),
        ("“Stay,” she said. “Why?” he asked. He stayed.", ["“Stay,” she said.", "“Why?” he asked.", "He stayed."]),
        ("He said “No.” Then he left.", ["He said “No.”", "Then he left."]),
        ("It waits … and waits. Then goes.", ["It waits … and waits.", "Then goes."]),
        ("船は出た。もう一度。", ["船は出た。", "もう一度。"]),
        ("It was 1984. The boat came at 21.40 sharp.", ["It was 1984.", "The boat came at 21.40 sharp."]),
        ("  \n ", []),
    ],
)
def test_sentences_end_where_a_voice_would_fall(text: str, expected: list[str]) -> None:
    """Short forms, initials, days and quoted questions do not end one."""
    assert expected == [text[start:end] for start, end in sentence_spans(text)]


@given(st.text(alphabet="ab .!?…。“”\nZ1"))
def test_no_word_is_in_no_sentence_or_in_two(text: str) -> None:
    """What stands between sentences is blank, and they follow each other."""
    at = 0
    for start, end in sentence_spans(text):
        assert text[at:start].strip() == ""
        assert text[start:end].strip() == text[start:end] != ""
        at = end
    assert text[at:].strip() == ""
