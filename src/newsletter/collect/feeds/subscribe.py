"""Subscribing to a feed: the address is asked first, and a page is looked through for the feed that it names."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.apart import call
from newsletter.collect.desk import CollectDesk
from newsletter.collect.feeds.feed_address import feed_address
from newsletter.collect.feeds.poll import MAX_BYTES, Polled, poll
from newsletter.ports.feeds import FeedText, NotAFeed
from newsletter.ports.fetcher import Fetched, NotFetched
from newsletter.words.feed import Feed
from newsletter.words.mistake import Mistake

_KINDS = ("application/atom+xml", "application/rss+xml", "application/feed+json", "application/json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """`is_new` is False where it was in the file already. `polled` is what the first look at it brought."""

    feed: Feed
    is_new: bool
    polled: Polled


def subscribe(desk: CollectDesk, url: str, *, title: str = "") -> Subscribed:
    """Add a feed by its address, or by that of a page that names one. Raises Mistake where neither is there."""
    address = feed_address(url)
    if address is None:
        raise Mistake(f"This is not an address of the web: {url[:200]}", fix="Write it whole: https://example.com/feed")
    address, said = _located(desk, address)
    feed = Feed(url=address, title=title or said.title)
    added = desk.book.add_feeds([feed])
    return Subscribed(feed=feed, is_new=bool(added), polled=poll(desk, feed))


def unsubscribe(desk: CollectDesk, url: str) -> Feed:
    """Take a feed out of the file, and forget how we stood with it. Its finds stay. Raises Missing."""
    feed = desk.book.remove_feed(url)
    desk.memory.forget(feed.url)
    return feed


def _ask(desk: CollectDesk, address: str) -> Fetched:
    try:
        answer = desk.fetcher.fetch(address, limit=MAX_BYTES)
    except NotFetched as error:
        raise Mistake(
            f"{address} was not fetched: {error.reason}.", fix="Check the address; nothing was added."
        ) from None
    if answer.status != 200:
        raise Mistake(f"{address} answers {answer.status}.", fix="Check the address; nothing was added.")
    return answer


def _located(desk: CollectDesk, address: str) -> tuple[str, FeedText]:
    """The address itself where a feed is there, else the one that the page names first."""
    answer = _ask(desk, address)
    try:
        return address, _read(desk, answer)
    except NotAFeed as error:
        named, problem = _named(answer), error.reason
    if not named:
        raise Mistake(
            f"{address} is neither a feed nor a page that names one: {problem}.",
            fix="Look for “RSS”, “Atom” or “feed” on that site, and add that address; nothing was added.",
        )
    try:
        return named[0], _read(desk, _ask(desk, named[0]))
    except NotAFeed as error:
        raise Mistake(
            f"{named[0]}, which that page names, is no feed: {error.reason}.",
            fix="Add another address; nothing was added.",
        ) from None


def _read(desk: CollectDesk, answer: Fetched) -> FeedText:
    return desk.reader.read(answer.body, url=answer.url, content_type=answer.headers.get("content-type", ""))


def _named(answer: Fetched) -> list[str]:
    """The feeds that a page's head names, in its order."""
    if b"<" not in answer.body[:2_000]:
        return []
    # Links to feeds stand in the head; more of a page is not read.
    task, head = "newsletter.collect.feeds.subscribe:find_feed_links", answer.body[:300_000]
    links = call(
        task, head, returns=list[str], what=f"The page {answer.url}", fix="Add the address of its feed itself."
    )
    found = [feed_address(link, answer.url) for link in links]
    return [address for address in found if address]


def find_feed_links(page: bytes) -> list[str]:
    """Where a page says that its feeds are, as it writes them. Runs in the child process."""
    from bs4 import BeautifulSoup

    links = BeautifulSoup(page, "lxml").select("link[rel~=alternate][href]")
    return [
        str(link["href"]) for link in links if str(link.get("type") or "").partition(";")[0].strip().lower() in _KINDS
    ]
