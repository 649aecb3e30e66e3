"""What a page says about itself: title, address, site, author, day and picture."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import date

from bs4 import BeautifulSoup
from trafilatura.metadata import extract_metadata

from newsletter.collect.literal import one_line
from newsletter.collect.web_address import whole_address

# Its complaints about odd pages are no use to somebody who adds a post.
logging.getLogger("trafilatura").addHandler(logging.NullHandler())

# Browsers that save a page write where it came from on top of it.
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->")
_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """None is what the page does not say. `base` is what its relative addresses refer to."""

    title: str | None
    url: str | None
    base: str | None
    site: str | None
    author: str | None
    published_on: date | None
    image: str | None
    image_alt: str


def read_facts(page: BeautifulSoup, html: str, at: str | None = None) -> PageFacts:
    """What the page's own marks say; where it has none, what can be told from its text, or from where it was fetched."""
    # Guessing a day from anywhere in the text is worse than no day.
    found = extract_metadata(html, extensive=False)
    saved = _SAVED_FROM.search(html[:4096])
    url = _first_address(
        _attribute(page, "link[rel~=canonical]", "href"), _meta(page, "og:url"), saved[1] if saved else None, found.url
    )
    # Where it was fetched is what its relative addresses refer to, whatever it calls itself.
    said = _attribute(page, "base[href]", "href")
    base = (whole_address(said, at or url) if said else None) or at or url
    image = _meta(page, "og:image") or _meta(page, "twitter:image")
    published = _meta(page, "article:published_time") or _attribute(page, "article time[datetime]", "datetime")
    return PageFacts(
        title=_text(_only_heading(page) or _meta(page, "og:title") or _named(page, found.title)),
        url=url or at,
        base=base,
        site=_text(_meta(page, "og:site_name") or found.sitename),
        author=_text((found.author or "").replace(";", ",")),
        published_on=_day(published, found.date),
        image=whole_address(image, base) if image else None,
        image_alt=one_line(_meta(page, "og:image:alt") or _meta(page, "twitter:image:alt") or "")[:_LONGEST],
    )


def _meta(page: BeautifulSoup, name: str) -> str | None:
    return _attribute(page, f'meta[property="{name}"], meta[name="{name}"]', "content")


def _attribute(page: BeautifulSoup, selector: str, name: str) -> str | None:
    return next((value for tag in page.select(selector) if (value := str(tag.get(name) or "").strip())), None)


def _only_heading(page: BeautifulSoup) -> str | None:
    """The text of the one `<h1>` of the page's article, or of the page where it has a single one."""
    for selector in ("article h1", "main h1", "h1"):
        headings = page.select(selector)
        if len(headings) == 1:
            return headings[0].get_text()
    return None


def _named(page: BeautifulSoup, guessed: str | None) -> str | None:
    """The page's `<title>`; the guess, which is without the site's name, only where it is a part of that."""
    name = " ".join(page.title.get_text().split()) if page.title else ""
    return guessed if not name or (guessed and guessed in name) else name


def _first_address(*candidates: str | None) -> str | None:
    return next((address for text in candidates if text and (address := whole_address(text))), None)


def _day(*candidates: str | None) -> date | None:
    for text in candidates:
        try:
            return date.fromisoformat((text or "").strip()[:10])
        except ValueError:
            continue
    return None


def _text(value: str | None) -> str | None:
    return one_line(value or "")[:_LONGEST] or None
