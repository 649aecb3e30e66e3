"""Texts in the form in which they are compared or shown: letters alone, cut between words, with one kind of line end."""

from __future__ import annotations

import re
import unicodedata

# Silent reading of prose: words in a minute, and letters of a script that sets no blanks between words (Brysbaert 2019; IReST).
_WORDS_A_MINUTE = 230
_LETTERS_A_MINUTE = 500
_LETTER = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_NO_WORDS = re.compile(r"\]\([^()\s]*+\)|[>#*_`~\\|]")


def letters_of(text: str) -> str:
    """Letters and figures alone, in one form and one case: marks and spaces are set differently everywhere."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def printable_line(text: str) -> str:
    """The text on one line, with blanks for what can't be seen."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def unix_lines(text: str) -> str:
    """The text with `\\n` at every line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def shortened(text: str, longest: int) -> str:
    """The text, or the words of it that fit into `longest` characters and an ellipsis behind them."""
    if len(text) <= longest:
        return text
    return f"{text[:longest].rpartition(' ')[0] or text[:longest]}…"


def minutes_to_read(markdown: str) -> int:
    """How many minutes a text takes a reader, rounded, at least 1; 0 for one without words."""
    words, letters = _counted(markdown)
    minutes = words / _WORDS_A_MINUTE + letters / _LETTERS_A_MINUTE
    return max(1, round(minutes)) if minutes else 0


def count_words(markdown: str) -> int:
    """The words of a text; in a script that sets no blanks between words each letter counts for one."""
    return sum(_counted(markdown))


def _counted(markdown: str) -> tuple[int, int]:
    """Words, and letters of a script without blanks."""
    text = _NO_WORDS.sub(" ", markdown)
    letters = len(_LETTER.findall(text))
    return sum(any(map(str.isalnum, word)) for word in _LETTER.sub(" ", text).split()), letters
