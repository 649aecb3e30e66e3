"""Words that Google Docs and others make bold, italic or struck by a style alone, as the tags that say so."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import Tag

_HEAVY = re.compile(r"font-weight\s?:\s?(?:bold|bolder|[6-9]00)", re.IGNORECASE)
_LIGHT = re.compile(r"font-weight\s?:\s?(?:normal|lighter|[1-5]00)", re.IGNORECASE)
_SLANTED = re.compile(r"font-style\s?:\s?(?:italic|oblique)", re.IGNORECASE)
_UPRIGHT = re.compile(r"font-style\s?:\s?normal", re.IGNORECASE)
_STRUCK = re.compile(r"text-decoration(?:-line)?\s?:\s?[^;]{0,40}line-through", re.IGNORECASE)
# They are bold already.
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# The mark, the style that means it, and within what it is said already.
_MARKS = (
    ("strong", _HEAVY, ("strong", "b", "th", *_HEADINGS)),
    ("em", _SLANTED, ("em", "i", "cite")),
    ("del", _STRUCK, ("del", "s", "strike")),
)


def mark_styled(page: BeautifulSoup) -> None:
    """Give styled words their tags, and take away the tags of words that a style says are plain.

    Google Docs puts all that was selected into one `<b>` that is not bold.
    """
    for tag in page.find_all(["b", "strong", "i", "em"]):
        plain = _LIGHT if tag.name in {"b", "strong"} else _UPRIGHT
        is_heading = plain is _LIGHT and tag.find_parent(_HEADINGS) is not None
        if is_heading or plain.search(str(tag.get("style") or "")):
            tag.unwrap()
    for span in page.find_all(["span", "font"]):
        style = str(span.get("style") or "")
        for name, meant, said in _MARKS:
            if meant.search(style) and span.find_parent(said) is None:
                _wrap_inside(page, span, name)


def _wrap_inside(page: BeautifulSoup, span: Tag, name: str) -> None:
    mark = page.new_tag(name)
    for child in list(span.children):
        mark.append(child.extract())
    span.append(mark)
