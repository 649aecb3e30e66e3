"""feeds.toml and OPML: lines that people wrote stay as they are, and mistakes are pointed at."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.collect.feeds.opml import read_opml, write_opml
from newsletter.folder.feeds_file import FeedFile
from newsletter.words.feed import Feed
from newsletter.words.mistake import Mistake, Place

WRITTEN = """\
# Ours.

# The good one.
[[feed]]
url = "https://a.example.com/feed"   # daily
title = "A \\"quoted\\" one"

# Another.
[[feed]]
url = "https://b.example.com/feed"
"""
A, B = Feed(url="https://a.example.com/feed", title='A "quoted" one'), Feed(url="https://b.example.com/feed")


def test_only_the_lines_touched_change(tmp_path: Path) -> None:
    """Comments, order and spelling stay; what is there is not added again."""
    (tmp_path / "feeds.toml").write_text(WRITTEN)
    book, new = FeedFile(tmp_path), Feed(url="https://c.example.com/?a=1&b=2", title='Å "\\ \x07')
    added = book.add_feeds([A, new])

    assert ([new], [A, B, new]) == (list(added), list(book.list_feeds()))
    assert (tmp_path / "feeds.toml").read_text().startswith(WRITTEN)
    book.remove_feed(B.url)
    assert [A, new] == list(book.list_feeds())
    assert "# The good one." in (tmp_path / "feeds.toml").read_text()
    book.remove_feed(A.url)
    book.remove_feed(new.url)
    assert [] == list(book.list_feeds()) and "# Ours." in (tmp_path / "feeds.toml").read_text()


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [('[[feed]]\nurl = "ftp://x"', "not a web address", 1), ("[[feed]]\nurl = 7", "text in quotes", 1),
     ('[[feed]]\nurl = "https://a.example.com"\nx = "y"', "text in quotes", 1), ("[[feed]\n", "not valid TOML", 1),
     ('[[feed]]\nurl = "https://a.example.com"\n[[feed]]\nurl = "https://a.example.com"', "twice", 1),
     ("feed = 3", "nothing else", None), ("x = 3", "nothing else", None)],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, said: str, line: int | None) -> None:
    """Whoever wrote it finds it; nothing is written over it."""
    (tmp_path / "feeds.toml").write_text(text)
    with pytest.raises(Mistake, match=said) as refused:
        FeedFile(tmp_path).add_feeds([A])

    assert refused.value.place is not None and (line is None or refused.value.place.line == line)
    assert text == (tmp_path / "feeds.toml").read_text()


def test_a_file_laid_out_in_another_way_is_left_to_its_author(tmp_path: Path) -> None:
    """What can't be cut out line by line is not cut out."""
    text = 'feed = [{url = "https://a.example.com/feed"}]\n'
    (tmp_path / "feeds.toml").write_text(text)
    with pytest.raises(Mistake):
        FeedFile(tmp_path).remove_feed(A.url)

    assert text == (tmp_path / "feeds.toml").read_text()


def test_opml_comes_in_and_goes_out_again() -> None:
    """Nested folders, other cases, feeds that stand twice; and what we write is read by ourselves."""
    text = b"""<?xml version="1.0"?><opml version="1.0"><body><outline text="Sea">
      <outline TEXT="A" xmlUrl="https://a.example.com/feed"/><outline title="A again" xmlUrl="https://a.example.com/feed"/>
      <outline text="no" xmlUrl="javascript:alert(1)"/></outline><outline xmlurl="http://b.example.com/f?x=1&amp;y=2"/>
      </body></opml>"""
    read = read_opml(text, name="a.opml")
    feeds = list(read.feeds)

    assert [Feed(url="https://a.example.com/feed", title="A"), Feed(url="http://b.example.com/f?x=1&y=2")] == feeds
    assert (
        "Line 2 was left out: A again is https://a.example.com/feed, which is there twice.",
        "Line 3 was left out: no leads to javascript:alert(1), which is not on the web.",
    ) == read.left_out
    hostile = [*feeds, Feed(url="https://c.example.com/", title="<\"&'>")]
    assert [feed.url for feed in hostile] == [
        feed.url for feed in read_opml(write_opml(hostile, title="<&>").encode(), name="x").feeds
    ]


def test_addresses_for_feed_readers_are_read_and_the_rest_of_the_lines_is_named() -> None:
    """`feed://` and its like are the web's; a file, an empty folder and an address with blanks are said to be left out."""
    lines = ("feed://a.example.com/f", "feed:https://b.example.com/f", "FEED:c.example.com/f", "itpc://d.example.com/f",
             "file:///etc/passwd", "https://e.example.com/a b")  # fmt: skip
    outlines = "\n".join(f'<outline text="F" xmlUrl="{line}"/>' for line in lines)
    text = (
        f'<opml><body><outline type="rss" text="Folder">\n{outlines}</outline>\n<outline text="Empty"/></body></opml>'
    )
    read = read_opml(text.encode(), name="a.opml")

    assert [
        "http://a.example.com/f",
        "https://b.example.com/f",
        "http://c.example.com/f",
        "http://d.example.com/f",
    ] == [feed.url for feed in read.feeds]
    assert (
        "Line 6 was left out: F leads to file:///etc/passwd, which is not on the web.",
        "Line 7 was left out: F has an address that is too long or has blanks in it.",
        "Line 8 was left out: Empty names no feed.",
    ) == read.left_out
    with pytest.raises(Mistake, match=r"no feed in this file\. Line 1 was left out: A leads to ftp://x"):
        read_opml(b'<opml><outline text="A" xmlUrl="ftp://x"/></opml>', name="a.opml")


@pytest.mark.parametrize(
    ("data", "said"),
    [(b'<!DOCTYPE x [<!ENTITY a "b">]><opml/>', "entities"), (b"<opml>", "not valid OPML"), (b"", "not valid OPML"),
     (b"<opml><body/></opml>", "no feed"), (b"<a>" * 1_000_000, "nested deeply"),
     (b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml>&x;</opml>', "entities")],
    ids=range(6),
)  # fmt: skip
def test_a_list_that_is_none_or_a_bomb_is_refused(data: bytes, said: str) -> None:
    """With the file named."""
    with pytest.raises(Mistake, match=said) as refused:
        read_opml(data, name="a.opml")

    assert isinstance(refused.value.place, Place)
