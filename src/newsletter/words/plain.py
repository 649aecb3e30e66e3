"""Texts in the form in which they are compared or shown: letters alone, cut between words, with one kind of line end."""

from __future__ import annotations

import unicodedata


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
