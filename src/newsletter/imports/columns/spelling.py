"""Headers and words as they are compared: without accents, case and punctuation."""

from __future__ import annotations

import re
import unicodedata

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def normalise(text: str) -> str:
    """Words apart by one blank: `E-Mail_Adresse` is "e mail adresse"."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    # Vowel signs of Indian and Thai script are no letters, and part of the word all the same.
    kept = (letter if letter != "_" and f"a{letter}".isidentifier() else " " for letter in plain)
    return " ".join("".join(kept).split())


def spaced(header: str) -> str:
    """A header like `normalise`, and `isUnsubscribed` is "is unsubscribed"."""
    return normalise(_HUMP.sub(" ", header))


def words_in(table: str) -> frozenset[str]:
    """The words of a table, normalised; `|` or a new line between two."""
    return frozenset(normalise(word) for word in re.split(r"[|\n]", table) if word.strip())


def stems(table: str) -> re.Pattern[str]:
    """What finds any of the stems of a table in text that was made plain; `|` or a new line between two.

    A stem of five letters or more is found inside a word too, because languages join words; a shorter one begins a
    word. A dot behind it ends the word as well, a caret before it begins the text. Scripts that put no blanks between
    words have no such limits.
    """
    found = (stem.strip() for stem in re.split(r"[|\n]", table))
    return re.compile("|".join(_pattern(stem) for stem in found if stem))


def _pattern(stem: str) -> str:
    plain = normalise(stem)
    body = plain.replace(" ", " ?")
    if stem.startswith("^"):
        return rf"\A{body}" + (r"\Z" if stem.endswith(".") else "")
    if stem.endswith("."):
        return rf"(?<![^\W_]){body}(?![^\W_])"
    if len(plain.replace(" ", "")) >= 5 or any(letter > "\u1100" for letter in plain):
        return body
    return rf"(?<![^\W_]){body}"
