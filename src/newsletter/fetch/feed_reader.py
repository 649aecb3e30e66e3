"""Reads feeds in the child process, with bounds: a feed made to take hours takes seconds, and takes nobody along."""

from __future__ import annotations

from datetime import datetime

from newsletter.apart import Bounds, call
from newsletter.fetch.feed_process import MOST_ENTRIES, SaidFeed
from newsletter.ports.feeds import FeedEntry, FeedText, NotAFeed
from newsletter.words.find import LONGEST_SUMMARY, LONGEST_TITLE, is_clean, plain_words
from newsletter.words.mistake import NewsletterError

SECONDS = 10.0
MEGABYTES = 600


class FeedReader:
    """Reads with feedparser, which some inputs of two megabytes keep busy for hours."""

    def __init__(self, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> None:
        self._seconds, self._megabytes = seconds, megabytes

    def read(self, data: bytes, *, url: str, content_type: str = "") -> FeedText:
        """Read Atom, RSS or JSON Feed, within bounds of time and memory. Raises NotAFeed."""
        try:
            said = call(
                "newsletter.fetch.feed_process:read_feed",
                data,
                returns=SaidFeed,
                what="it",
                bounds=Bounds(seconds=self._seconds, megabytes=self._megabytes),
                url=url,
                content_type=content_type,
            )
        except NewsletterError as error:
            raise NotAFeed(error.message.removesuffix(".")) from None
        if said.problem is not None:
            raise NotAFeed(said.problem)
        return feed_text(said)


def feed_text(said: SaidFeed) -> FeedText:
    """What the child process said, within the bounds of what is stored: a feed may have got hold of the child."""
    return FeedText(
        title=plain_words(said.title, LONGEST_TITLE),
        entries=tuple(_entry(entry) for entry in said.entries[:MOST_ENTRIES] if is_clean(entry["url"])),
        left_out={plain_words(reason, LONGEST_TITLE): count for reason, count in said.left_out.items()},
    )


def _entry(said: dict[str, str]) -> FeedEntry:
    return FeedEntry(
        url=said["url"],
        identity=said["identity"],
        title=plain_words(said["title"], LONGEST_TITLE),
        author=plain_words(said["author"], LONGEST_TITLE),
        summary=plain_words(said["summary"], LONGEST_SUMMARY),
        media=plain_words(said["media"], LONGEST_TITLE),
        published_at=datetime.fromisoformat(said["published_at"]) if said["published_at"] else None,
    )
