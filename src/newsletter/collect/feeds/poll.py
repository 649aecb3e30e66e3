"""Polling feeds: each is asked whether it changed, about once an hour, and less often while it fails."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from newsletter.collect.desk import CollectDesk
from newsletter.collect.web_address import site_of
from newsletter.ports.feeds import FeedEntry, FeedText, NotAFeed
from newsletter.ports.fetcher import Fetched, NotFetched, WhyNot
from newsletter.words.feed import (
    EVERY,
    LEASE,
    LONGEST_PAUSE,
    Feed,
    FeedState,
    entry_name,
    left_out_words,
    pause_after,
)
from newsletter.words.find import FindDraft, Origin

log = logging.getLogger(__name__)

# A feed of years of whole articles; more is a mistake or a trap.
MAX_BYTES = 3_000_000
# Of what a feed holds when it is subscribed to, this many are news; the rest is older than the subscription.
_FIRST_ENTRIES = 10
_FIRST_DAYS = timedelta(days=14)
_LONGEST_TAG = 500
_GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What came of asking a feed: how many new finds, how many entries were left out by the reason, and a sentence where it
    went wrong or moved.
    """

    feed: Feed
    new: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""

    @property
    def said(self) -> str:
        """All of it in one line, without a full stop."""
        new = f"{self.new:,} new find{'' if self.new == 1 else 's'}" if self.new or not self.problem else ""
        return "; ".join(part for part in (new, left_out_words(self.left_out), self.problem) if part)


def poll_due(desk: CollectDesk, *, go_on: Callable[[], bool] = lambda: True) -> list[Polled]:
    """Ask the feeds that are due, while `go_on` says so. Several processes may do it at once: each is asked by one."""
    feeds = {feed.url: feed for feed in desk.book.list_feeds()}
    done: list[Polled] = []
    while feeds and go_on():
        state = desk.memory.claim_due(list(feeds), lease=LEASE)
        if state is None:
            break
        done.append(_asked(desk, feeds[state.url], state))
    return done


def poll(desk: CollectDesk, feed: Feed) -> Polled:
    """Ask this one now, due or not."""
    return _asked(desk, feed, desk.memory.claim(feed.url, lease=LEASE))


def _asked(desk: CollectDesk, feed: Feed, state: FeedState) -> Polled:
    try:
        answer = desk.fetcher.fetch(feed.url, limit=MAX_BYTES, also=_conditions(state))
    except NotFetched as error:
        # Our own network is no fault of the feed's: it is asked again soon.
        failures = state.failures + (error.why is not WhyNot.OFFLINE)
        return _failed(desk, feed, replace(state, failures=failures), error.reason, None)
    if answer.status == 304:
        desk.memory.record(replace(state, failures=0, problem=_moved(answer, feed)), pause=EVERY)
        return Polled(feed=feed)
    failed = replace(state, failures=state.failures + 1)
    if answer.status != 200:
        gone = ", so it is gone for good" if answer.status == _GONE else ""
        pause = LONGEST_PAUSE if answer.status == _GONE else _wanted_pause(answer, desk.now())
        return _failed(desk, feed, failed, f"it answers {answer.status}{gone}", pause)
    try:
        said = desk.reader.read(answer.body, url=answer.url, content_type=answer.headers.get("content-type", ""))
    except NotAFeed as error:
        return _failed(desk, feed, failed, error.reason, None)
    return _taken(desk, feed, state, answer, said)


def _taken(desk: CollectDesk, feed: Feed, state: FeedState, answer: Fetched, said: FeedText) -> Polled:
    """Finds first, then the note that they were taken: what is asked for twice is found once."""
    name = feed.title or said.title or site_of(feed.url)
    drafts = entry_drafts(said.entries, feed.url, name=name, is_first=state.is_new, now=desk.now())
    new = desk.finds.add_all(drafts)
    from_before = {"from before it was subscribed to": sum(draft.is_old for draft in drafts)}
    left_out = {reason: count for reason, count in {**said.left_out, **from_before}.items() if count}
    if left_out:
        log.info("the feed %s: %s", site_of(feed.url), left_out_words(left_out))
    problem = _moved(answer, feed)
    known = replace(
        state,
        title=said.title,
        etag=_tag(answer, "etag"),
        modified=_tag(answer, "last-modified"),
        failures=0,
        problem=problem,
    )
    desk.memory.record(known, pause=EVERY)
    return Polled(feed=feed, new=new, left_out=left_out, problem=problem)


def entry_drafts(
    entries: Sequence[FeedEntry], feed_url: str, *, name: str, is_first: bool, now: datetime
) -> list[FindDraft]:
    """A draft for each entry, the oldest first, so that the newest gets the highest number and stands on top."""
    drafts = [
        FindDraft(
            url=entry.url,
            origin=Origin.FEED,
            source=f"{name} ({entry.media})" if entry.media else name,
            title=entry.title,
            site=name,
            author=entry.author,
            summary=entry.summary,
            published_at=entry.published_at,
            once=entry_name(feed_url, entry.identity),
            is_old=is_first and (place >= _FIRST_ENTRIES or _is_past(entry, now)),
        )
        for place, entry in enumerate(entries)
    ]
    return drafts[::-1]


def _is_past(entry: FeedEntry, now: datetime) -> bool:
    return entry.published_at is not None and now - entry.published_at > _FIRST_DAYS


def _failed(desk: CollectDesk, feed: Feed, state: FeedState, reason: str, pause: timedelta | None) -> Polled:
    log.info("the feed %s was not read: %s", site_of(feed.url), reason)
    desk.memory.record(replace(state, problem=reason), pause=max(pause or EVERY, pause_after(state.failures - 1)))
    return Polled(feed=feed, problem=reason)


def _conditions(state: FeedState) -> dict[str, str]:
    return {
        **({"If-None-Match": state.etag} if state.etag else {}),
        **({"If-Modified-Since": state.modified} if state.modified else {}),
    }


def _tag(answer: Fetched, name: str) -> str:
    """A header to give back as it came, or "" where no server can mean it."""
    value = answer.headers.get(name, "").strip()
    return value if len(value) <= _LONGEST_TAG and value.isascii() and value.isprintable() else ""


def _moved(answer: Fetched, feed: Feed) -> str:
    if not answer.is_permanent or answer.url == feed.url:
        return ""
    return f"it moved for good to {answer.url}: add that address and remove this one"


def _wanted_pause(answer: Fetched, now: datetime) -> timedelta | None:
    """Retry-After, in seconds or as a day, within a day (RFC 9110, 10.2.3)."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isdecimal() and len(said) < 10:
        return min(timedelta(seconds=int(said)), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(said)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return min(until - now, LONGEST_PAUSE) if until.tzinfo else None
