"""Finds the part of a page that is its text, and leaves in it only what may stand in a post."""

from __future__ import annotations

import nh3
import trafilatura
from bs4 import BeautifulSoup
from bs4.element import Tag

from newsletter.collect.pages.code_listings import straighten_code
from newsletter.collect.pages.embeds import link_embeds
from newsletter.collect.pages.formulas import spell_formulas
from newsletter.collect.pages.furniture import is_furniture, is_hidden, is_notes, is_tracker
from newsletter.collect.pages.indents import quote_indented
from newsletter.collect.pages.late_pictures import load_pictures
from newsletter.collect.pages.layout_tables import open_layout
from newsletter.collect.pages.missing_words import n_words, prose_of
from newsletter.collect.pages.notes import notes_beyond, number_notes
from newsletter.collect.superscript import spell_out, spelt_out

# Guessing where the text of a page is needs a page; a shorter one is all text.
_SHORTEST_GUESSED = 1_500
# Of several articles one is the page's text where it has this share of their words; the others are teasers.
_MOST_OF_THEM = 0.7
_MOST_OF_PROSE = 0.8
# With so many times its words elsewhere, an article without the page's heading is a promotion.
_TIMES_OUTSIDE = 3

_BLOCKS = {"p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "div", "section", "article", "ul", "ol", "li", "pre"}
_QUOTES = {"blockquote", "cite", "footer", "q", "figure", "figcaption"}
_WORDS = {"a", "strong", "b", "em", "i", "s", "del", "strike", "code", "kbd", "samp", "dl", "dt", "dd"}
_TABLES = {"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"}
_ACTIVE = {"script", "style", "noscript", "iframe", "object", "embed", "template", "head", "title"}
_DRAWN = {"svg", "math", "canvas", "audio", "video"}
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "blockquote": {"cite"}, "ol": {"start"}}
# Tags that a post has no mark for, but that begin a new line.
_OTHER_BLOCKS = ["header", "aside", "address", "details", "hgroup", "fieldset", "legend", "center", "form"]


def find_body(page: BeautifulSoup, *, url: str | None, base: str | None) -> str:
    """The HTML of the page's text, not yet safe. Takes the furniture out of `page`.

    A page that says which part it is is believed, unless most words stand elsewhere: its `<article>` or `<main>` keeps
    quotes and struck words, which guessing would lose. Only a page that does not say so is guessed at.
    """
    quote_indented(page)
    prune(page, fades=True, url=url, base=base)
    open_layout(page, is_mail=False)
    whole = page.body or page
    for selector in ("article:not(article article)", "main, [role=main]"):
        part = _largest(page.select(selector))
        if part is not None and _is_text(part, whole):
            return str(part) + notes_beyond(page, part)
        if part is not None and part.name == "article":
            part.extract()
    for tag in whole.find_all("main"):
        tag.name = "div"
    if len(whole.get_text()) < _SHORTEST_GUESSED:
        return str(whole)
    return _guessed_or_container(whole, url)


def clean_html(html: str, *, base: str | None, keeps_relative: bool = False) -> str:
    """HTML with only the marks that a post can hold: no script, no style, no address but web and mail.

    Without a `base` a relative address goes, or stays as it is.
    """
    cleaner = nh3.Cleaner(
        tags=_BLOCKS | _QUOTES | _WORDS | _TABLES | {"img"},
        clean_content_tags=_ACTIVE | _DRAWN,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        url_relative=("rewrite_with_base", base) if base else "pass_through" if keeps_relative else "deny",
        link_rel=None,
    )
    return cleaner.clean(spelt_out(html))


def prune(page: BeautifulSoup, *, fades: bool = False, url: str | None = None, base: str | None = None) -> None:
    """Take out furniture, what nobody was meant to see, and pictures that only count readers.

    Pages fade blocks in (`fades`), mails hide words in the same way. `url` is where the page stands, `base` what its
    relative addresses refer to.
    """
    spell_formulas(page)
    spell_out(page)
    load_pictures(page)
    link_embeds(page, base)
    straighten_code(page)
    number_notes(page, url)
    n_all = len((page.body or page).get_text(" ").split())
    for tag in page.find_all(True):
        if tag.decomposed or tag.name in {"html", "body"}:
            continue
        if is_hidden(tag, fades=fades) or (tag.name == "img" and is_tracker(tag)):
            tag.decompose()
        elif is_furniture(tag, n_words=n_all):
            notes = tag.find(is_notes) if tag.name in {"footer", "aside"} else None
            if notes is None:
                tag.decompose()
            else:
                tag.replace_with(notes.extract())
        elif tag.name == "summary":
            tag.name = "p"
        elif tag.name in _OTHER_BLOCKS or (tag.name == "footer" and tag.find_parent("blockquote") is None):
            tag.name = "div"


def _largest(parts: list[Tag]) -> Tag | None:
    counted = [(len(part.get_text(" ").split()), part) for part in parts]
    if not any(count for count, _ in counted):
        return None
    most, largest = max(counted, key=lambda pair: pair[0])
    return largest if most >= _MOST_OF_THEM * sum(count for count, _ in counted) else None


def _is_text(part: Tag, whole: Tag) -> bool:
    if part.find("h1") is not None:
        return True
    inside = len(part.get_text(" ").split())
    return n_words(prose_of(whole)) - n_words(prose_of(part)) <= _TIMES_OUTSIDE * inside


def _guessed_or_container(whole: Tag, url: str | None) -> str:
    """What a library takes for the text, unless it leaves much out: then the innermost tag that holds nearly all prose."""
    guessed = _guessed(str(whole), url) or ""
    n_all = n_words(prose_of(whole))
    if len(BeautifulSoup(guessed, "lxml").get_text(" ").split()) >= _MOST_OF_PROSE * n_all:
        return guessed or str(whole)
    container: Tag = whole
    inner: Tag | None = whole
    while inner is not None:
        container = inner
        inside = container.find_all(True, recursive=False)
        inner = next((tag for tag in inside if n_words(prose_of(tag)) >= _MOST_OF_PROSE * n_all), None)
    return str(container)


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
