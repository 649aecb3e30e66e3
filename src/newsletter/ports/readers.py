"""Subscribers, lists and the do-not-mail list as the audience verbs need them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from newsletter.words.subscriber import Subscriber, SubscriptionStatus, SuppressionReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderRow:
    """A person as an import or `add` brings them: a checked address, names, fields. None leaves a name as it is.

    `status`, `consent` and `since_at` are the row's own, where it brings them; else the caller's count for all, but
    a consent declared for all is not kept for a row that brings its own status.
    A row whose status is ENDED takes the person off the list.
    """

    email: str
    first_name: str | None = None
    last_name: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    status: SubscriptionStatus | None = None
    consent: str | None = None
    since_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What became of a batch of readers, by address key.

    `added` are new on this list. `suppressed` were not put on it: the address is never mailed for that reason, or
    (None) the person's subscription to this list has ended. `erased` asked to be forgotten, and were not put on it.
    """

    added: Sequence[str] = ()
    updated: Sequence[str] = ()
    unchanged: Sequence[str] = ()
    suppressed: Mapping[str, SuppressionReason | None] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """A list and how many people stand where. `suppressed` are pending or active, but their address is never mailed."""

    name: str
    pending: int
    active: int
    ended: int
    suppressed: int = 0


class Readers(Protocol):
    def find_list(self, name: str) -> int | None: ...

    def add_list(self, name: str) -> int:
        """The list's id; makes the list where there is none."""
        ...

    def list_lists(self) -> Sequence[ListRow]:
        """Every list by name."""
        ...

    def join(
        self,
        list_name: str,
        readers: Sequence[ReaderRow],
        *,
        status: SubscriptionStatus,
        consent: str | None,
        dry_run: bool = False,
        run: int | None = None,
    ) -> Joined:
        """Put readers on a list in one transaction, making the list where there is none.

        Never lowers protection: an ended subscription or a suppressed address stays so, and is reported as
        `suppressed`. A pending one may become active. Fields are added to those the person has. Of rows with one
        address the first counts. A dry run answers the same and writes nothing. What stood there before is noted under
        the import `run`, if one is named, so that it can be taken back.
        """
        ...

    def find_subscriber(self, email: str) -> Subscriber | None: ...

    def leave(self, email: str, *, list_name: str | None) -> int:
        """End the person's subscriptions, all or to one list. Returns how many ended."""
        ...

    def iterate(self, list_name: str, *, status: SubscriptionStatus | None = None) -> Iterator[Subscriber]:
        """Everyone on a list in id order with their subscription to it, read in pages: memory does not grow.

        Raises Missing where there is no such list.
        """
        ...

    def suppress(self, email: str, reason: SuppressionReason) -> None:
        """Never mail this address again; of two reasons the stronger is kept."""
        ...

    def suppress_many(self, reasons: Sequence[tuple[str, SuppressionReason]], *, run: int | None = None) -> None:
        """`suppress` for many (address, reason) in one transaction; `run` as in `join`."""
        ...

    def find_suppression(self, email: str) -> SuppressionReason | None: ...

    def known_fields(self) -> Sequence[str]:
        """Names of the custom fields that any subscriber has, sorted."""
        ...

    def count_active(self, list_name: str) -> int:
        """How many would be mailed: active on the list and not suppressed."""
        ...


class Imports(Protocol):
    def begin(self, list_name: str, files: Sequence[str]) -> int:
        """The number of a new import, under which `Readers` note what they change."""
        ...

    def undo(self, number: int) -> int:
        """Put everybody whom an import touched back as they were, but for what they did themselves since.

        Returns how many people and do-not-mail entries that were. Raises Missing, or NotNow where it was undone before.
        """
        ...
