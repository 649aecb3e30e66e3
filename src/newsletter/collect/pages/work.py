"""What a page is about when that is no article: a video, an episode, a book, a paper, a repository; who, how long, and when."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from bs4 import BeautifulSoup

from newsletter.collect.literal import one_line

_KINDS = {
    "VideoObject": "Video", "PodcastEpisode": "Podcast episode", "AudioObject": "Recording", "Book": "Book",
    "ScholarlyArticle": "Paper", "SoftwareSourceCode": "Repository", "DiscussionForumPosting": "Thread",
}  # fmt: skip
_ARTICLES = {"Article", "NewsArticle", "BlogPosting"}
# Open Graph's types, and Highwire's marks, which journals have for Google Scholar.
_OPEN_GRAPH = {"video": "Video", "book": "Book", "music": "Recording"}
# ISO 8601, as far as anything lasts: days, hours, minutes, seconds.
_DURATION = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})(?:\.\d{1,9})?S)?)?")
_LONGEST = 120
_MOST_BLOCKS = 20
_MOST_NODES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFacts:
    """`seconds` and `pages` are 0 where the page does not say. `place` is where it appeared: a series, a publisher."""

    kind: str
    makers: str = ""
    place: str = ""
    seconds: int = 0
    pages: int = 0
    language: str = ""
    made_on: date | None = None

    @property
    def sentence(self) -> str:
        """All of it on one line: "Video by Ida Holm, Harbour TV, 1 h 12 min, 3 March 2024."."""
        parts = (
            f"{self.kind} by {self.makers}" if self.makers else self.kind,
            self.place if self.place != self.makers else "",
            self.language,
            _length(self.seconds),
            f"{self.pages:,} page{'s' if self.pages > 1 else ''}" if self.pages else "",
            f"{self.made_on.day} {self.made_on:%B %Y}" if self.made_on else "",
        )
        return f"{', '.join(part for part in parts if part)}."


def read_work(page: BeautifulSoup) -> WorkFacts | None:
    """What the page's own marks say; None where they tell of an article, or of nothing. Nothing is fetched."""
    return _by_schema(page) or _by_citation(page) or _by_open_graph(page)


def _by_schema(page: BeautifulSoup) -> WorkFacts | None:
    """JSON-LD of schema.org. An article with a video in it stays an article: only what the page is mainly about counts."""
    nodes = list(linked_data(page))
    if any(_ARTICLES.intersection(_names_of_kind(node)) for node in nodes):
        return None
    works = ((node, _KINDS[name]) for node in nodes for name in _names_of_kind(node) if name in _KINDS)
    node, kind = next(works, (None, ""))
    return _of_node(node, kind) if node else None


def linked_data(page: BeautifulSoup) -> Iterator[dict[str, Any]]:
    """What the page says of itself in JSON-LD: each thing on top, and what that is mainly about."""
    for tag in page.select('script[type="application/ld+json"]')[:_MOST_BLOCKS]:
        with suppress(ValueError, RecursionError):
            yield from _top_nodes(json.loads(tag.get_text()))


def _top_nodes(said: Any) -> Iterator[dict[str, Any]]:
    found = said.get("@graph", said) if isinstance(said, dict) else said
    nodes = found[:_MOST_NODES] if isinstance(found, list) else [found]
    for node in nodes:
        if isinstance(node, dict):
            main = node.get("mainEntity")
            yield from (one for one in (node, main) if isinstance(one, dict))


def _names_of_kind(node: dict[str, Any]) -> list[str]:
    kinds = node.get("@type")
    return [name for name in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(name, str)]


def _of_node(node: dict[str, Any], kind: str) -> WorkFacts:
    return WorkFacts(
        kind=kind,
        makers=_first(node, "author", "creator", "byArtist", "actor"),
        place=_first(node, "partOfSeries", "publication", "isPartOf", "publisher"),
        seconds=_seconds(node.get("duration") or node.get("timeRequired")),
        pages=_number(node.get("numberOfPages")),
        language=_first(node, "programmingLanguage"),
        made_on=_day(node.get("uploadDate") or node.get("datePublished") or node.get("dateCreated")),
    )


def _by_citation(page: BeautifulSoup) -> WorkFacts | None:
    if not (_meta(page, "citation_title") and _meta(page, "citation_author")):
        return None
    first, last = _number(_meta(page, "citation_firstpage")), _number(_meta(page, "citation_lastpage"))
    authors = page.select('meta[name="citation_author"], meta[property="citation_author"]')
    names = [one_line(str(tag.get("content") or ""))[:_LONGEST] for tag in authors]
    return WorkFacts(
        kind="Paper",
        makers=_listed(names),
        place=one_line(_meta(page, "citation_journal_title") or _meta(page, "citation_publisher"))[:_LONGEST],
        pages=last - first + 1 if 0 < first <= last else 0,
        made_on=_day(_meta(page, "citation_publication_date").replace("/", "-")),
    )


def _by_open_graph(page: BeautifulSoup) -> WorkFacts | None:
    kind = _OPEN_GRAPH.get(_meta(page, "og:type").partition(".")[0])
    if kind is None:
        return None
    return WorkFacts(
        kind=kind,
        seconds=_number(
            _meta(page, "video:duration") or _meta(page, "og:video:duration") or _meta(page, "music:duration")
        ),
        made_on=_day(_meta(page, "video:release_date") or _meta(page, "book:release_date")),
    )


def _meta(page: BeautifulSoup, name: str) -> str:
    tag = page.select_one(f'meta[property="{name}"], meta[name="{name}"]')
    return str(tag.get("content") or "").strip() if tag else ""


def _first(node: dict[str, Any], *names: str) -> str:
    """The first of these that names somebody or something."""
    for name in names:
        said = node.get(name)
        named = [_named(one) for one in (said if isinstance(said, list) else [said])]
        if listed := _listed([one for one in named if one]):
            return listed
    return ""


def _named(said: Any) -> str:
    name = said.get("name") if isinstance(said, dict) else said
    return one_line(name)[:_LONGEST] if isinstance(name, str) else ""


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) < 4 else f"{names[0]} and {len(names) - 1} others"


def _seconds(said: Any) -> int:
    match = _DURATION.fullmatch(said.strip()) if isinstance(said, str) else None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0, 0)
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _length(seconds: int) -> str:
    minutes = round(seconds / 60)
    if seconds < 60:
        return f"{seconds} s" if seconds else ""
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def _number(said: Any) -> int:
    text = str(said or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0


def _day(said: Any) -> date | None:
    try:
        return date.fromisoformat(str(said or "").strip()[:10])
    except ValueError:
        return None
