"""Rows that bring readers to a list, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason


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
class ReaderChange:
    """What a dry run would do to one person: (what, before, after) of every value that differs."""

    email: str
    is_new: bool
    values: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinResult:
    """What became of a batch of readers, by address key.

    `added` are new on this list. `suppressed` were not put on it: the address is never mailed for that reason, or
    (None) the person's subscription to this list has ended. `erased` asked to be forgotten, and were not put on it; nor
    were those in `moved`, addresses that their readers have given up for another one.
    `changes` are what a dry run would change; empty otherwise.
    """

    added: Sequence[str] = ()
    updated: Sequence[str] = ()
    unchanged: Sequence[str] = ()
    suppressed: Mapping[str, SuppressionReason | None] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()
    changes: Sequence[ReaderChange] = field(default=(), compare=False)


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
