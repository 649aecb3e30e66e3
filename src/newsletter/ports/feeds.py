"""Feeds: the file that names them, what is remembered of each, and the mailbox that editors write to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from newsletter.words.feed import Feed, FeedState


class FeedBook(Protocol):
    """`feeds.toml` in the newsletter's folder."""

    def list_feeds(self) -> Sequence[Feed]:
        """In the order of the file. Raises Mistake with the line."""
        ...

    def add_feeds(self, feeds: Sequence[Feed]) -> Sequence[Feed]:
        """Append those that are not there yet; which they are. The rest of the file stays as it is."""
        ...

    def remove_feed(self, url: str) -> Feed:
        """Take one out. Raises Missing."""
        ...


class FeedMemory(Protocol):
    def get_states(self, urls: Sequence[str]) -> dict[str, FeedState]:
        """What is remembered, by address; those that were never asked are left out."""
        ...

    def claim_due(self, urls: Sequence[str], *, lease: timedelta) -> FeedState | None:
        """One of these that is due, taken so that nobody else asks it for as long as `lease`; None where none is."""
        ...

    def claim(self, url: str, *, lease: timedelta) -> FeedState:
        """This one, due or not."""
        ...

    def record(self, state: FeedState, *, pause: timedelta) -> None:
        """Write down how asking went; it is due again after `pause`."""
        ...

    def forget(self, url: str) -> None: ...

    def now(self) -> datetime:
        """The database's clock."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message in the mailbox: its number there, and its bytes (cut at a bound, if it is large).

    `was_begun` where somebody marked it as begun, and never took the mark away.
    """

    uid: int
    data: bytes
    was_begun: bool = False


class Mailbox(Protocol):
    def open(self) -> AbstractContextManager[Letters]:
        """Raises NotNow where it can't be reached, and Mistake for a wrong password or folder."""
        ...


class Letters(Protocol):
    def unseen_from(self, senders: Sequence[str]) -> Iterator[Letter]:
        """Messages that are not marked as seen and whose From line has one of these addresses; reading marks nothing."""
        ...

    def mark_seen(self, uid: int) -> None: ...

    def mark_begun(self, uid: int, *, begun: bool = True) -> None:
        """Mark a message as being read, or take that mark away. A server that keeps no such marks is none the worse."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """What a feed tells of a page, as plain text; `url` is whole and leads to the web."""

    url: str
    title: str = ""
    author: str = ""
    summary: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedText:
    """A feed that was read: its own name, its site, and its entries, the newest first as far as it says."""

    title: str
    entries: tuple[FeedEntry, ...]


class NotAFeed(Exception):
    """It can't be read as a feed. `reason` is a sentence for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FeedReader(Protocol):
    def read(self, data: bytes, *, url: str, content_type: str = "") -> FeedText:
        """Read Atom, RSS or JSON Feed, within bounds of time and memory. Raises NotAFeed."""
        ...
