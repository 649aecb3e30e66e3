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
    A row whose status is ENDED takes the person off the list. `tags` are added to those that the person has.
    """

    email: str
    first_name: str | None = None
    last_name: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    status: SubscriptionStatus | None = None
    consent: str | None = None
    since_at: datetime | None = None
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a dry run would do to one person: (what, before, after) of every value that differs."""

    email: str
    is_new: bool
    values: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What became of a batch of readers, by address key.

    `added` are new on this list. `suppressed` were not put on it: the address is never mailed for that reason, or
    (None) the person's subscription to this list has ended. `erased` asked to be forgotten, and were not put on it; nor
    was who is in `moved`, an address that its reader has given up for another one.
    `changes` are what a dry run would change; empty otherwise.
    """

    added: Sequence[str] = ()
    updated: Sequence[str] = ()
    unchanged: Sequence[str] = ()
    suppressed: Mapping[str, SuppressionReason | None] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()
    changes: Sequence[Change] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """A list and how many people stand where. `active` are those who would be mailed now.

    `suppressed` are pending or active there, but their address is never mailed; `resting` are active and take a break.
    """

    name: str
    pending: int
    active: int
    ended: int
    suppressed: int = 0
    resting: int = 0


class ListedReaders(Protocol):
    """As much as a file of a list is made from."""

    def iterate(self, list_name: str, *, status: SubscriptionStatus | None = None) -> Iterator[Subscriber]:
        """Everyone on a list in id order with their subscription to it, read in pages: memory does not grow.

        Raises Missing where there is no such list.
        """
        ...

    def iterate_suppressed(self, list_name: str) -> Iterator[tuple[str, SuppressionReason, datetime]]:
        """(address key, reason, since) of all on the do-not-mail list who are not on this list, read in pages.

        With addresses that readers gave up: at whoever gets this list, those have unsubscribed.
        """
        ...

    def known_fields(self) -> Sequence[str]:
        """Names of the custom fields that any subscriber has, sorted."""
        ...


class Readers(ListedReaders, Protocol):
    def find_list(self, name: str) -> int | None: ...

    def add_list(self, name: str) -> int:
        """The list's id; makes the list where there is none."""
        ...

    def list_names(self) -> Sequence[str]:
        """The lists by name. Quick, however many readers there are."""
        ...

    def has_many(self) -> bool:
        """Whether there are so many that counting them takes longer than a page may."""
        ...

    def has_any(self) -> bool:
        """Whether anybody is active on any list."""
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

    def take_off(self, email: str) -> int | None:
        """End all of a person's subscriptions, and keep them off every other list until they sign up themselves.

        Returns how many ended; None where nobody has the address.
        """
        ...

    def suppress(self, email: str, reason: SuppressionReason) -> None:
        """Never mail this address again; of two reasons the stronger is kept."""
        ...

    def suppress_many(self, reasons: Sequence[tuple[str, SuppressionReason]], *, run: int | None = None) -> None:
        """`suppress` for many (address, reason) in one transaction; `run` as in `join`."""
        ...

    def find_suppression(self, email: str) -> SuppressionReason | None: ...

    def iterate_addresses(self) -> Iterator[tuple[int, str]]:
        """(id, address) of every subscriber, by id, read in pages."""
        ...

    def count_on_several(self) -> int:
        """How many subscribers are on more than one list, those who left it not counted."""
        ...

    def find_subscribers(self, numbers: Sequence[int]) -> Sequence[Subscriber]:
        """These subscribers, with every subscription, by id."""
        ...

    def count_active(self, list_name: str, *, at: datetime | None = None) -> int:
        """How many would be mailed: active on the list, not suppressed and not taking a break `at` that time; None is now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """An import that was begun. `finished_at` is None where it was interrupted, or is under way."""

    number: int
    list_name: str
    files: Sequence[str]
    started_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None


class Imports(Protocol):
    def begin(self, list_name: str, files: Sequence[str]) -> int:
        """The number under which `Readers` note what they change: that of an interrupted import of the same files to
        the same list, so that both are taken back as one, else a new one."""
        ...

    def find_interrupted(self, list_name: str, files: Sequence[str]) -> int | None:
        """The newest import of these files to this list that was begun, not finished and not taken back."""
        ...

    def finish(self, number: int) -> None:
        """Note that every row was looked at."""
        ...

    def list_imports(self, *, most: int) -> Sequence[ImportRow]:
        """The newest first."""
        ...

    def undo(self, number: int) -> int:
        """Put everybody whom an import touched back as they were, but for what they did themselves since.

        A list that the import made goes too, if nothing else uses it. Returns how many people and do-not-mail entries
        that were. Raises Missing, or NotNow where it was undone before.
        """
        ...
