"""What collecting works with: where finds and posts are kept, who fetches pages, whose mail counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from newsletter.collect.markdown import ParsePost
from newsletter.ports.feeds import FeedBook, FeedMemory, FeedReader, Mailbox
from newsletter.ports.fetcher import Fetcher
from newsletter.ports.finds import CollectKeys, Finds
from newsletter.ports.folder import Issues, PostShelf


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectDesk:
    """`today` is the author's own day, which names a post's file. `mailbox` is None where none is set."""

    finds: Finds
    keys: CollectKeys
    posts: PostShelf
    issues: Issues
    book: FeedBook
    memory: FeedMemory
    reader: FeedReader
    fetcher: Fetcher
    parse_post: ParsePost
    today: Callable[[], date]
    now: Callable[[], datetime]
    mailbox: Mailbox | None = None
    editors: tuple[str, ...] = ()
