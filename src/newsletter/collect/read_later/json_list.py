"""Reading lists as JSON: Pinboard, Mastodon's bookmarks and posts, and Bluesky's bookmarks, told apart by their shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from newsletter.collect.read_later.reading_list import ListReader, ReadingList, SavedPage, read_time
from newsletter.words.find import Excerpt
from newsletter.words.mistake import Mistake, Place


def read_json_list(text: str, *, name: str) -> ReadingList:
    """Read a JSON file. Raises Mistake where it is damaged, or no program that we know wrote it."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise Mistake(
            f"This is not JSON: {error.msg}.", fix="Export the list again.", place=Place(name, error.lineno)
        ) from None
    if isinstance(document, list) and document and _text(document[0], "href"):
        return _gathered("Pinboard", map(_pinboard, document))
    if isinstance(document, dict) and isinstance(document.get("bookmarks"), list):
        return _gathered("Bluesky", map(_bluesky, document["bookmarks"]))
    if isinstance(document, dict) and isinstance(document.get("orderedItems"), list):
        return _gathered("Mastodon", map(_mastodon, document["orderedItems"]))
    raise Mistake("This JSON file is no reading list that is known.", place=Place(name))


def _gathered(program: str, entries: Iterator[tuple[SavedPage, str]]) -> ReadingList:
    reader = ListReader(program)
    for page, address in entries:
        reader.add(page, address)
    return reader.finish()


def _text(entry: object, *names: str) -> str:
    """The text at the end of a path of names; nothing where the path does not lead to one."""
    for name in names:
        entry = entry.get(name) if isinstance(entry, dict) else None
    return entry if isinstance(entry, str) else ""


def _pinboard(entry: Any) -> tuple[SavedPage, str]:
    """Pinboard calls the title `description`, and the note `extended`."""
    page = SavedPage(
        url=None,
        title=_text(entry, "description"),
        note=_text(entry, "extended"),
        saved_at=read_time(_text(entry, "time")),
    )
    return page, _text(entry, "href")


def _bluesky(entry: Any) -> tuple[SavedPage, str]:
    """An answer of app.bsky.bookmark.getBookmarks: the post is the find, its text the quote."""
    _, _, rest = _text(entry, "subject", "uri").partition("at://")
    account, _, key = rest.partition("/app.bsky.feed.post/")
    handle = _text(entry, "item", "author", "handle") or account
    words = _text(entry, "item", "record", "text")
    page = SavedPage(
        url=None,
        title=words,
        author=_text(entry, "item", "author", "displayName") or handle,
        excerpts=(Excerpt(text=words),),
        saved_at=read_time(_text(entry, "createdAt")),
    )
    return page, f"https://bsky.app/profile/{handle}/post/{key}" if handle and key else ""


def _mastodon(entry: Any) -> tuple[SavedPage, str]:
    """An archive's bookmarks and boosts are bare addresses; what one wrote is an object with its words."""
    if isinstance(entry, str):
        return SavedPage(url=None), entry
    moment = read_time(_text(entry, "published"))
    if address := _text(entry, "object"):
        return SavedPage(url=None, saved_at=moment), address
    words = _words(_text(entry, "object", "content"))
    page = SavedPage(url=None, title=words, excerpts=(Excerpt(text=words),), saved_at=moment)
    return page, _text(entry, "object", "url") or _text(entry, "object", "id")


def _words(html: str) -> str:
    reader = _Words()
    reader.feed(html)
    reader.close()
    return "".join(reader.parts).strip()


class _Words(HTMLParser):
    """The words of a post on Mastodon, which has nothing but paragraphs, lines and links."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"br", "p"} and self.parts:
            self.parts.append("\n" if tag == "br" else "\n\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
