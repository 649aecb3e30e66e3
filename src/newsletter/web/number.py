"""Numbers that came as text from outside, in a form or an address: as many digits as every database can hold."""

from __future__ import annotations

from starlette.convertors import IntegerConvertor, register_url_convertor

# PostgreSQL's integers end at ten digits. Nine are more issues, readers and imports than there will be.
_MOST_DIGITS = 9


def read_number(text: str) -> int | None:
    """The number that is written in up to nine digits, 0 to 9; None for everything else.

    `str.isdigit` is no test for that: it takes the digits of every script, and "²", which `int` refuses.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


class Number(IntegerConvertor):
    """`{number:int}` in a path; a longer number names nothing, so there is no page (404).

    Starlette's own takes any length, up to where `int` itself gives up.
    """

    regex = f"[0-9]{{1,{_MOST_DIGITS}}}"


def use_numbers() -> None:
    """Call it before routes are made: their paths are compiled at once."""
    register_url_convertor("int", Number())
