"""Lists as Word puts them on the clipboard, paragraphs with a bullet typed before them, as lists."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from bs4.element import Tag

_LEVEL = re.compile(r"mso-list\s?:[^;]{0,40}?\blevel(\d)", re.IGNORECASE)
_BULLET = re.compile(r"mso-list\s?:\s?ignore", re.IGNORECASE)
_NUMBERED = re.compile(r"\(?(?:\d{1,4}|[a-zA-Z]|[ivxlcIVXLC]{1,6})[.)]")


def open_word_lists(page: BeautifulSoup) -> None:
    """Neighbours of one list become its items, set in as deep as Word's own level says."""
    for first in page.find_all("p"):
        if first.parent is None or _level(first) == 0 or first.find_parent("li") is not None:
            continue
        run = [first]
        while (following := run[-1].find_next_sibling()) is not None and _level(following):
            run.append(following)
        _as_list(page, run)


def _level(tag: Tag) -> int:
    """From 1; 0 for any other paragraph, which is not an item of a list."""
    match = _LEVEL.search(str(tag.get("style") or "")) if tag.name == "p" else None
    return int(match[1]) if match else 0


def _as_list(page: BeautifulSoup, run: list[Tag]) -> None:
    lists: list[Tag] = []
    for paragraph in run:
        level = _level(paragraph)
        bullet = _take_bullet(paragraph)
        del lists[level:]
        while len(lists) < level:
            lists.append(_begin(page, lists, paragraph, "ol" if _NUMBERED.fullmatch(bullet) else "ul"))
        paragraph.name = "li"
        lists[-1].append(paragraph.extract())


def _begin(page: BeautifulSoup, lists: list[Tag], paragraph: Tag, name: str) -> Tag:
    """A list in place of its first paragraph, or within the last item of the list around it."""
    made = page.new_tag(name)
    if not lists:
        paragraph.insert_before(made)
        return made
    items = lists[-1].find_all("li", recursive=False)
    if items:
        items[-1].append(made)
    else:
        lists[-1].append(made)
    return made


def _take_bullet(paragraph: Tag) -> str:
    """What stands before the words as bullet or number, which goes."""
    mark = paragraph.find(lambda tag: _BULLET.search(str(tag.get("style") or "")) is not None)
    if not isinstance(mark, Tag):
        return ""
    bullet = mark.get_text().strip()
    mark.decompose()
    return bullet
