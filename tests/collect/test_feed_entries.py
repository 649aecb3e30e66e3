"""Entries of a feed: each is a find once, or is counted in what is said to be left out."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from newsletter.collect.feeds.poll import Polled, entry_drafts
from newsletter.collect.finds_sql import Finds
from newsletter.fetch.feed_process import SaidFeed, read_feed
from newsletter.fetch.feed_reader import feed_text
from newsletter.words.feed import Feed
from newsletter.words.find import FindDraft, FindStatus, Origin
from tests.fetch.feed_texts import atom, json_feed, rss

NOW = datetime(2026, 11, 30, tzinfo=UTC)
_NUMBERS = count()


@dataclass(frozen=True, kw_only=True)
class Told:
    """An entry as a test writes it."""

    link: str = ""
    name: str = ""
    day: str = ""
    file: str = ""


def as_rss(entries: Sequence[Told]) -> str:
    def item(told: Told) -> str:
        link = f"<link>{escape(told.link)}</link>" if told.link else ""
        name = f'<guid isPermaLink="false">{told.name}</guid>' if told.name else ""
        day = f"<dc:date xmlns:dc='http://purl.org/dc/elements/1.1/'>{told.day}</dc:date>" if told.day else ""
        file = f'<enclosure url="{told.file}" type="audio/mpeg" length="1"/>' if told.file else ""
        return f"<item><title>T</title>{link}{name}{day}{file}</item>"

    return rss("".join(map(item, entries)))


def as_atom(entries: Sequence[Told]) -> str:
    def entry(told: Told) -> str:
        link = f'<link href="{escape(told.link)}"/>' if told.link else ""
        name = f"<id>tag:{told.name}</id>" if told.name else ""
        day = f"<updated>{told.day}</updated>" if told.day else ""
        file = f'<link rel="enclosure" href="{told.file}" type="audio/mpeg"/>' if told.file else ""
        return f"<entry><title>T</title>{file}{link}{name}{day}</entry>"

    return atom("".join(map(entry, entries)))


def as_json(entries: Sequence[Told]) -> str:
    def item(told: Told) -> dict[str, object]:
        file = {"attachments": [{"url": told.file, "mime_type": "audio/mpeg"}]} if told.file else {}
        return {"id": told.name, "url": told.link, "title": "T", "date_published": told.day, **file}

    return json_feed([item(told) for told in entries])


KINDS = (as_rss, as_atom, as_json)
ENTRIES = st.lists(
    st.builds(
        Told,
        link=st.sampled_from(
            ["", "/a", "/b", "/a#v1", "/a#v2", "/a?utm_source=rss", "/a?x=1&y=2", "javascript:alert(1)"]
        ),
        name=st.sampled_from(["", "1", "2", "3"]),
        day=st.sampled_from(["", "2026-11-20T10:00:00Z", "2026-11-28T10:00:00Z", "2019-01-01T00:00:00Z"]),
        file=st.sampled_from(["", "", "/a.mp3", "/b.mp3"]),
    ),
    max_size=12,
)


@pytest.fixture
def finds(engine: Engine) -> Finds:
    return Finds(engine)


def polled(finds: Finds, body: str, feed: str, *, is_first: bool = False) -> Polled:
    """What the reader, the drafts and the table make of a feed, without the child process and the web around it."""
    said = feed_text(SaidFeed(**read_feed(body.encode(), url=feed, content_type="")))  # type: ignore[arg-type]
    drafts = entry_drafts(said.entries, feed, name="Coast", is_first=is_first, now=NOW)
    return Polled(feed=Feed(url=feed), new=finds.add_all(drafts), left_out=said.left_out)


def a_feed() -> str:
    return f"https://site{next(_NUMBERS)}.example.com/feed"


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=ENTRIES, n_first=st.integers(0, 12), kind=st.sampled_from(KINDS), later=st.randoms(use_true_random=False)
)
def test_each_entry_is_a_find_once_or_is_counted(
    finds: Finds, entries: list[Told], n_first: int, kind: Callable[[Sequence[Told]], str], later: random.Random
) -> None:
    """Whatever a feed holds, however it grows; asked again, with other days and in another order, nothing in it is new."""
    feed, first = a_feed(), entries[:n_first]
    begun = polled(finds, kind(first), feed)
    grown = polled(finds, kind(entries), feed)
    other_days = [replace(told, day="2026-11-29T10:00:00Z" if told.day else "") for told in entries]
    later.shuffle(other_days)

    assert len(first) == begun.new + sum(begun.left_out.values())
    assert len(entries) == begun.new + grown.new + sum(grown.left_out.values())
    assert 0 == polled(finds, kind(other_days), feed).new


def test_places_in_one_page_are_finds_of_their_own(finds: Finds) -> None:
    """Also where each is in the feed alone; their addresses keep the place."""
    feed = a_feed()
    new = [polled(finds, as_rss([Told(link=f"/log#v{n}", name=str(n))]), feed).new for n in (1, 2, 2, 3)]

    assert [1, 1, 0, 1] == new
    assert ["#v3", "#v2", "#v1"] == [str(find.url)[-3:] for find in finds.list_finds()]


def test_a_feed_that_makes_up_ids_tells_nothing_twice(finds: Finds) -> None:
    """Only an id that stands beside another of the same page in one feed makes a find of its own."""
    feed = a_feed()

    assert [1, 0, 0] == [polled(finds, as_rss([Told(link="/a", name=str(n))]), feed).new for n in range(3)]


def test_a_site_that_moves_to_https_tells_nothing_anew(finds: Finds) -> None:
    """Its ids are addresses of places in one page, and change with it."""
    feed = a_feed()
    before = [Told(link=f"http://a.example.com/log#v{n}", name=f"http://a.example.com/log#v{n}") for n in (1, 2)]
    after = [Told(link=f"https{told.link[4:]}", name=f"https{told.name[4:]}") for told in before]

    assert [2, 0] == [polled(finds, as_rss(entries), feed).new for entries in (before, after)]


def test_a_page_that_two_feeds_tell_of_is_one_find(finds: Finds) -> None:
    """A feed of everything and one of a subject; and what a person sent before."""
    entries, feed = [Told(link=f"/log#v{n}", name=str(n)) for n in (1, 2)], a_feed()
    finds.add(FindDraft(url=feed.replace("/feed", "/b"), origin=Origin.PERSON, source=""))

    assert 2 == polled(finds, as_rss([*entries, Told(link="/b")]), feed).new
    assert 0 == polled(finds, as_rss([*entries, Told(link="/b")]), f"{feed}/boats").new


def test_a_find_says_what_it_encloses_and_the_poll_what_it_left(finds: Finds) -> None:
    """In the words that the command line and the studio show."""
    feed = a_feed()
    done = polled(finds, as_rss([Told(file="/1.mp3", name="a"), Told(name="b"), Told(name="c"), Told(link="/1"),
                                 Told(link="/1")]), feed, is_first=True)  # fmt: skip

    assert "Coast (audio)" in [find.source for find in finds.list_finds()]
    assert "2 new finds; 3 left out: 2 without a link, 1 listed twice" == done.said
    assert "it answers 404" == Polled(feed=done.feed, problem="it answers 404").said
    assert 0 == finds.count(FindStatus.OLD)
