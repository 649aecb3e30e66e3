"""What somebody looks for: the words of a question that matter, whether a text has them, and the passage that does."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Said in questions in English and German without naming anything that is looked for.
_SMALL = frozenset(
    {"a", "an", "the", "we", "our", "us", "i", "my", "you", "it", "its", "is", "were", "are", "be", "been", "do", "did"}
    | {
        "does",
        "had",
        "has",
        "have",
        "when",
        "what",
        "where",
        "who",
        "why",
        "how",
        "which",
        "last",
        "ever",
        "already",
        "about",
    }
    | {
        "of",
        "on",
        "in",
        "at",
        "to",
        "for",
        "with",
        "and",
        "or",
        "that",
        "this",
        "there",
        "any",
        "some",
        "write",
        "wrote",
    }
    | {
        "wann",
        "was",
        "wo",
        "wer",
        "wie",
        "warum",
        "hatten",
        "haben",
        "hat",
        "wir",
        "das",
        "der",
        "die",
        "den",
        "dem",
        "ein",
    }
    | {"eine", "einen", "zuletzt", "schon", "mal", "über", "von", "und", "oder", "im", "am", "zu", "mit", "für", "es"}
)
_MOST_WORDS, _LONGEST_WORD = 10, 60
_WORD = re.compile(r"\w+")
# The blocks of letters that only stand over or under another one.
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_PIECE = re.compile(r"\w+|\W+")
# Letters of a passage before the first word that was found, and altogether.
_BEFORE, _PASSAGE = 60, 190


@dataclass(frozen=True, slots=True)
class SoughtWords:
    """`stems` are the beginnings of words, folded; in a text each may stand anywhere."""

    stems: tuple[str, ...]

    def fits(self, folded: str) -> bool:
        """Whether a folded text has all of it; nothing asked fits nothing."""
        return bool(self.stems) and all(stem in folded for stem in self.stems)

    def count(self, text: str) -> int:
        """How many of the words a text has."""
        folded = fold(text)
        return sum(stem in folded for stem in self.stems)

    def passage(self, text: str) -> list[tuple[str, bool]]:
        """The part of a text that has the most of it, as (letters, whether they were asked for)."""
        lines = [line for line in re.split(r"\n\s*\n", text) if line.strip()] or [""]
        line = " ".join(max(lines, key=self.count).split())
        first = next((word.start() for word in _WORD.finditer(line) if self._asks_for(word[0])), 0)
        start = line.rfind(" ", 0, max(first - _BEFORE, 0)) + 1 if first > _BEFORE else 0
        shown = line[start : start + _PASSAGE]
        if start + _PASSAGE < len(line):
            shown = f"{shown.rpartition(' ')[0] or shown}…"
        return self.marked(f"…{shown}" if start else shown)

    def marked(self, text: str) -> list[tuple[str, bool]]:
        """The text in pieces, with the words that were asked for."""
        return [(piece[0], self._asks_for(piece[0])) for piece in _PIECE.finditer(text)]

    def _asks_for(self, word: str) -> bool:
        folded = fold(word)
        return any(stem in folded for stem in self.stems)


def read_question(text: str) -> SoughtWords:
    """Small words count only where there are no others."""
    words = [word[:_LONGEST_WORD] for word in _WORD.findall(fold(text))][: 3 * _MOST_WORDS]
    telling = [word for word in words if word not in _SMALL] or words
    return SoughtWords(tuple(dict.fromkeys(_stem(word) for word in telling))[:_MOST_WORDS])


def fold(text: str) -> str:
    """In one case and without accents, so that it is found however it is typed."""
    if text.isascii():
        return text.lower()
    parted = unicodedata.normalize("NFKD", text.casefold())
    return _ACCENTS.sub("", parted)


def _stem(word: str) -> str:
    """The beginning that one and many share: ferry, ferries; boat, boats."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3]
    if len(word) > 4 and word.endswith("y"):
        return word[:-1]
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word
