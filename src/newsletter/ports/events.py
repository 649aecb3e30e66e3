"""What a provider reports after the hand-over: the source of events, and what a batch of them came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsletter.words.event import Event


class Unverified(Exception):
    """A message that was not proved to come from the provider. Its text says why, and names no address."""


class Unreadable(Exception):
    """A genuine message whose body can't be understood at all."""


class Unheard(Exception):
    """The provider could not be asked, or did not answer. Its text says why, and names no address."""


class EventSource(Protocol):
    """A provider that reports events.

    `whole_or_nothing` as in `Provider`: one event of an attempt proves the whole call. `asks_first` where the provider may
    have to be asked for something before a message can be verified. `has_more` where the last pull stopped early, and the
    next one should not wait.
    """

    name: str
    whole_or_nothing: bool
    asks_first: bool
    has_more: bool

    def verify_and_parse(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        """The events in one message, whose body must be as it came. Raises Unverified, Unreadable."""
        ...

    def pull(self, since_at: datetime) -> Sequence[Event]:
        """Ask for what may have been missed: bounces, complaints, unsubscribes. Raises Unheard."""
        ...

    def taken(self) -> None:
        """What the last pull told is committed, and need not be told again. Raises Unheard."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a batch of events came to. `unknown` are new ones that belong to no delivery of ours."""

    new: int = 0
    repeated: int = 0
    unknown: int = 0
    proved: int = 0
    suppressed: int = 0

    def __add__(self, other: Heard) -> Heard:
        return Heard(
            new=self.new + other.new,
            repeated=self.repeated + other.repeated,
            unknown=self.unknown + other.unknown,
            proved=self.proved + other.proved,
            suppressed=self.suppressed + other.suppressed,
        )
