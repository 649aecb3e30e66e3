"""The lines in a post's `checks` that say which paragraph may be a quote or our own words, and why."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.collect.voices.tell import Voice

# More reasons tell nobody more.
_MOST_REASONS = 3
_FEWEST_WORDS, _MOST_WORDS = 4, 12
# Of languages that set no words apart.
_MOST_LETTERS = 60
# Behind every text that begins with something.
_LAST_LETTER = "\U0010ffff"
_LINE = re.compile(r"“(.{1,200}?) …” may be a quote: (.{1,1000}?)(?:\. Set as (?:a quote|our own words) now\.)?")


def doubts(voices: Sequence[Voice]) -> list[str]:
    """A line for each paragraph in doubt: how it begins, what speaks for either, and what it is set as now."""
    texts = sorted(voice.text for voice in voices)
    return [
        f"“{_beginning(voice.text, texts)} …” may be a quote: {'; '.join(voice.doubts[:_MOST_REASONS])}."
        f" Set as {'a quote' if voice.is_quote else 'our own words'} now."
        for voice in voices
        if voice.is_doubtful
    ]


def read_doubt(check: str) -> tuple[str, str] | None:
    """How the paragraph begins that a line of `checks` is about, and the reasons; None for a line about something else."""
    match = _LINE.fullmatch(check)
    return (match[1], match[2]) if match else None


def _beginning(text: str, texts: Sequence[str]) -> str:
    """Its first words; more of them where another paragraph, of all in order, begins with the same."""
    words = text.split()
    beginning = ""
    for n in range(_FEWEST_WORDS, _MOST_WORDS + 1):
        beginning = " ".join(words[:n])[:_MOST_LETTERS]
        if bisect_left(texts, beginning + _LAST_LETTER) - bisect_left(texts, beginning) == 1:
            break
    return beginning
