"""The name of a reader's field, made from what people call it: a merge tag can ask for it in any script."""

from __future__ import annotations

import unicodedata

_LONGEST = 60
# Latin letters that no decomposition makes plain.
_PLAIN = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ı": "i",
        "ŋ": "n",
        "ŧ": "t",
        "ə": "e",
    }
)
# Words with which a gap or a segment would take such a name for its own language.
_TAKEN = frozenset({"and", "or", "not", "in", "is", "if", "elif", "else", "true", "false", "none"})


def field_name(called: str) -> str:
    """A custom field's name: lower case, words joined by underscores, Latin letters without accents, others as they are.

    `Größe` is `grosse`, `Город проживания` is `город_проживания`. An identifier (Unicode, UAX 31), so that it is a
    merge tag; empty for a text without letters and digits.
    """
    name = _joined("".join(_letter(letter) for letter in as_asked(called).lower().translate(_PLAIN)))
    return f"field_{name}" if name and (not name.isidentifier() or name in _TAKEN) else name


def header_name(header: str) -> str:
    """The name of the field that a column or attribute becomes, by its text alone: `★` is `black_star`.

    Empty only for a text without any sign that can be seen.
    """
    return field_name(header) or _joined(" ".join(_sign(letter) for letter in header))


def as_asked(name: str) -> str:
    """A name as it is compared, however the keyboard composed it: й may come as one sign or as two."""
    return unicodedata.normalize("NFKC", name)


def _letter(letter: str) -> str:
    """Latin letters lose their accents; marks of other scripts are part of the word."""
    if letter.isascii():
        return letter
    if unicodedata.category(letter) == "Cf":
        # Joiners, and marks of direction or of the beginning of a file.
        return ""
    if "LATIN" in unicodedata.name(letter, ""):
        plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
        return plain or letter
    return "" if "\u0300" <= letter <= "\u036f" else letter


def _joined(text: str) -> str:
    words = "".join(letter if letter != "_" and f"a{letter}".isidentifier() else " " for letter in text).split()
    return "_".join(words)[:_LONGEST].strip("_")


def _sign(letter: str) -> str:
    return unicodedata.name(letter, "").lower() if letter.isprintable() and not letter.isspace() else ""
