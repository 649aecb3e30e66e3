"""The subscriptions to feeds as a file: `feeds.toml`, one `[[feed]]` each, of which only the lines touched change."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from newsletter.folder.text_files import read_text, toml_string, write_over
from newsletter.words.feed import Feed
from newsletter.words.mistake import Missing, Mistake, Place

FILE = "feeds.toml"
KEYS = ("url", "title")
_HEAD = re.compile(r"\s*\[\[\s*feed\s*\]\]\s*(?:#.*)?")
_WEB = re.compile(r"https?://[^\s/][^\s]*")
_FIX = 'Write each feed as:\n[[feed]]\nurl = "https://example.com/feed.xml"'
_FIRST_LINES = """\
# The feeds that are looked through for finds. Lines may be added and deleted by hand.
"""


@dataclass(frozen=True, slots=True)
class FeedFile:
    """The feeds of the newsletter in `directory`, where `newsletter.toml` lies."""

    directory: Path

    def list_feeds(self) -> Sequence[Feed]:
        """In the order of the file. Raises Mistake with the line."""
        return _read(self._text())

    def add_feeds(self, feeds: Sequence[Feed]) -> Sequence[Feed]:
        """Append those that are not there yet; which they are. The rest of the file stays as it is."""
        text = self._text()
        known = {feed.url for feed in _read(text)}
        new = [feed for feed in feeds if feed.url not in known]
        if new:
            before = f"{text.rstrip()}\n" if text.strip() else _FIRST_LINES
            self._write("".join([before, *(f"\n{_block(feed)}" for feed in new)]), (*_read(text), *new))
        return new

    def remove_feed(self, url: str) -> Feed:
        """Take one out. Raises Missing."""
        text = self._text()
        feeds = list(_read(text))
        gone = next((feed for feed in feeds if feed.url == url), None)
        if gone is None:
            close = get_close_matches(url, [feed.url for feed in feeds], n=1, cutoff=0.5)
            fix = f"Did you mean {close[0]}?" if close else "See them with: newsletter feeds"
            raise Missing(f"There is no feed {url}.", fix=fix)
        self._write(_without(text, feeds.index(gone)), [feed for feed in feeds if feed != gone])
        return gone

    def _text(self) -> str:
        path = self.directory / FILE
        return read_text(path, FILE, room=self.directory.resolve()) if path.exists() else ""

    def _write(self, text: str, wanted: Sequence[Feed]) -> None:
        """Written only if it says what it should: a file that was laid out in another way is left to its author."""
        if list(_read(text)) != list(wanted):
            raise Mistake("This file is not laid out as expected.", fix=f"Change it by hand. {_FIX}", place=Place(FILE))
        write_over(self.directory / FILE, text)


def _read(text: str) -> tuple[Feed, ...]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"\(at line (\d+), column (\d+)\)$", str(error))
        place = Place(FILE, int(match[1]), int(match[2])) if match else Place(FILE)
        raise Mistake(f"This is not valid TOML: {error}.", fix=_FIX, place=place) from error
    rows = table.get("feed", [])
    if set(table) - {"feed"} or not isinstance(rows, list):
        raise Mistake("This file holds feeds and nothing else.", fix=_FIX, place=Place(FILE))
    feeds = [_feed(row, place) for row, place in zip(rows, _places(text, len(rows)), strict=True)]
    for feed, place in zip(feeds, _places(text, len(rows)), strict=True):
        if sum(other.url == feed.url for other in feeds) > 1:
            raise Mistake(f"{feed.url} stands here twice.", fix="Delete one of them.", place=place)
    return tuple(feeds)


def _feed(row: object, place: Place) -> Feed:
    if not isinstance(row, dict) or set(row) - set(KEYS) or not all(isinstance(value, str) for value in row.values()):
        raise Mistake("A feed has a `url` and, if you like, a `title`, both text in quotes.", fix=_FIX, place=place)
    url = row.get("url", "")
    if not _WEB.fullmatch(url) or not url.isprintable():
        raise Mistake(f"`url` is not a web address: {url[:200]}", fix=_FIX, place=place)
    return Feed(url=url, title=row.get("title", ""))


def _places(text: str, n_rows: int) -> list[Place]:
    lines = [number for number, line in enumerate(text.split("\n"), 1) if _HEAD.fullmatch(line)]
    return [Place(FILE, line) for line in lines] if len(lines) == n_rows else [Place(FILE)] * n_rows


def _without(text: str, number: int) -> str:
    """The text without that feed: from its heading to the next one, or to the comment above that."""
    lines = text.split("\n")
    heads = [n for n, line in enumerate(lines) if _HEAD.fullmatch(line)]
    if number >= len(heads):
        return text
    begin, end = heads[number], heads[number + 1] if number + 1 < len(heads) else len(lines)
    while end < len(lines) and end > begin + 1 and lines[end - 1].lstrip().startswith("#"):
        end -= 1
    return "\n".join([*lines[:begin], *lines[end:]]).rstrip("\n") + "\n"


def _block(feed: Feed) -> str:
    title = f"title = {toml_string(feed.title)}\n" if feed.title else ""
    return f"[[feed]]\nurl = {toml_string(feed.url)}\n{title}"
