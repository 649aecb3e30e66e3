"""Taking back what wrong bounces did: looked at first, done in one go, and put back again where that was wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.feedback.wrong_bounces import Which


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
