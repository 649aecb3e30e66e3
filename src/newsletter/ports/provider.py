"""The provider that carries mail, and evidence afterwards of what became of a try."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from newsletter.words.consignment import Consignment
from newsletter.words.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one call takes. `bytes_per_reader` bounds the gap values of one reader; None is no bound.

    Values count as JSON writes them, plus `bytes_per_gap` for the name of each. `deadline` is how long one call may
    take in all; `calls` how many may be in flight at once. `last_answer` is how much longer the answer to what went out
    last is waited for.
    """

    readers: int
    bytes_per_reader: int | None = None
    bytes_per_gap: int = 0
    deadline: timedelta = timedelta(seconds=25)
    last_answer: timedelta = timedelta()
    calls: int = 1


class Provider(Protocol):
    """Carries mail. `whole_or_nothing`: one reader's acceptance proves that of the whole call."""

    name: str
    limits: Limits
    whole_or_nothing: bool

    def hand_over(self, consignment: Consignment) -> Iterator[tuple[Sequence[int], Outcome]]:
        """Hand it over; yield deliveries with their outcome as answers come. Never raises for what a provider does.

        Where a call is taken whole or not at all, readers that can't be in it are refused first, before anything goes
        out: the caller writes that down, and ends the iterator there if it can't.

        Whatever has no outcome when the iterator ends is uncertain.
        """
        ...

    def explain(self) -> str:
        """Where the mail goes, in a sentence for people."""
        ...


class Trace(StrEnum):
    """What a look for a delivery found."""

    FOUND = "found"
    ABSENT = "absent"  # surely never handed over
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A try as a provider has to be asked about it: when, and to which address each delivery went."""

    started_at: datetime
    deadline_at: datetime
    addresses: Mapping[int, str]


class Evidence(Protocol):
    """A provider that can be asked afterwards."""

    def find(self, attempt: str, deliveries: Sequence[int]) -> dict[int, Trace]:
        """What became of each delivery that this attempt carried."""
        ...
