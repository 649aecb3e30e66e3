"""OPML: the lists of feeds that feed readers export, and ours for them."""

from __future__ import annotations

from collections.abc import Sequence
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from newsletter.collect.web_address import whole_address
from newsletter.words.feed import Feed
from newsletter.words.find import LONGEST_TITLE, is_clean, plain_words
from newsletter.words.mistake import Mistake, Place

MAX_BYTES = 5_000_000
_MOST_FEEDS = 2_000
_DEEPEST = 50


class _Refused(Exception):
    """The file asks for something that no list of feeds needs."""


def read_opml(data: bytes, *, name: str) -> list[Feed]:
    """The feeds of an OPML file, each once, in its order. Raises Mistake with the line where it is not OPML."""
    feeds: dict[str, Feed] = {}
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise _Refused
        said = {key.lower(): value for key, value in attributes.items()}
        url = whole_address(said.get("xmlurl", ""))
        if tag.lower() == "outline" and url and is_clean(url) and len(feeds) < _MOST_FEEDS:
            title = plain_words(said.get("title") or said.get("text") or "", LONGEST_TITLE)
            feeds.setdefault(url, Feed(url=url, title=title))

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> None:
        raise _Refused

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    # Entities can grow without end or name files; no program that exports feeds writes any.
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data[:MAX_BYTES], True)
    except _Refused:
        raise Mistake(
            "This file defines entities or is nested deeply, as no list of feeds is.", place=Place(name)
        ) from None
    except expat.ExpatError as error:
        raise Mistake(
            f"This is not valid OPML: {expat.errors.messages[error.code]}.",
            fix="Export the list from your feed reader again.",
            place=Place(name, error.lineno),
        ) from None
    if not feeds:
        raise Mistake(
            "There is no feed in this file.", fix="Export your feeds as OPML and add that.", place=Place(name)
        )
    return list(feeds.values())


def write_opml(feeds: Sequence[Feed], *, title: str) -> str:
    """The same feeds for any feed reader (OPML 2.0)."""
    lines = [
        f'    <outline type="rss" text={quoteattr(feed.title or feed.url)} xmlUrl={quoteattr(feed.url)}/>'
        for feed in feeds
    ]
    head = f"  <head><title>{quoteattr(title)[1:-1]}</title></head>"
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<opml version="2.0">',
            head,
            "  <body>",
            *lines,
            "  </body>",
            "</opml>",
            "",
        ]
    )
