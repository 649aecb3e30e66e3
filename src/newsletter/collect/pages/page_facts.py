"""What a page says about itself: title, address, site, author, day and picture."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from trafilatura.metadata import extract_metadata

from newsletter.collect.literal import one_line
from newsletter.collect.pages.page_title import page_title
from newsletter.collect.web_address import whole_address
from newsletter.words.find import read_title

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
    own = (
        _attribute(page, "link[rel~=canonical]", "href"),
        _meta(page, "og:url"),
        saved[1] if saved else None,
        found.url,
    )
    url = _own_address(own, at)
    # Where it was fetched is what its relative addresses refer to, whatever it calls itself.
    said = _attribute(page, "base[href]", "href")
    base = (whole_address(said, at or url) if said else None) or at or url
    image = _meta(page, "og:image") or _meta(page, "twitter:image")
    published = _meta(page, "article:published_time") or _attribute(page, "article time[datetime]", "datetime")
    return PageFacts(
        title=read_title(_text(page_title(page, site=_meta(page, "og:site_name"), guessed=found.title)) or "") or None,
        url=url,
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


def _own_address(said: Sequence[str | None], at: str | None) -> str | None:
    """The first that is more than the front page of a site; many pages give that for their own."""
    whole = [address for text in said if text and (address := whole_address(text))]
    return next((address for address in whole if not is_front(address)), None) or at or next(iter(whole), None)


def is_front(address: str) -> bool:
    """Whether it is the address of a site and not that of one of its pages."""
    parts = urlsplit(address)
    return parts.path in {"", "/"} and not parts.query


def _day(*candidates: str | None) -> date | None:
    for text in candidates:
        try:
            return date.fromisoformat((text or "").strip()[:10])
        except ValueError:
            continue
    return None


def _text(value: str | None) -> str | None:
    return one_line(value or "")[:_LONGEST] or None
