"""Addresses as people paste them from a mail program: `Ana Ng <ana@example.com>`, several in a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TextIO

from newsletter.imports.files.records import LONGEST_LINE, Record
from newsletter.readers.address import is_plain, tidy_address

_TOKEN = re.compile(r'"(?:[^"\\\r\n]|\\.)*"|<[^<>]*>|\([^()]*\)|[;,]|[^";,<(]+|.', re.DOTALL)
_LABEL = re.compile(r"\s*(?:to|cc|bcc|from|an|von|kopie)\s*:\s*", re.IGNORECASE)
_COMMENTED = re.compile(r"(?P<address>[^\s@]++@[^\s(]++)\s*+\((?P<name>[^()]*+)\)\Z")


class AddressLines:
    """Iterates over (line, [address with the name beside it], problem) of a file that has no columns."""

    def __init__(self, text: TextIO) -> None:
        self._lines = iter(partial(text.readline, LONGEST_LINE), "")
        self.held: Sequence[str] = ()

    def __iter__(self) -> Iterator[Record]:
        number, is_going_on = 0, False
        for line in self._lines:
            number += not is_going_on
            was_going_on, is_going_on = is_going_on, not line.endswith(("\n", "\r"))
            if len(line) >= LONGEST_LINE or was_going_on:
                if not was_going_on:
                    yield number, [], f"The line is longer than {LONGEST_LINE:,} characters."
            elif is_plain(bare := line.strip()):
                yield number, [bare], ""
            elif "\0" in line:
                yield number, [], "The row holds a NUL character; the file may be damaged."
            else:
                for one in mailboxes(line):
                    yield number, [one], ""


def mailboxes(line: str) -> list[str]:
    """The addresses of one line, each with its name; also what is not an address, so that it can be reported."""
    label = _LABEL.match(line)
    tokens = _TOKEN.findall(line[label.end() if label else 0 :].strip())
    separator = ";" if ";" in tokens else ","
    pieces = [""]
    for token in tokens:
        if token == separator:
            pieces.append("")
        else:
            pieces[-1] += token
    return [_plainly(piece) for piece in _with_names(pieces)]


def _with_names(pieces: Sequence[str]) -> Iterator[str]:
    """ "Ng, Ana <ana@example.com>" is one person, whose name holds a comma."""
    waiting = ""
    for piece in filter(None, map(str.strip, pieces)):
        if "@" not in piece:
            waiting = f"{waiting}, {piece}" if waiting else piece
        elif waiting and piece.endswith(">") and not piece.startswith("<"):
            yield f"{waiting}, {piece}"
            waiting = ""
        else:
            if waiting:
                yield waiting
            waiting = ""
            yield piece
    if waiting:
        yield waiting


def _plainly(piece: str) -> str:
    if piece[:1] == piece[-1:] == '"' and len(piece) > 1:
        piece = piece[1:-1].replace('""', '"').strip()
    commented = _COMMENTED.match(piece)
    return f"{commented['name']} <{commented['address']}>" if commented else piece


def is_address_line(line: str) -> bool:
    """Whether a line is nothing but addresses, with names or without."""
    found = mailboxes(line)
    return bool(found) and all(is_plain(tidy_address(one)[0]) for one in found)


def are_addresses(lines: Sequence[str]) -> bool:
    """Whether a file that begins with these lines is a list of addresses and no table.

    Bare addresses side by side, line after line, may be columns of which one is not to be mailed.
    """
    filled = [line.strip() for line in lines if line.strip()]
    if not filled or not is_address_line(filled[0]):
        return False
    side_by_side = len(mailboxes(filled[0])) > 1 and "<" not in filled[0] and not filled[0].endswith((",", ";"))
    return not side_by_side or len(filled) == 1
