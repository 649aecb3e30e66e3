"""Finds the part of a page that is its text, and leaves in it only what may stand in a post."""

from __future__ import annotations

import re

import nh3
import trafilatura
from bs4 import BeautifulSoup
from bs4.element import Tag

from newsletter.collect.pages.indents import quote_indented
from newsletter.collect.superscript import spell_out, spelt_out

# Guessing where the text of a page is needs a page; a shorter one is all text.
_SHORTEST_GUESSED = 1_500
_FURNITURE = frozenset({"nav", "aside", "form", "button", "select", "textarea", "dialog", "footer"})
_ZERO = r"\s*:\s*0(?![.\d]*[1-9])"
_HIDDEN = re.compile(
    rf"display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity|max-height){_ZERO}", re.IGNORECASE
)
_TINY = re.compile(r"\s*+[0-3]\s*+(?:px\s*+)?")
_TINY_STYLE = re.compile(r"(?:^|;)\s*(?:width|height)\s*:\s*[0-3](?:px)?\s*(?:;|$|!)", re.IGNORECASE)

_BLOCKS = {"p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "div", "section", "article", "ul", "ol", "li", "pre"}
_QUOTES = {"blockquote", "cite", "footer", "q", "figure", "figcaption"}
_WORDS = {"a", "strong", "b", "em", "i", "s", "del", "strike", "code", "kbd", "samp", "dl", "dt", "dd"}
_TABLES = {"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"}
_ACTIVE = {"script", "style", "noscript", "iframe", "object", "embed", "template", "head", "title"}
_DRAWN = {"svg", "math", "canvas", "audio", "video"}
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "blockquote": {"cite"}, "ol": {"start"}}


def find_body(page: BeautifulSoup, url: str | None) -> str:
    """The HTML of the page's text, not yet safe. Takes the furniture out of `page`.

    A page that says which part it is is believed: its `<article>` or `<main>` keeps quotes and struck words, which
    guessing would lose. Only a page that does not say so is guessed at.
    """
    quote_indented(page)
    prune(page)
    for selector in ("article:not(article article)", "main, [role=main]"):
        parts = page.select(selector)
        if len(parts) == 1 and parts[0].get_text(strip=True):
            return str(parts[0])
    whole = page.body or page
    if len(whole.get_text()) < _SHORTEST_GUESSED:
        return str(whole)
    return _guessed(str(whole), url) or str(whole)


def clean_html(html: str, *, base: str | None) -> str:
    """HTML with only the marks that a post can hold: no script, no style, no address but web and mail."""
    cleaner = nh3.Cleaner(
        tags=_BLOCKS | _QUOTES | _WORDS | _TABLES | {"img"},
        clean_content_tags=_ACTIVE | _DRAWN,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        url_relative=("rewrite_with_base", base) if base else "deny",
        link_rel=None,
    )
    return cleaner.clean(spelt_out(html))


def _guessed(html: str, url: str | None) -> str | None:
    # Its Markdown loses quotes; its HTML keeps them.
    return trafilatura.extract(
        html,
        url=url,
        output_format="html",
        include_comments=False,
        include_links=True,
        include_images=True,
        include_formatting=True,
        include_tables=True,
        favor_recall=True,
    )


def prune(page: BeautifulSoup) -> None:
    """Take out furniture, what nobody was meant to see, and pictures that only count readers."""
    spell_out(page)
    for tag in page.find_all(True):
        if tag.decomposed or tag.name in {"html", "body"}:
            continue
        if tag.name == "img":
            _load(tag)
        if _is_furniture(tag) or _is_hidden(tag) or (tag.name == "img" and _is_tracker(tag)):
            tag.decompose()


def _is_furniture(tag: Tag) -> bool:
    return tag.name in _FURNITURE and tag.find_parent("blockquote") is None


def _is_hidden(tag: Tag) -> bool:
    is_marked = tag.has_attr("hidden") or tag.get("aria-hidden") == "true"
    return is_marked or _HIDDEN.search(str(tag.get("style") or "")) is not None


def _is_tracker(image: Tag) -> bool:
    sizes = [str(image.get(name)) for name in ("width", "height") if image.get(name)]
    return any(_TINY.fullmatch(size) for size in sizes) or _TINY_STYLE.search(str(image.get("style") or "")) is not None


def _load(image: Tag) -> None:
    """Pages that load pictures late keep the address elsewhere."""
    late = image.get("data-src") or image.get("data-lazy-src") or image.get("data-original")
    if late and str(image.get("src") or "data:").startswith("data:"):
        image["src"] = late
