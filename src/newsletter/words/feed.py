"""Feeds: addresses that tell of new pages, and how we stand with each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.words.canonical import canonical

EVERY = timedelta(hours=1)
LONGEST_PAUSE = timedelta(days=1)
# Long enough for a feed and its retries; then somebody else may take the poll over.
LEASE = timedelta(minutes=5)
# So many digits of what names a feed's entry are the feed's own.
FEED_DIGITS = 16


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


def entry_identity(url: str, entry_id: str) -> str:
    """What tells an entry from others of its feed: its page, the place in that page, and its id. How an address among these is
    written does not count: a site that moves to https has no new entries.
    """
    whole = entry_id.encode(errors="replace").decode()
    return " ".join(f"{canonical(one)}#{one.partition('#')[2]}" for one in (url, whole))


def entry_name(feed_url: str, identity: str) -> str:
    """64 hexadecimal digits for an entry of a feed, the first `FEED_DIGITS` the same for all of its entries."""
    return _digest(feed_url)[:FEED_DIGITS] + _digest(identity)[FEED_DIGITS:]


def left_out_words(left_out: Mapping[str, int]) -> str:
    """How many entries of a feed were left out and why; "" where none was."""
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in left_out.items() if count)
    return f"{sum(left_out.values()):,} left out: {reasons}" if reasons else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
