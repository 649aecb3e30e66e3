"""Reads feeds in a process of its own, with bounds: a feed made to take hours takes seconds, and takes nobody along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime

from newsletter.ports.feeds import FeedEntry, FeedText, NotAFeed
from newsletter.words.find import LONGEST_SUMMARY, LONGEST_TITLE, is_clean, plain_words

SECONDS = 10.0
MEGABYTES = 600
MOST_ENTRIES = 100
_MOST_ANSWERED = 2_000_000


class ContainedFeedReader:
    """The `FeedReader` port over feedparser, which some inputs of two megabytes keep busy for hours."""

    def __init__(self, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> None:
        self._seconds, self._megabytes = seconds, megabytes

    def read(self, data: bytes, *, url: str, content_type: str = "") -> FeedText:
        head = json.dumps({"url": url, "content_type": content_type, "seconds": self._seconds, "mb": self._megabytes})
        # No setting and no secret of ours goes in; only the way to find the program.
        environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        try:
            done = subprocess.run(
                [sys.executable, "-m", "newsletter.fetch.feed_process"],
                input=head.encode() + b"\n" + data,
                capture_output=True,
                timeout=self._seconds,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise NotAFeed(f"it takes longer than {self._seconds:g} seconds to be read") from None
        if done.returncode != 0 or len(done.stdout) > _MOST_ANSWERED:
            raise NotAFeed("it is more than can be read")
        return _feed(json.loads(done.stdout))


def _feed(said: dict[str, object]) -> FeedText:
    problem, entries = said.get("problem"), said.get("entries")
    if problem is not None or not isinstance(entries, list):
        raise NotAFeed(str(problem))
    return FeedText(
        title=plain_words(str(said.get("title") or ""), LONGEST_TITLE),
        entries=tuple(_entry(entry) for entry in entries[:MOST_ENTRIES] if is_clean(entry["url"])),
    )


def _entry(said: dict[str, str]) -> FeedEntry:
    return FeedEntry(
        url=said["url"],
        title=plain_words(said["title"], LONGEST_TITLE),
        author=plain_words(said["author"], LONGEST_TITLE),
        summary=plain_words(said["summary"], LONGEST_SUMMARY),
        published_at=datetime.fromisoformat(said["published_at"]) if said["published_at"] else None,
    )
