"""A page as a tree of tags, refused where it is larger or deeper than anybody writes."""

from __future__ import annotations

from bs4 import BeautifulSoup

from newsletter.words.mistake import Mistake

# More of either takes minutes to read, and no writer's page has so many.
_DEEPEST = 200
_MOST_TAGS = 100_000


def parse_page(html: str) -> BeautifulSoup:
    """Raises Mistake for a page that would take minutes to read."""
    if html.count("<") > _MOST_TAGS:
        raise Mistake("This page is too large to be read as one post.", fix="Save the article alone, or copy its text.")
    page = BeautifulSoup(html, "lxml")
    depths: dict[int, int] = {id(page): 0}
    for tag in page.find_all(True):
        depths[id(tag)] = depths[id(tag.parent)] + 1
        if depths[id(tag)] > _DEEPEST:
            raise Mistake(
                "This page is nested too deeply to be read.", fix="Copy its text into a .txt file and add that."
            )
    return page
