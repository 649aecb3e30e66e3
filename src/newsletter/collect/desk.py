"""What collecting works with: where finds and posts are kept, who fetches pages, whose mail counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from newsletter.collect.feeds.feeds_sql import FeedMemory
from newsletter.collect.finds_sql import Finds
from newsletter.collect.keys_sql import CollectKeys
from newsletter.collect.markdown import ParsePost
from newsletter.collect.triage.looks_sql import FindLooks
from newsletter.collect.triage.presses_sql import Presses
from newsletter.collect.triage.read_pages_sql import ReadPages
from newsletter.fetch.feed_reader import FeedReader
from newsletter.fetch.imap import Mailbox
from newsletter.folder.feeds_file import FeedFile
from newsletter.folder.habits_file import HabitFile
from newsletter.folder.posts import PostFiles
from newsletter.folder.sheets import SheetFiles
from newsletter.ports.fetcher import Fetcher
from newsletter.ports.folder import Issues


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectDesk:
    """`today` is the author's own day, which names a post's file. `mailbox` is None where none is set.

    `why_fixed` says why nothing may be put into an issue or taken out of it, "" where it may. `zone` is the newsletter's (IANA). After `feed_days` what a feed brought is let go.
    """

    finds: Finds
    keys: CollectKeys
    looks: FindLooks
    pages: ReadPages
    presses: Presses
    posts: PostFiles
    issues: Issues
    sheets: SheetFiles
    book: FeedFile
    habits: HabitFile
    memory: FeedMemory
    reader: FeedReader
    fetcher: Fetcher
    parse_post: ParsePost
    today: Callable[[], date]
    now: Callable[[], datetime]
    why_fixed: Callable[[int], str]
    mailbox: Mailbox | None = None
    editors: tuple[str, ...] = ()
    zone: str = "UTC"
    feed_days: int = 14
