"""What an issue would find at its readers: who lacks a value that it asks for, and how long values are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from newsletter.ports.forecast import Audience


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """How many of the `n_readers` who would get an issue have no value, and one of them who lacks the most."""

    n_empty: int
    n_readers: int
    example: str


class ReaderValues(Protocol):
    """Of those in an audience, each once; where all of them have the issue already, of those who would get it anew."""

    def shortfalls(self, audience: Audience, fields: Collection[str]) -> Mapping[str, Shortfall]:
        """For each field that somebody among them has no value for."""
        ...

    def longest(self, audience: Audience, fields: Collection[str]) -> Mapping[str, int]:
        """The letters of the longest value of each field among them; fields without any are left out."""
        ...
