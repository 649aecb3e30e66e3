"""Decides whose words a paragraph of a post is, and takes its line out of the checks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from newsletter.collect.voices.doubts import read_doubt
from newsletter.collect.voices.turn import Block, blocks_of, turned

_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,2000}\)")
_LETTERS = re.compile(r"[\W_]+")


class Whose(StrEnum):
    """What somebody decides: `UP_TO_HERE` lets the quote above go on to the end of this paragraph."""

    THEIRS = "theirs"
    OURS = "ours"
    UP_TO_HERE = "up-to-here"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDoubt:
    """A line of `checks` about a paragraph that is still there."""

    check: str
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedPost:
    """The words and the checks of a post after a decision."""

    body: str
    checks: tuple[str, ...]


def open_doubts(body: str, checks: Sequence[str]) -> dict[int, OpenDoubt]:
    """The doubts by the number of their block in the body, from 0; each line of `checks` is about one block."""
    letters = [letters_of(block) for block in blocks_of(body)]
    found: dict[int, OpenDoubt] = {}
    for check in checks:
        said = read_doubt(check)
        begins = _LETTERS.sub("", said[0]) if said else ""
        at = next((n for n, own in enumerate(letters) if begins and n not in found and own.startswith(begins)), None)
        if said and at is not None:
            found[at] = OpenDoubt(check=check, reasons=said[1])
    return found


def decide(body: str, checks: Sequence[str], at: int, whose: Whose) -> DecidedPost:
    """The block with this number as quote or as our own words, and its doubt gone. Every letter stays."""
    doubtful = open_doubts(body, checks)
    numbers = _up_to(blocks_of(body), doubtful, at) if whose is Whose.UP_TO_HERE else range(at, at + 1)
    gone = {doubtful[n].check for n in numbers if n in doubtful}
    return DecidedPost(
        body=turned(body, numbers, is_quote=whose is not Whose.OURS),
        checks=tuple(check for check in checks if check not in gone),
    )


def letters_of(block: Block) -> str:
    """The letters and figures of a block without marks, and of a link its words: the same however it is set."""
    return _LETTERS.sub("", _LINK.sub(r"\1", " ".join(block.lines)))


def _up_to(blocks: Sequence[Block], doubtful: dict[int, OpenDoubt], at: int) -> range:
    """From behind the certain quote above; where there is none, from the first of the doubts that lead here."""
    certain = [n for n in range(at) if blocks[n].is_quote and n not in doubtful]
    if certain:
        return range(certain[-1] + 1, at + 1)
    first = at
    while first - 1 in doubtful:
        first -= 1
    return range(first, at + 1)
