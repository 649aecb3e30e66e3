"""A desk to collect at: real files, a real database, and the real fetcher, let through to servers of the test's own."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from newsletter.collect.desk import CollectDesk
from newsletter.collect.feeds.feeds_sql import FeedMemory
from newsletter.collect.finds_sql import Finds
from newsletter.collect.keys_sql import CollectKeys
from newsletter.collect.triage.looks_sql import FindLooks
from newsletter.collect.triage.presses_sql import Presses
from newsletter.collect.triage.read_pages_sql import ReadPages
from newsletter.fetch.feed_reader import FeedReader
from newsletter.fetch.http import HttpFetcher
from newsletter.folder.feeds_file import FeedFile
from newsletter.folder.habits_file import HabitFile
from newsletter.folder.issues import IssueFiles
from newsletter.folder.post_file import parse_post
from newsletter.folder.posts import PostFiles
from newsletter.folder.sheets import SheetFiles

ON = date(2026, 11, 23)


def local_fetcher(*ports: int, seconds: float = 5.0) -> HttpFetcher:
    """The real one, which reaches this machine on these ports and nothing else."""
    return HttpFetcher(allow=lambda address: address == "127.0.0.1", ports=ports, seconds=seconds)


def a_desk(engine: Engine, directory: Path, *, ports: Collection[int] = (), **more: Any) -> CollectDesk:
    parts: dict[str, Any] = {
        "finds": Finds(engine),
        "keys": CollectKeys(engine, lambda: secrets.token_urlsafe(32)),
        "looks": FindLooks(engine),
        "pages": ReadPages(engine),
        "presses": Presses(engine),
        "posts": PostFiles(directory),
        "issues": IssueFiles(directory),
        "sheets": SheetFiles(directory),
        "book": FeedFile(directory),
        "habits": HabitFile(directory),
        "memory": FeedMemory(engine),
        "reader": FeedReader(),
        "fetcher": local_fetcher(*ports),
        "parse_post": lambda text, slug, file: parse_post(text, slug=slug, file=file),
        "today": lambda: ON,
        "now": lambda: datetime.now(UTC),
        "why_fixed": lambda number: "",
    }
    return CollectDesk(**{**parts, **more})
