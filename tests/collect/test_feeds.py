"""Feeds: subscribed, asked politely, read whatever their kind, and each page found once."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from newsletter.collect.desk import CollectDesk
from newsletter.collect.feeds.feed_address import feed_address
from newsletter.collect.feeds.poll import poll, poll_due
from newsletter.collect.feeds.subscribe import subscribe, unsubscribe
from newsletter.collect.keep import dismiss
from newsletter.collect.tables import feed_state
from newsletter.db.engine import writing
from newsletter.words.feed import Feed, pause_after
from newsletter.words.find import FindStatus
from newsletter.words.mistake import Missing, Mistake
from tests.collect.desks import a_desk, local_fetcher
from tests.fetch.web_server import Page, WebServer, web_server

NOW = datetime.now(UTC)
RDF = (
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel>'
    b"<title>R</title></channel><item><title>Old</title><link>https://a.example.com/r</link></item></rdf:RDF>"
)


def rss(*numbers: int, title: str = "Coast") -> bytes:
    items = "".join(
        f"<item><title>Boat {n} &amp;amp; ice</title><link>/{n}?utm_source=rss</link><author>Ben</author>"
        f"<description>&lt;p&gt;Words {n}&lt;script&gt;x&lt;/script&gt;&lt;/p&gt;</description>"
        f"<pubDate>{format_datetime(NOW - timedelta(hours=n))}</pubDate></item>"
        for n in numbers
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'.encode()


ATOM = b"""<?xml version="1.0" encoding="iso-8859-1"?><feed xmlns="http://www.w3.org/2005/Atom"><title>\xc5sa</title>
<entry><title type="html">One &amp;lt;b&amp;gt;</title><link href="/one"/><updated>2026-11-20T10:00:00+01:00</updated>
<author><name>Mara</name></author><summary>Short.</summary></entry></feed>"""
JSON = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [{"id": "1", "url": "/j",
"external_url": "https://else.example.com/x", "title": "Linked", "content_html": "<p>Hi <b>there</b></p>",
"date_published": "2026-11-20T10:00:00Z", "authors": [{"name": "Ana"}]}, {"id": "javascript:alert(1)"}, 7]}"""


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server({"/feed": Page(rss(1, 2))}) as running:
        yield running


@pytest.fixture
def desk(engine: Engine, tmp_path: Path, server: WebServer) -> CollectDesk:
    return a_desk(engine, tmp_path, ports=[server.port])


def titles(desk: CollectDesk) -> list[str]:
    return [find.title for find in desk.finds.list_finds()]


