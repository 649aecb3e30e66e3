"""Takes a system's own merge tags out of old words: nothing fills them in any more."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup

_DANGLING = re.compile(r"(?<![\s,;:–—-])[\s,;:–—-]++$")


def without_tags(text: str, tag: re.Pattern[str]) -> str:
    """One line, such as a subject, without tags, and without the comma that stood before one at its end."""
    return _DANGLING.sub("", _gone(text, tag)).strip() if tag.search(text) else text.strip()


def drop_tags(page: BeautifulSoup, tag: re.Pattern[str]) -> None:
    """Of a link that leads to a tag the words stay; a picture from one goes."""
    for link in page.find_all("a", href=tag):
        link.unwrap()
    for picture in page.find_all("img", src=tag):
        picture.decompose()
    for text in page.find_all(string=tag):
        text.replace_with(_gone(text, tag))


def _gone(text: str, tag: re.Pattern[str]) -> str:
    """`Hello {{ name }}, it is cold` becomes `Hello, it is cold`."""
    parts = tag.split(text)
    for at in range(1, len(parts)):
        if parts[at][:1] in {",", ".", ";", ":", "!", "?"}:
            parts[at - 1] = parts[at - 1].rstrip()
    return "".join(parts)
