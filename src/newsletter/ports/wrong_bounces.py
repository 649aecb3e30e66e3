"""Taking back what wrong bounces did: looked at first, done in one go, and put back again where that was wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsletter.words.wrong_bounces import Which


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What an undo would do. `n_stay` bounced as well, and stay off for another reason.

    `n_subscriptions` ended because mail kept bouncing, and come back as they were. `domains` and `said` are the most
    frequent, with how many addresses: what stands behind the @, and the words of the mail servers.
    """

    n_addresses: int = 0
    n_stay: int = 0
    n_subscriptions: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    domains: Sequence[tuple[str, int]] = ()
    said: Sequence[tuple[str, int]] = ()

    @property
    def is_nothing(self) -> bool:
        return not (self.n_addresses or self.n_subscriptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """One undo. `put_back_at` is when its addresses were put on the do-not-mail list again, if they were."""

    number: int
    which: Which
    undone_at: datetime
    n_addresses: int
    n_subscriptions: int
    put_back_at: datetime | None = None


class WrongBounces(Protocol):
    def look(self, which: Which) -> Looked: ...

    def undo(self, which: Which) -> Undone | None:
        """Take off the do-not-mail list who is there because of such a bounce and for no other reason.

        A person's own word, a complaint and a block by hand stay. Subscriptions that ended because of such bounces are
        as they were before, but of those who left since. What was heard up to now changes nothing any more. None where
        there was nothing to do. Killed in the middle it goes on when it is said again.
        """
        ...

    def put_back(self, number: int) -> int | None:
        """Put the addresses of an undo on the list again; how many. None where there was no such undo, or it was put back.

        Subscriptions stay as they are: nothing goes to these addresses.
        """
        ...

    def list_undone(self, *, most: int) -> Sequence[Undone]:
        """The last first."""
        ...