def due_again(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(update(feed_state).values(next_at=NOW - timedelta(hours=1)))


def test_a_feed_is_subscribed_to_and_its_news_are_finds(desk: CollectDesk, server: WebServer, tmp_path: Path) -> None:
    """The file has the line; the entries are plain text with whole addresses, newest on top."""
    done = subscribe(desk, server.url("/feed"))
    find = desk.finds.list_finds()[0]

    assert (True, "Coast", 2, "") == (done.is_new, done.feed.title, done.polled.new, done.polled.problem)
    assert f'[[feed]]\nurl = "{server.url("/feed")}"\ntitle = "Coast"\n' in (tmp_path / "feeds.toml").read_text()
    assert ["Boat 1 & ice", "Boat 2 & ice"] == titles(desk)
    assert ("Words 1", "Coast", "Coast", server.url("/1?utm_source=rss")) == (
        find.summary, find.source, find.site, find.url)  # fmt: skip
    assert find.published_at is not None and abs(find.published_at - NOW + timedelta(hours=1)) < timedelta(seconds=2)


@pytest.mark.parametrize(
    ("body", "kind", "title", "url", "author", "name"),
    [(ATOM, "application/atom+xml", "One <b>", "/one", "Mara", "Åsa"),
     (JSON, "application/feed+json", "Linked", "https://else.example.com/x", "Ana", "J"),
     (RDF, "text/xml", "Old", "https://a.example.com/r", "", "R"),
     (b"<rss><channel><title>Bad&nbsp;&</title><item><title>A & B</title><link>https://a.example.com/m</link></item>",
      "text/html", "A & B", "https://a.example.com/m", "", "Bad &")],
)  # fmt: skip
def test_every_kind_of_feed_is_read(
    desk: CollectDesk, server: WebServer, body: bytes, kind: str, title: str, url: str, author: str, name: str
) -> None:
    """Atom in its own letters, JSON Feed, the oldest RSS, and one that is not quite XML."""
    server.pages["/feed"] = Page(body, headers={"Content-Type": kind})
    feed = subscribe(desk, server.url("/feed")).feed
    [find] = [*desk.finds.list_finds(), *desk.finds.list_finds(FindStatus.OLD)]

    wanted = url if url.startswith("https") else server.url(url)
    assert (title, wanted, author, name) == (find.title, find.url, find.author, feed.title.replace("\xa0", " "))


def test_a_page_is_looked_through_for_the_feed_that_it_names(desk: CollectDesk, server: WebServer) -> None:
    """People know addresses of sites, not of feeds; a page that names none is refused, and nothing is added."""
    server.pages["/"] = Page(b'<html><link rel="alternate" type="application/rss+xml" href="feed"><p>Hi</html>')
    server.pages["/none"] = Page(b"<html><p>Hi</html>")

    assert server.url("/feed") == subscribe(desk, server.url("/")).feed.url
    with pytest.raises(Mistake, match="neither a feed"):
        subscribe(desk, server.url("/none"))
    with pytest.raises(Mistake, match="answers 404"):
        subscribe(desk, server.url("/missing"))
    with pytest.raises(Mistake, match="not an address"):
        subscribe(desk, "javascript:alert(1)")
    assert 1 == len(desk.book.list_feeds())


def test_a_feed_is_asked_whether_it_changed(desk: CollectDesk, server: WebServer, engine: Engine) -> None:
    """With its own tag and date; when it did not, nothing is read."""
    server.pages["/feed"] = Page(rss(1), headers={"ETag": '"a1"', "Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT"})
    feed = subscribe(desk, server.url("/feed")).feed
    server.pages["/feed"] = Page(b"", 304)
    assert (0, "") == ((again := poll(desk, feed)).new, again.problem)
    asked = server.asked[-1][1]

    assert ('"a1"', "Mon, 23 Nov 2026 10:00:00 GMT") == (asked["if-none-match"], asked["if-modified-since"])
    server.pages["/feed"] = Page(rss(0, 1))
    due_again(engine)
    assert [1] == [one.new for one in poll_due(desk)]
    assert [] == poll_due(desk), "asked a moment ago"


def test_what_was_there_before_us_is_not_news(desk: CollectDesk, server: WebServer) -> None:
    """Of an archive of years the last ten entries of two weeks; the others never come up, and new ones do."""
    server.pages["/feed"] = Page(rss(*range(1, 15), 24 * 20))
    feed = subscribe(desk, server.url("/feed")).feed
    server.pages["/feed"] = Page(rss(*range(15), 24 * 20))

    assert (10, 1) == (desk.finds.count(), poll(desk, feed).new)
    assert (11, 5) == (desk.finds.count(), desk.finds.count(FindStatus.OLD))
    dismiss(desk, desk.finds.list_finds()[0].id)
    assert 0 == poll(desk, feed).new


def test_a_feed_that_fails_is_left_alone_for_longer(desk: CollectDesk, server: WebServer, engine: Engine) -> None:
    """Each failure doubles the pause up to a day; the server's own wish counts; one good answer ends it."""
    feed = subscribe(desk, server.url("/feed")).feed
    server.pages["/feed"] = Page(b"no", 503, {"Retry-After": "18000"})
    pauses = []
    for _ in range(2):
        assert "answers 503" in poll(desk, feed).problem
        state = desk.memory.get_states([feed.url])[feed.url]
        assert state.next_at is not None
        pauses.append(round((state.next_at - datetime.now(UTC)) / timedelta(hours=1)))

    assert ([5, 5], 2) == (pauses, state.failures)
    assert [1, 2, 4, 8, 16, 24, 24] == [pause_after(n) // timedelta(hours=1) for n in range(7)]
    server.pages["/feed"] = Page(rss(1, 2, 3))
    assert (1, "") == ((again := poll(desk, feed)).new, again.problem)
    assert 0 == desk.memory.get_states([feed.url])[feed.url].failures


def _slow(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n<rss>")
    connection.recv(1)


@pytest.mark.parametrize(
    ("page", "said"),
    [(Page(b"x" * 3_000_001), "larger than"), (Page(b"<html>", 200), "no feed"), (Page(b"", 410), "gone for good"),
     (_slow, "no answer within"), (Page(b"", 302, {"Location": "http://10.0.0.1/feed"}), "private|port 80"),
     (Page(b"", 302, {"Location": "file:///etc/passwd"}), "only http and https")],
)  # fmt: skip
def test_a_feed_that_turned_bad_is_a_sentence_and_harms_nobody(
    desk: CollectDesk, server: WebServer, page: Page | Callable[[socket.socket], None], said: str
) -> None:
    """Too large, no feed, gone, slow, or leading into a private network."""
    import re
    from dataclasses import replace

    feed = subscribe(desk, server.url("/feed")).feed
    server.pages["/feed"] = page
    problem = poll(replace(desk, fetcher=local_fetcher(server.port, seconds=0.5)), feed).problem

    assert re.search(said, problem), problem
    assert problem == desk.memory.get_states([feed.url])[feed.url].problem


def test_a_feed_that_moved_for_good_is_said_to_have(desk: CollectDesk, server: WebServer) -> None:
    """The file is the editor's, so the editor changes it."""
    feed = subscribe(desk, server.url("/feed")).feed
    server.pages["/new"] = server.pages["/feed"]
    server.pages["/feed"] = Page(b"", 301, {"Location": "/new"})

    assert f"moved for good to {server.url('/new')}" in poll(desk, feed).problem
    assert 2 == desk.finds.count()


def test_two_processes_ask_each_feed_once(desk: CollectDesk, server: WebServer, engine: Engine) -> None:
    """What one has taken, another leaves alone until its time is over."""
    desk.book.add_feeds([Feed(url=server.url(f"/{n}")) for n in range(3)])
    urls = [feed.url for feed in desk.book.list_feeds()]
    taken = [desk.memory.claim_due(urls, lease=timedelta(minutes=5)) for _ in range(4)]

    assert {*urls, None} == {one.url if one else None for one in taken}
    due_again(engine)
    assert desk.memory.claim_due(urls, lease=timedelta(minutes=5)) is not None


def test_a_feed_is_removed_and_its_finds_stay(desk: CollectDesk, server: WebServer) -> None:
    """Nobody asks it any more."""
    feed = subscribe(desk, server.url("/feed")).feed
    unsubscribe(desk, feed.url)

    assert ([], {}, 2) == (list(desk.book.list_feeds()), desk.memory.get_states([feed.url]), desk.finds.count())
    with pytest.raises(Missing, match="no feed"):
        unsubscribe(desk, feed.url)


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("feed:https://example.org/all.xml", "https://example.org/all.xml"),
        ("https://example.org/rss:weekly", "https://example.org/rss:weekly"),
    ],
)
def test_a_readers_scheme_is_one_only_at_the_beginning_of_an_address(said: str, address: str) -> None:
    """The same letters in a path are part of the path."""
    assert feed_address(said) == address
