"""What an issue would find at its readers: who lacks a value that it asks for, and how long values are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """How many of the `n_readers` who would be mailed have no value, and one of them who lacks the most."""

    n_empty: int
    n_readers: int
    example: str


class ReaderValues(Protocol):
    def shortfalls(self, lists: Collection[str], fields: Collection[str]) -> Mapping[str, Shortfall]:
        """For each field that some active, mailable reader of these lists has no value for."""
        ...

    def longest(self, fields: Collection[str]) -> Mapping[str, int]:
        """The letters of the longest value of each field, over all subscribers; fields without any are left out."""
        ...
