"""Tells how many of the lines under an introduction are a rhymed poem."""

from __future__ import annotations

import re
from collections.abc import Sequence

# So many letters at the end of two lines sound alike; rhymes stand at most so many lines apart.
_ALIKE, _FARTHEST = 3, 3
_FEWEST = 2
_WORD = re.compile(r"[^\W\d_]+")


def n_rhymed(lines: Sequence[str]) -> int:
    """Down to the last line that rhymes with one above it; 0 where none does."""
    words = [(_WORD.findall(line) or [""])[-1].casefold() for line in lines]
    rhymed = [
        below
        for below in range(len(words))
        for above in range(max(0, below - _FARTHEST), below)
        if _sound_alike(words[above], words[below])
    ]
    return max(rhymed) + 1 if len(lines) > _FEWEST and rhymed else 0


def _sound_alike(one: str, other: str) -> bool:
    return one != other and len(one) >= _ALIKE and one[-_ALIKE:] == other[-_ALIKE:]
