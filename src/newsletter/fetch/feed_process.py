"""Reads one feed in the child process: its name and its entries as plain text, or why it is not a feed."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

_MOST_ENTRIES = 100
# More of a summary is never shown, and cleaning takes time.
_LONGEST_CLEANED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidFeed:
    """`problem` is why it is not a feed. Of each entry there are url, title, author, summary and published_at, the last in ISO form."""

    title: str = ""
    entries: list[dict[str, str]] = field(default_factory=list)
    problem: str | None = None


def read_feed(data: bytes, *, url: str, content_type: str) -> dict[str, object]:
    """What a `SaidFeed` is made of."""
    try:
        return _json_feed(data, url) if _is_json(data) else _xml_feed(data, url, content_type)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return {"problem": "it can't be read as a feed"}


def _is_json(data: bytes) -> bool:
    return data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _json_feed(data: bytes, url: str) -> dict[str, object]:
    """JSON Feed 1 and 1.1 (jsonfeed.org)."""
    feed = json.loads(data.decode("utf-8-sig"))
    if not str(feed.get("version", "")).startswith("https://jsonfeed.org/version/") or not isinstance(
        feed.get("items"), list
    ):
        return {"problem": "it is JSON, but no JSON Feed"}
    entries = [_json_entry(item, url) for item in feed["items"][:_MOST_ENTRIES] if isinstance(item, dict)]
    return {"title": str(feed.get("title") or ""), "entries": _sorted(entry for entry in entries if entry)}


def _json_entry(item: dict[str, object], url: str) -> dict[str, str] | None:
    # A linked post points elsewhere: that page is what is told of.
    address = _address(str(item.get("external_url") or item.get("url") or item.get("id") or ""), url)
    authors = item.get("authors") or [item.get("author")]
    names = (
        [str(one.get("name") or "") for one in authors if isinstance(one, dict)] if isinstance(authors, list) else []
    )
    words = item.get("summary") or item.get("content_text") or _text(str(item.get("content_html") or ""))
    return address and {
        "url": address,
        "title": _text(str(item.get("title") or "")),
        "author": ", ".join(name for name in names if name),
        "summary": str(words),
        "published_at": _iso(str(item.get("date_published") or "")),
    }  # type: ignore[return-value]


def _xml_feed(data: bytes, url: str, content_type: str) -> dict[str, object]:
    import feedparser

    headers = {"content-location": url, **({"content-type": content_type} if content_type else {})}
    # As a stream: bytes that happen to name a file or an address would be opened.
    feed = feedparser.parse(io.BytesIO(data), response_headers=headers, sanitize_html=False)
    if not feed.get("version") and not feed.entries:
        return {"problem": "it is no feed"}
    entries = [_xml_entry(entry, url) for entry in feed.entries[:_MOST_ENTRIES]]
    return {"title": _text(str(feed.feed.get("title") or "")), "entries": _sorted(entry for entry in entries if entry)}


def _xml_entry(entry: object, url: str) -> dict[str, str] | None:
    get = entry.get  # type: ignore[attr-defined]  # feedparser has no types
    address = _address(str(get("link") or ""), url)
    moment = get("published_parsed") or get("updated_parsed")
    return address and {
        "url": address,
        "title": _text(str(get("title") or "")),
        "author": _text(str(get("author") or "")),
        "summary": _text(str(get("summary") or "")),
        "published_at": _of_struct(moment) if moment else "",
    }  # type: ignore[return-value]


def _address(said: str, url: str) -> str:
    """Whole, and to a page of the web that is not the feed itself, else ""."""
    address = urljoin(url, said.strip()) if said.strip() else ""
    parts = urlsplit(address)
    return address if parts.scheme in {"http", "https"} and parts.hostname and address != url else ""


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


def _iso(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return ""
    return _said_by_now((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC))


def _said_by_now(moment: datetime) -> str:
    """A day far in the future is a mistake, and would stay on top."""
    return moment.isoformat() if moment < datetime.now(UTC) + timedelta(days=2) else ""


def _sorted(entries: Iterator[dict[str, str]]) -> list[dict[str, str]]:
    """The newest first; those without a day stay in the order of the feed, behind."""
    return sorted(entries, key=lambda entry: entry["published_at"], reverse=True)
