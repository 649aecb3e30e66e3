"""Reads one feed in the child process: its name, its newest entries as plain text and how many it leaves out, or why it is not a feed."""

from __future__ import annotations

import html
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import accumulate
from typing import Any
from urllib.parse import urljoin, urlsplit

from newsletter.fetch.feed_media import Media, main_of, of_attachment, of_enclosure
from newsletter.words.feed import entry_identity
from newsletter.words.find import is_clean

MOST_ENTRIES = 100
# More of a summary is never shown, and cleaning takes time.
_LONGEST_CLEANED = 20_000
_WRITTEN = re.compile(r"https?://[^\s<>\"'\]]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidFeed:
    """`problem` is why it is not a feed. Of each entry there are url, identity, title, author, summary, media and published_at,
    the last in ISO form. `left_out` counts those that are not among the entries, by the reason.
    """

    title: str = ""
    entries: list[dict[str, str]] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """What tells an entry from others. `words` is asked of the newest only: cleaning thousands takes long."""

    url: str
    entry_id: str
    published_at: str
    words: Callable[[], dict[str, str]]


def read_feed(data: bytes, *, url: str, content_type: str) -> dict[str, object]:
    """What a `SaidFeed` is made of."""
    try:
        return _json_feed(data, url) if _is_json(data) else _xml_feed(data, url, content_type)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return {"problem": "it can't be read as a feed"}


def _said(title: str, entries: Iterable[_Entry | None]) -> dict[str, object]:
    """The newest entries, each once; the others are counted by the reason why they are left out."""
    left_out: Counter[str] = Counter()
    told: dict[str, _Entry] = {}
    for entry in entries:
        if entry is None:
            left_out["unreadable"] += 1
        elif not entry.url:
            left_out["without a link"] += 1
        elif not is_clean(entry.url):
            left_out["with an address that is too long or has blanks in it"] += 1
        elif (identity := entry_identity(entry.url, entry.entry_id)) in told:
            left_out["listed twice"] += 1
        else:
            told[identity] = entry
    newest = _newest_first(list(told.items()))
    if older := len(newest[MOST_ENTRIES:]):
        left_out[f"beyond its newest {MOST_ENTRIES}"] = older
    return {
        "title": title,
        "entries": [
            {"url": entry.url, "identity": identity, "published_at": entry.published_at, **entry.words()}
            for identity, entry in newest[:MOST_ENTRIES]
        ],
        "left_out": dict(left_out),
    }


def _newest_first(told: Sequence[tuple[str, _Entry]]) -> list[tuple[str, _Entry]]:
    """By day, wherever the feed lists them. One without a day stands with the one before it, the first with the one after."""
    days = [entry.published_at for _, entry in told]
    known = accumulate(days, lambda before, day: day or before, initial=next(filter(None, days), ""))
    next(known)
    dated = sorted(zip(known, told, strict=True), key=lambda pair: pair[0], reverse=True)
    return [pair for _, pair in dated]


def _is_json(data: bytes) -> bool:
    return data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _json_feed(data: bytes, url: str) -> dict[str, object]:
    """JSON Feed 1 and 1.1 (jsonfeed.org)."""
    feed = json.loads(data.decode("utf-8-sig", errors="replace"))
    if not str(feed.get("version", "")).startswith("https://jsonfeed.org/version/") or not isinstance(
        feed.get("items"), list
    ):
        return {"problem": "it is JSON, but no JSON Feed"}
    entries = (_json_entry(item, url) if isinstance(item, dict) else None for item in feed["items"])
    return _said(_title(str(feed.get("title") or "")), entries)


def _json_entry(item: dict[str, Any], url: str) -> _Entry:
    name, attachments = str(item.get("id") or ""), item.get("attachments")
    media = main_of(
        [of_attachment(one) for one in attachments if isinstance(one, dict)] if isinstance(attachments, list) else []
    )
    # A linked post points elsewhere: that page is what is told of. An id is an address only where it is a whole one.
    links = [item.get("external_url"), item.get("url"), name if _WRITTEN.match(name) else "", media and media.url]
    address = _first_address(links, url)

    def words() -> dict[str, str]:
        authors = item.get("authors") or [item.get("author")]
        names = (
            [str(one.get("name") or "") for one in authors if isinstance(one, dict)]
            if isinstance(authors, list)
            else []
        )
        summary = _title(str(item.get("summary") or "")) or item.get("content_text")
        return {
            "title": _title(str(item.get("title") or "")),
            "author": ", ".join(_title(name) for name in names if name),
            "summary": str(summary or _text(str(item.get("content_html") or ""))),
            "media": _media_said(media, address, url),
        }

    day = str(item.get("date_published") or item.get("date_modified") or "")
    return _Entry(url=address, entry_id=name, published_at=_of_text(day), words=words)


def _xml_feed(data: bytes, url: str, content_type: str) -> dict[str, object]:
    # A server may name another charset than the bytes have.
    feed = _parsed(data, url, content_type) or ("charset" in content_type.lower() and _parsed(data, url, ""))
    if not feed:
        return {"problem": "it is no feed"}
    # An id such as `abc-1` comes out of the library as an address below the feed's: only what the feed itself writes is one.
    written = set(_WRITTEN.findall(html.unescape(data.replace(b"\0", b"").decode(errors="replace"))))
    return _said(_title(str(feed.feed.get("title") or "")), (_xml_entry(entry, url, written) for entry in feed.entries))


def _parsed(data: bytes, url: str, content_type: str) -> Any | None:
    """What the library makes of it; None where it finds no feed."""
    import feedparser

    headers = {"content-location": url, **({"content-type": content_type} if content_type else {})}
    # As a stream: bytes that happen to name a file or an address would be opened.
    feed = feedparser.parse(io.BytesIO(data), response_headers=headers, sanitize_html=False)
    return feed if feed.get("version") or feed.entries else None


def _xml_entry(entry: Any, url: str, written: set[str]) -> _Entry:
    get, name = entry.get, str(entry.get("id") or "")
    duration = str(get("itunes_duration") or "")
    media = main_of([of_enclosure(one, duration) for one in (*get("enclosures", ()), *get("media_content", ()))])
    address = _first_address(_xml_links(entry, name if name in written else "", media), url)
    moment = get("published_parsed") or get("updated_parsed")

    def words() -> dict[str, str]:
        return {
            "title": _title(str(get("title") or "")),
            "author": _title(str(get("author") or "")),
            "summary": _text(str(get("summary") or "")),
            "media": _media_said(media, address, url),
        }

    return _Entry(url=address, entry_id=name, published_at=_of_struct(moment) if moment else "", words=words)


def _xml_links(entry: Any, name: str, media: Media | None) -> Iterator[str]:
    """Where an entry may lead, the best first: its page, its id where that is an address, its file, and other links of its."""
    links = [(link.get("rel"), link.get("href")) for link in entry.get("links", ())]
    yield from (href for rel, href in links if rel == "alternate")
    if entry.get("guidislink"):
        yield name
    if media:
        yield media.url
    # An empty link hides whether the id is one.
    if entry.get("link") == "":
        yield name
    yield from (href for rel, href in links if rel in {"via", "related", "self"})


def _first_address(links: Iterable[object], url: str) -> str:
    return next(filter(None, (_address(str(link or ""), url) for link in links)), "")


def _address(said: str, url: str) -> str:
    """Whole, and to a page of the web that is not the feed itself, else ""."""
    try:
        address = urljoin(url, said.strip()) if said.strip() else ""
        parts = urlsplit(address)
        return address if parts.scheme in {"http", "https"} and parts.hostname and address != url else ""
    except ValueError:
        return ""


def _media_said(media: Media | None, address: str, url: str) -> str:
    """Of a file that is the find itself, or can be heard or seen. A picture beside an article is not worth a word."""
    if media is None or not (media.is_played or _address(media.url, url) == address):
        return ""
    return media.said


def _title(words: str) -> str:
    """Words in which entities and tags of HTML may stand, whatever their format says. Others that look like tags stay: `Vec<T>`."""
    import nh3

    tags = nh3.ALLOWED_TAGS | {"script", "style", "font", "svg", "iframe"}
    is_html = any(tag.lower() in tags for tag in re.findall(r"</?([A-Za-z][A-Za-z0-9]*)(?=[\s/>])", words))
    if is_html:
        return _text(words)
    return html.unescape(words[:_LONGEST_CLEANED].replace("\0", "").encode(errors="replace").decode())


def _text(markup: str) -> str:
    """The words of a piece of HTML."""
    import nh3

    # JSON can hold halves of letters, which no text can.
    whole = markup[:_LONGEST_CLEANED].encode(errors="replace").decode()
    spaced = re.sub(r"<(?=/?(?:p|br|li|div|h[1-6]|tr)\b)", " <", whole)
    return html.unescape(nh3.clean(spaced, tags=set(), clean_content_tags={"script", "style"}))


def _of_struct(moment: tuple[int, ...]) -> str:
    try:
        return _said_by_now(datetime(*moment[:6], tzinfo=UTC))  # type: ignore[misc, arg-type]  # six numbers are a moment
    except (ValueError, OverflowError):
        return ""


def _of_text(text: str) -> str:
    """A day as JSON Feed wants it (ISO 8601), or as RSS does, in which many write it all the same."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return ""
    try:
        return _said_by_now((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC))
    except OverflowError:
        return ""


def _said_by_now(moment: datetime) -> str:
    """A day far in the future is a mistake, and would stay on top."""
    return moment.isoformat() if moment < datetime.now(UTC) + timedelta(days=2) else ""
