"""Feeds: what is read of them, and why one is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """What a feed tells of a page, as plain text; `url` is whole and leads to the web.

    `identity` tells it from every other entry of the feed, also where their pages are one. `media` says of a file that it
    encloses of which kind, how long and how large it is.
    """

    url: str
    identity: str
    title: str = ""
    author: str = ""
    summary: str = ""
    media: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedText:
    """A feed that was read: its own name, and its entries, the newest first as far as it says.

    `left_out` counts the entries that are not among them, by the reason: "without a link".
    """

    title: str
    entries: tuple[FeedEntry, ...]
    left_out: Mapping[str, int]


class NotAFeed(Exception):
    """It can't be read as a feed. `reason` is a sentence for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
