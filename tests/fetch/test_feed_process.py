"""Feeds as they are written: each entry has its own link, the newest are taken, and what is left out is counted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from newsletter.fetch.feed_process import read_feed
from tests.fetch.feed_texts import atom, json_feed, rss

FEED = "https://coast.example.com/news/feed"


def read(data: str | bytes, kind: str = "") -> dict[str, Any]:
    body = data if isinstance(data, bytes) else data.encode()
    return read_feed(body, url=FEED, content_type=kind)


def links(said: dict[str, Any]) -> list[str]:
    return [entry["url"].removeprefix("https://coast.example.com") for entry in said["entries"]]


@pytest.mark.parametrize(
    ("item", "link", "media"),
    [
        (('<enclosure url="/1.mp3" type="audio/mpeg" length="12345678"/><itunes:duration>3723</itunes:duration>'
          '<guid isPermaLink="false">a-1</guid>'), "/1.mp3", "audio, 1:02:03, 12.3 MB"),
        ('<link></link><guid>a-1</guid><enclosure url="/1.mp4" type="video/mp4" length="1"/>', "/1.mp4", "video"),
        ('<link>/1</link><enclosure url="/1.ogg" type="audio/ogg" length="0"/><itunes:duration>04:05</itunes:duration>',
         "/1", "audio, 4:05"),
        ('<link>/1</link><enclosure url="/1.jpg" type="image/jpeg" length="99999"/>', "/1", ""),
        (('<enclosure url="/1.jpg" type="image/jpeg"/><enclosure url="/1.mp3" type="audio/mpeg" length="38500000"/>'
          "<itunes:duration>42:10</itunes:duration>"), "/1.mp3", "audio, 42:10, 38.5 MB"),
        ('<enclosure url="/1.pdf" type="application/pdf" length="2500000"/>', "/1.pdf", "pdf, 2.5 MB"),
        ('<media:content url="/1.mp4" type="video/mp4" duration="100"/>', "/1.mp4", "video, 1:40"),
        ('<guid isPermaLink="true">https://coast.example.com/1?a=1&amp;b=2</guid>', "/1?a=1&b=2", ""),
        ("<link/><guid>https://coast.example.com/1</guid>", "/1", ""),
        ('<link/><guid isPermaLink="false">https://coast.example.com/1</guid><link>/2</link>', "/2", ""),
        ("<link><![CDATA[ https://coast.example.com/1?a=1&b=2 ]]></link>", "/1?a=1&b=2", ""),
        ('<atom:link rel="self" href="/x.xml"/><link>/1</link>', "/1", ""),
        ('<link>mailto:ana@example.com</link><enclosure url="/1.mp3" type="audio/mpeg"/>', "/1.mp3", "audio"),
    ],
)  # fmt: skip
def test_an_entry_of_rss_leads_to_its_page_else_to_its_file(item: str, link: str, media: str) -> None:
    """An enclosure says its kind, length and size; numbers that only fill the format are no size."""
    [entry] = (said := read(rss(f"<item><title>One</title>{item}</item>")))["entries"]

    assert ([link], media, {}) == (links(said), entry["media"], said["left_out"])


@pytest.mark.parametrize(
    "item", ["", '<guid isPermaLink="false">https://coast.example.com/1</guid>', "<guid>a-1</guid>",
             "<link>javascript:alert(1)</link>", f"<link>{FEED}</link>", "<link>http://[</link>"],
)  # fmt: skip
def test_an_entry_without_a_link_is_counted(item: str) -> None:
    """An id that says it is no address, or is none, is not made one."""
    said = read(rss(f"<item><title>No</title>{item}</item><item><title>Yes</title><link>/1</link></item>"))

    assert (["/1"], {"without a link": 1}) == (links(said), said["left_out"])


@pytest.mark.parametrize(
    ("entry", "link"),
    [
        (('<id>https://id.example.com/1</id><link rel="self" href="s"/><link rel="enclosure" type="audio/mpeg" href="e"/>'
          '<link rel="alternate" type="application/pdf" href="p"/>'), "/base/p"),
        ('<id>tag:coast,1</id><link rel="self" href="s"/><link rel="enclosure" type="audio/mpeg" href="e"/>', "/base/e"),
        ('<id>https://coast.example.com/1</id>', "/1"),
        ('<id>tag:coast,1</id><link href="en"/><link rel="alternate" hreflang="de" href="de"/>', "/base/en"),
        ('<id>tag:coast,1</id><link xml:base="deep/" href="en"/>', "/base/deep/en"),
        ('<id>tag:coast,1</id><link rel="self" href="s"/>', "/base/s"),
    ],
)  # fmt: skip
def test_of_several_links_of_atom_the_page_is_taken(entry: str, link: str) -> None:
    """The page, then the file, then its own address; xml:base counts, and an id only where it is an address."""
    said = read(atom(f"<entry><title>One</title>{entry}</entry>", base="https://coast.example.com/base/"))

    assert ([link], {}) == (links(said), said["left_out"])


def test_json_feed_is_read_as_it_is_written_in_the_wild() -> None:
    """Entities in plain text, ids that are numbers or addresses, days in other forms, a bad byte, and items that are none."""
    items = [
        {"id": "1", "url": "/1", "title": "It&#8217;s <em>A</em> &amp; B", "date_published": "2026-11-28T10:00:00.123456789+0100"},
        {"id": "https://coast.example.com/2", "title": "Vec<T> & you", "date_published": "2026-11-27 10:00"},
        {"id": 3, "title": "An id is no address"},
        {"id": "4", "url": "/4", "external_url": "https://else.example.com/4", "date_published": "Thu, 26 Nov 2026 10:00:00 GMT"},
        {"id": "5", "attachments": [{"url": "/5.mp3", "mime_type": "audio/mpeg", "duration_in_seconds": 61.5}]},
        {"id": "6", "url": "http://["},
        7,
    ]  # fmt: skip
    said = read(
        b"\xef\xbb\xbf" + json_feed(items, title="J &amp; K").encode().replace(b"you", b"you \xff"), "text/html"
    )
    first, second, third, fourth = said["entries"]

    assert "J & K" == said["title"]
    assert ["/1", "/2", "https://else.example.com/4", "/5.mp3"] == links(said)
    assert ("It’s A & B", "2026-11-28T09:00:00.123456+00:00") == (first["title"], first["published_at"])
    assert ("Vec<T> & you �", "2026-11-27T10:00:00+00:00") == (second["title"], second["published_at"])
    assert ("2026-11-26T10:00:00+00:00", "audio, 1:01") == (third["published_at"], fourth["media"])
    assert {"without a link": 2, "unreadable": 1} == said["left_out"]


@pytest.mark.parametrize(
    "kind", ["", "image/png", "text/plain; charset=utf-16", "application/octet-stream", "nonsense"]
)
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\n\n  "])
def test_a_wrong_type_a_mark_or_blanks_in_front_change_nothing(kind: str, before: bytes) -> None:
    """What the bytes say counts."""
    item = "<item><title><![CDATA[Åsa & I]]></title><link>/1</link></item>"
    said = read(before + rss(item, title="Küste").encode(), kind)

    assert ("Küste", "Åsa & I", ["/1"]) == (said["title"], said["entries"][0]["title"], links(said))


def test_the_newest_are_taken_wherever_they_stand() -> None:
    """From a feed of 150 that begins with its oldest; one without a day stands with the one before it."""
    day = "<pubDate>{}, 10 Nov {} 10:00:00 GMT</pubDate>"
    items = [f"<item><link>/{n}</link>{day.format('Tue', 1850 + n)}</item>" for n in range(150)]
    items.insert(149, "<item><link>/undated</link></item>")
    said = read(rss("".join(items)))

    assert ["/149", "/148", "/undated", "/147"] == links(said)[:4]
    assert {"beyond its newest 100": 51} == said["left_out"]


def test_places_in_a_page_and_ids_are_entries_of_their_own() -> None:
    """What is there twice is told once; tracking and the writing of an address make no other entry."""
    items = ["/log#v1", "/log#v2", "/log#v1", "/log?utm_source=rss#v1", "/log"]
    ids = [("/one", "1"), ("/one", "2"), ("/one", "1")]
    said = read(rss("".join(f"<item><link>{link}</link></item>" for link in items)
                    + "".join(f"<item><link>{link}</link><guid>{name}</guid></item>" for link, name in ids)))  # fmt: skip

    assert ["/log#v1", "/log#v2", "/log", "/one", "/one"] == links(said)
    assert {"listed twice": 3} == said["left_out"]
    assert 5 == len({entry["identity"] for entry in said["entries"]})


def test_five_thousand_entries_are_counted() -> None:
    """Without cleaning what is not taken."""
    said = read(json.dumps({"version": "https://jsonfeed.org/version/1", "items": [
        {"url": f"/{n}", "content_html": "<p>x", "date_published": f"{2000 + n // 300}-01-01"} for n in range(5000)]}))  # fmt: skip

    assert ("/4800", 100, {"beyond its newest 100": 4900}) == (links(said)[0], len(said["entries"]), said["left_out"])
