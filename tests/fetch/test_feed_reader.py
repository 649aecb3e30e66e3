"""Feeds that were made to do harm: they cost seconds, and say nothing that they should not know."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from newsletter.fetch.feed_reader import FeedReader
from newsletter.ports.feeds import FeedText, NotAFeed
from tests.collect.reading import words_of

HEAD = b'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>T</title>'
ITEM = b"<item><title>%s</title><link>https://a.example.com/1</link></item></channel></rss>"
LAUGHS = b'<!DOCTYPE x [<!ENTITY a0 "lol">%s]>' % b"".join(
    b'<!ENTITY a%d "%s">' % (number, b"&a%d;" % (number - 1) * 10) for number in range(1, 12)
)


def read(data: bytes, seconds: float = 8.0) -> FeedText:
    return FeedReader(seconds=seconds).read(data, url="https://a.example.com/feed")


@pytest.mark.parametrize("body", [HEAD + ITEM % b"&a11;", b'<rss version="2.0"><channel>' + ITEM % b"&a11;"])
def test_entities_do_not_grow(body: bytes) -> None:
    """A thousand million laughs in a kilobyte."""
    begun = time.monotonic()
    feed = read(LAUGHS + body.removeprefix(b'<?xml version="1.0" encoding="utf-8"?>'))

    assert "lol" not in str(feed)
    assert time.monotonic() - begun < 6


def test_entities_do_not_read_files(tmp_path: Path) -> None:
    """Neither from this machine nor from the web; and a feed whose bytes name a file is no feed."""
    secret = tmp_path / "secret"
    secret.write_text("canary")
    doctype = b'<!DOCTYPE x [<!ENTITY x SYSTEM "file://%s">]><rss version="2.0"><channel>' % bytes(secret)

    assert "canary" not in str(read(doctype + ITEM % b"&x;"))
    for name in (bytes(secret), b"file://" + bytes(secret)):
        with pytest.raises(NotAFeed):
            read(name)


def test_a_feed_that_takes_hours_is_left_after_seconds() -> None:
    """150,000 attributes on one element keep the library busy for hours: it is read beside us and ended."""
    used, ours = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, time.process_time()
    with pytest.raises(NotAFeed, match="longer than 1 seconds"):
        read(HEAD + b"<item " + b" ".join(b'a%d="x"' % n for n in range(150_000)) + b"></item>", seconds=1)

    # Of the processor: the child is niced, and the machine may be busy. It counts what it read before as well.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - used < 10
    assert time.process_time() - ours < 2


def test_no_module_of_the_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder from a stranger may hold a file with the name of a library: it is not what reads the feed."""
    for name in ("feedparser", "nh3", "json"):
        (tmp_path / f"{name}.py").write_text("open('ran', 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    code = (
        "from newsletter.fetch.feed_reader import FeedReader\n"
        f"print(FeedReader().read({HEAD + ITEM % b'x'!r}, url='https://a.example.com/feed').title)"
    )
    run = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False)

    assert "T" == run.stdout.strip(), run.stderr
    assert not (tmp_path / "ran").exists()


def test_memory_is_bounded() -> None:
    """What wants more than it is given ends, and only it."""
    with pytest.raises(NotAFeed):
        FeedReader(megabytes=20).read(HEAD + ITEM % (b"x" * 3_000_000), url="https://a.example.com/")


@pytest.mark.parametrize(
    "body",
    [b"", b"\0" * 1000, b"{" * 100_000, b'{"a":' + b"[" * 100_000, b'{"version":"https://jsonfeed.org/version/1"}',
     b'{"version":"https://jsonfeed.org/version/1","items":7}', b"<" * 100_000, b"\xff\xfe" + b"<\0" * 1000, b"%PDF-1.7"],
    ids=range(9),
)  # fmt: skip
def test_what_is_no_feed_is_said_to_be_none(body: bytes) -> None:
    """A reason, not an exception of a library."""
    with pytest.raises(NotAFeed) as refused:
        read(body)

    assert "feed" in refused.value.reason.lower() or "read" in refused.value.reason


def test_what_an_entry_says_is_plain_text() -> None:
    """No mark, no script and no control character comes out; addresses lead to the web or are left out."""
    evil = b"&lt;img src=x onerror=alert(1)&gt;Hi&lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;b&amp;gt; &#x202e;x"
    items = b"".join(
        b"<item><title>%s</title><link>%s</link><description>%s</description><pubDate>9999999-99-99</pubDate></item>"
        % (evil, link, evil)
        for link in (b"https://a.example.com/1", b"javascript:alert(1)", b"data:text/html,x", b"//", b"http://[", b"")
    )
    [entry] = read(HEAD + items + b"</channel></rss>").entries

    assert ["Hi", "<b>"] == words_of(entry.title)[:2]
    assert "alert" not in entry.title + entry.summary
    assert ("https://a.example.com/1", None) == (entry.url, entry.published_at)


def test_a_feed_of_thousands_gives_its_newest_hundred() -> None:
    """However long it is."""
    item = b"<item><title>%d</title><link>https://a.example.com/%d</link></item>"
    feed = read(HEAD + b"".join(item % (n, n) for n in range(3000)) + b"</channel></rss>")

    assert (100, "0") == (len(feed.entries), feed.entries[0].title)


def test_nothing_comes_out_that_no_database_takes() -> None:
    """Null characters and halves of letters, which only JSON can hold: one of them would stop its feed for ever."""
    item = '{"url":"https://a.example.com/%s","id":"\\ud800","title":"a\\u0000b\\ud800c","content_text":"\\u0000"}'
    items = ",".join(item % path for path in ("1", "\\u0000", "\\ud800", "a b", "x" * 5000))
    [entry] = read(f'{{"version":"https://jsonfeed.org/version/1","items":[{items}]}}'.encode()).entries

    assert ("https://a.example.com/1", "ab?c", "") == (entry.url, entry.title, entry.summary)
