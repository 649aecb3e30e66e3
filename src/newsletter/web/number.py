"""Numbers that came as text from outside: a count or the number of a row, as every database can hold it."""

from __future__ import annotations

# PostgreSQL's integers end at ten digits. Nine are more issues, readers and imports than there will be.
MOST_DIGITS = 9


def read_number(text: str) -> int | None:
    """The number that is written in up to nine digits, 0 to 9; None for everything else.

    `str.isdigit` is no test for that: it takes the digits of every script, and "²", which `int` refuses.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
