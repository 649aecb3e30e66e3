"""Footnotes of a page: a mail has no place to jump to, so a reference becomes its number in brackets, and the note stays below."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import Tag

from newsletter.collect.pages.furniture import is_notes

_MARK = re.compile(r"\W?\s*(\d{1,3}|[a-z]|[ivx]{1,5}|[*†‡§¶]{1,3})\s*\W?", re.IGNORECASE)
_BACK = re.compile(r"doc-backlink|back-?(?:ref|link)|reversefootnote|footnote-back", re.IGNORECASE)


def number_notes(page: BeautifulSoup, url: str | None) -> None:
    """Write `[1]` where a link leads to a note of the same page, and take out the arrows that lead back."""
    ids = {str(tag["id"]) for tag in page.find_all(id=True)}
    for link in page.find_all("a", href=True):
        before, mark, name = str(link["href"]).partition("#")
        if not mark or name not in ids or before not in {"", url}:
            continue
        words = link.get_text().strip()
        if _leads_back(link) or not (re.search(r"\w", words) or _MARK.fullmatch(words)):
            link.decompose()
        elif match := _MARK.fullmatch(words):
            link.replace_with(f"[{match[1]}]")
    for tag in page.select("label.margin-toggle"):
        tag.decompose()
    for tag in page.select("span.sidenote, span.marginnote, small.sidenote"):
        tag.insert_before(" (")
        tag.insert_after(") ")


def notes_beyond(page: BeautifulSoup, part: Tag) -> str:
    """The HTML of the notes that stand below the part of the page that is its text."""
    outside = [
        tag
        for tag in page.find_all(["section", "aside", "div", "ol", "footer"])
        if is_notes(tag) and part not in tag.parents and tag not in part.parents and tag is not part
    ]
    return "".join(str(tag) for tag in outside if not any(is_notes(parent) for parent in tag.parents if parent.name))


def _leads_back(link: Tag) -> bool:
    named = [*link.get_attribute_list("role"), *link.get_attribute_list("class")]
    return any(_BACK.search(name or "") for name in named)
