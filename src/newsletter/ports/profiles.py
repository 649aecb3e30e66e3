"""A person as the public pages need them: found by number, changed by themselves, erased at their word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsletter.words.erasing import RequestOf
from newsletter.words.subscriber import Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A list as readers meet it. Only an open one can be joined by whoever likes."""

    id: int
    name: str
    title: str
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """When a person was erased and at whose request; `returned_at` if they signed up again themselves."""

    erased_at: datetime
    request_of: RequestOf
    returned_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerAddress:
    """An address that its reader has given up for another one: when, and where they are now; None where they are gone."""

    moved_at: datetime
    present: str | None


class Profiles(Protocol):
    def find(self, subscriber: int) -> Subscriber | None:
        """The person with their tags."""
        ...

    def list_pages(self) -> Sequence[ListPage]:
        """Every list, the oldest first."""
        ...

    def set_page(self, name: str, *, title: str | None = None, is_open: bool | None = None) -> None:
        """Change how readers meet a list. Raises Missing, and Mistake for a title that is none."""
        ...

    def change(self, subscriber: int, *, first_name: str, last_name: str, language: str) -> None: ...

    def join_open(self, subscriber: int, lists: Sequence[int], *, wording: str) -> int:
        """Put a known person on open lists, at their own word. Returns how many are new to them."""
        ...

    def rest(self, subscriber: int, until_at: datetime | None) -> None:
        """No issue for this person before that time; None ends it."""
        ...

    def find_rest(self, subscriber: int) -> datetime | None:
        """Until when a person wants no mail; None where that is over or never was."""
        ...

    def former_addresses(self, subscriber: int) -> Sequence[tuple[str, datetime]]:
        """The addresses that a person has given up for another one, with the time, oldest first."""
        ...

    def find_former(self, email: str) -> FormerAddress | None:
        """What is known of an address that its reader has given up; None for every other."""
        ...

    def issues_of(self, subscriber: int) -> Sequence[Mapping[str, object]]:
        """What was done with each issue for a person (`issue`, `handover`, `fate`), and `opened` and `clicked` times."""
        ...

    def heard_of(self, subscriber: int) -> Sequence[Mapping[str, object]]:
        """What the provider told about this person: `issue`, `what`, `happened_at`, `url`, `reason`, `by_machine`."""
        ...

    def erase(self, email: str, request_of: RequestOf) -> bool:
        """Forget a person but for a keyed hash of each address they had; deliveries stay, without them.

        False where nothing is known of them. Raises NotNow for an address that its reader has given up for another one.
        """
        ...

    def find_erasure(self, email: str) -> Erasure | None: ...
