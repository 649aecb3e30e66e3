"""Forgetting a person: what every room is told, so that it takes away what it keeps about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """The person who goes. `person` is None where only an address is known; `keys` are the addresses that they have and had.

    `asked` are addresses at which they asked to be mailed, and that are nobody else's.
    """

    person: int | None
    keys: Sequence[str]
    asked: Sequence[str] = ()

    @property
    def names(self) -> Sequence[str]:
        """All addresses that name them."""
        return (*self.keys, *self.asked)
