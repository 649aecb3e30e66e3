"""Finds as they are stored, and the keys that may do nothing but add some."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsletter.words.find import Find, FindDraft, FindStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPost:
    """A post's file that was written for a find: its name, and the digest of its text."""

    slug: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectKey:
    """A key that may only collect; the key itself is shown once and never kept."""

    name: str
    created_at: datetime
    used_at: datetime | None


class Finds(Protocol):
    def add(self, draft: FindDraft) -> tuple[Find, bool]:
        """Store it; the find, and whether it is new. One row a page, whatever its address looks like.

        What a person sends again comes back to waiting, with the new note and quote added to those it has. What a feed
        tells again, and a mail that was taken before (`once`), change nothing.
        """
        ...

    def add_all(self, drafts: Sequence[FindDraft]) -> int:
        """Store what a feed tells, in one transaction; how many of them wait now that did not before."""
        ...

    def get(self, find: int) -> Find:
        """Raises Missing."""
        ...

    def list_finds(
        self, status: FindStatus = FindStatus.WAITING, *, before: int | None = None, limit: int = 50, matching: str = ""
    ) -> Sequence[Find]:
        """Newest first; `before` is the id of the last one of the page above."""
        ...

    def count(self, status: FindStatus = FindStatus.WAITING) -> int: ...

    def plan_post(self, find: int, slug: str) -> str:
        """Note which file it is about to become, if none is noted; the slug that is noted now. Raises Missing."""
        ...

    def keep(self, find: int, write: Callable[[Find], WrittenPost]) -> tuple[Find, bool]:
        """Call `write` while nobody else can decide about this find, and mark it kept.

        Where it was kept before, `write` is not called and the second value is False. Raises Missing.
        """
        ...

    def dismiss(self, find: int) -> Find:
        """Raises Missing, and NotNow for one that was kept."""
        ...

    def undo(self, find: int, withdraw: Callable[[WrittenPost], None]) -> Find:
        """Back to waiting. For a kept one `withdraw` takes its file away first, or raises. Raises Missing."""
        ...

    def choose(self, find: int, url: str) -> Find:
        """Settle which of its links is meant; where that page is a find already, the two become one. Raises Missing."""
        ...

    def list_bare(self, limit: int) -> Sequence[Find]:
        """Those that wait, have an address, and whose page was not looked at yet; oldest first."""
        ...

    def describe(self, find: int, draft: FindDraft | None) -> None:
        """Write what its page says of itself where nothing is known; None where it says nothing. It is asked once."""
        ...


class CollectKeys(Protocol):
    def new_key(self, name: str) -> str:
        """Make a key; it is returned this once. Raises Mistake where the name is taken or none."""
        ...

    def verify(self, key: str) -> str | None:
        """The name of a good key, else None."""
        ...

    def revoke(self, name: str) -> None:
        """Raises Missing."""
        ...

    def list_keys(self) -> Sequence[CollectKey]: ...
