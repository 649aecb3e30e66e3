"""Which rows of a spreadsheet are hidden: a filter that shows who stays hides those who left."""

from __future__ import annotations

from typing import IO
from xml.parsers import expat

# No spreadsheet program has more.
_MOST_ROWS = 1_048_576
_CHUNK = 1 << 20
_TRUE = frozenset({"1", "true"})


def find_hidden(xml: IO[bytes]) -> bytes:
    """A byte for each row of a sheet, by its number from 0: not zero where it is hidden.

    Empty where none is. Raises expat.ExpatError where it is no XML. Source: ECMA-376 Part 1, 18.3.1.73, row.
    """
    hidden = bytearray()
    number = 0

    def begins(tag: str, has: dict[str, str]) -> None:
        nonlocal number
        if tag.rpartition(":")[2] != "row":
            return
        # A row without a number is the next one.
        number = int(has["r"]) if has.get("r", "").isdecimal() else number + 1
        if number <= _MOST_ROWS and has.get("hidden") in _TRUE:
            hidden.extend(bytes(number + 1 - len(hidden)))
            hidden[number] = 1

    parser = expat.ParserCreate()
    parser.StartElementHandler = begins
    while chunk := xml.read(_CHUNK):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return bytes(hidden)
