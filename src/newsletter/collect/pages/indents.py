"""Paragraphs that Google Docs, Word and mail programs set in, or name a quote, as blockquotes."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import Tag

_RULE = re.compile(r"\.([\w-]{1,60})\s{0,9}\{([^{}]{0,2000})\}")
_SET_IN = re.compile(
    r"(?:margin|padding)-(?:left|inline-start)\s?:\s?(\d{0,4}(?:\.\d{1,4})?)\s?(px|pt|em|rem|in|cm|mm)", re.IGNORECASE
)
_NAMED = re.compile(r"(?:mso)?(?:intense)?(?:block)?quote|zitat|citat(?:ion)?|citazione|cita", re.IGNORECASE)
# In points; a list's own indentation is not looked at.
_POINTS = {"px": 0.75, "pt": 1.0, "em": 12.0, "rem": 12.0, "in": 72.0, "cm": 28.35, "mm": 2.835}
_LEAST_POINTS = 18
_BLOCKS = ["p", "div"]


def quote_indented(page: BeautifulSoup) -> None:
    """Wrap them where others beside them are not set in: where all are, that is how the page looks."""
    classes = _classes(page)
    blocks = [tag for tag in page.find_all(_BLOCKS) if tag.get_text(strip=True) and not tag.find(_BLOCKS)]
    apart = [tag for tag in blocks if _is_apart(tag, classes) and not tag.find_parent(["blockquote", "li", "table"])]
    if len(apart) * 2 > len(blocks):
        return
    for tag in apart:
        before = tag.find_previous_sibling()
        if before is not None and before.name == "blockquote" and before.has_attr("data-set-in"):
            before.append(tag.extract())
        else:
            tag.wrap(page.new_tag("blockquote", attrs={"data-set-in": ""}))


def _classes(page: BeautifulSoup) -> frozenset[str]:
    """Those that the page's own styles set in, as Google Docs does."""
    styles = "\n".join(tag.get_text() for tag in page.find_all("style"))
    return frozenset(name for name, style in _RULE.findall(styles) if _points(style) >= _LEAST_POINTS)


def _is_apart(tag: Tag, classes: frozenset[str]) -> bool:
    names = [str(name) for name in tag.get_attribute_list("class") if name]
    return (
        any(name in classes or _NAMED.fullmatch(name) for name in names)
        or _points(str(tag.get("style") or "")) >= _LEAST_POINTS
    )


def _points(style: str) -> float:
    return max((float(number or 0) * _POINTS[unit.lower()] for number, unit in _SET_IN.findall(style)), default=0.0)
