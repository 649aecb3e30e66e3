"""OPML: the lists of feeds that feed readers export, and ours for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from newsletter.collect.feeds.feed_address import feed_address
from newsletter.words.feed import Feed
from newsletter.words.find import LONGEST_TITLE, is_clean, plain_words
from newsletter.words.mistake import Mistake, Place

MAX_BYTES = 5_000_000
_MOST_FEEDS = 2_000
_DEEPEST = 50
_LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class OpmlFeeds:
    """The feeds of a file, each once, in its order; and of each line that gave none a sentence that says why."""

    feeds: tuple[Feed, ...]
    left_out: tuple[str, ...]


class _Refused(Exception):
    """The file asks for something that no list of feeds needs."""


class _Outlines:
    """Takes the outlines of an OPML file as the parser comes to them."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.feeds: dict[str, Feed] = {}
        self.left_out: list[str] = []
        self._parser = parser
        # Of each element that is open: what it is called if it names no feed and holds no other outline so far.
        self._open: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= _DEEPEST:
            raise _Refused
        said = {key.lower(): value for key, value in attributes.items()}
        title, address = plain_words(said.get("title") or said.get("text") or "", LONGEST_TITLE), said.get("xmlurl", "")
        is_outline = tag.lower() == "outline"
        if is_outline and self._open:
            self._open[-1] = ""
        self._open.append((title or "an outline without a name") if is_outline and not address.strip() else "")
        if is_outline and address.strip():
            self._take(address, title)

    def end(self, _: str) -> None:
        if name := self._open.pop():
            self._leave_out(name, "names no feed")

    def _take(self, address: str, title: str) -> None:
        url, shown = feed_address(address), plain_words(address, _LONGEST_SHOWN)
        if not url:
            self._leave_out(title or shown, f"leads to {shown}, which is not on the web")
        elif not is_clean(url):
            self._leave_out(title or shown, "has an address that is too long or has blanks in it")
        elif url in self.feeds:
            self._leave_out(title or shown, f"is {shown}, which is there twice")
        elif len(self.feeds) >= _MOST_FEEDS:
            self._leave_out(title or shown, f"comes after {_MOST_FEEDS:,} others")
        else:
            self.feeds[url] = Feed(url=url, title=title)

    def _leave_out(self, name: str, why: str) -> None:
        self.left_out.append(
            f"Line {self._parser.CurrentLineNumber} was left out: {plain_words(name, _LONGEST_SHOWN)} {why}."
        )


def read_opml(data: bytes, *, name: str) -> OpmlFeeds:
    """The feeds of an OPML file. Raises Mistake with the line where it is not OPML, or there is no feed in it."""

    def refuse(*_: object) -> None:
        raise _Refused

    parser = expat.ParserCreate()
    outlines = _Outlines(parser)
    parser.StartElementHandler, parser.EndElementHandler = outlines.start, outlines.end
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
    if not outlines.feeds:
        first = f" {outlines.left_out[0]}" if outlines.left_out else ""
        raise Mistake(
            f"There is no feed in this file.{first}", fix="Export your feeds as OPML and add that.", place=Place(name)
        )
    return OpmlFeeds(feeds=tuple(outlines.feeds.values()), left_out=tuple(outlines.left_out))


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
