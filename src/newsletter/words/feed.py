"""Feeds: addresses that tell of new pages, and how we stand with each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

EVERY = timedelta(hours=1)
LONGEST_PAUSE = timedelta(days=1)
# Long enough for a feed and its retries; then somebody else may take the poll over.
LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A subscription, as `feeds.toml` names it. `title` is ours; "" takes the feed's own."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What we know of a feed: how to ask whether it changed, when to ask next, and what went wrong the last time."""

    url: str
    title: str = ""
    etag: str = ""
    modified: str = ""
    answered_at: datetime | None = None
    next_at: datetime | None = None
    failures: int = 0
    problem: str = ""

    @property
    def is_new(self) -> bool:
        """Whether it never answered: then most of what is in it was there before we came."""
        return self.answered_at is None


def pause_after(failures: int) -> timedelta:
    """How long a feed is left alone: an hour, and twice as long after each failure in a row, up to a day."""
    return min(EVERY * int(2 ** min(failures, 10)), LONGEST_PAUSE)
