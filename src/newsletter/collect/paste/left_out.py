"""The words of what was pasted that its Markdown lacks, each of them: what is lost is said to its editor."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from newsletter.collect.line_tags import IN_LINE

_WORD = re.compile(r"[^\W_]+")
_NOT_SHOWN = frozenset({"script", "style", "template", "title", "noscript"})
_ADDRESS = re.compile(r"(?<!\\)\]\([^()\s]*+\)")
_MARKS = re.compile(r"[\\*~`]")


def shown_text(page: BeautifulSoup | Tag) -> str:
    """All that stands between the tags, hidden or not: a blank where a paragraph ends, none inside one."""
    pieces: list[str] = []
    _gather(page, pieces)
    return "".join(pieces)


def words_left_out(shown: str, markdown: str) -> tuple[str, ...]:
    """The words in their order; one that comes more often than in the Markdown is named for each time it lacks.

    What is only put together or taken apart at a tag, such as `Off` and `ice`, is there.
    """
    source, made = _words(shown), _words(_MARKS.sub("", _ADDRESS.sub("] ", markdown)))
    spelled = [word.casefold() for word in source]
    lacking = Counter(spelled) - Counter(word.casefold() for word in made)
    if lacking:
        letters_shown, letters_made = "".join(spelled), "".join(made).casefold()
        for word in [word for word in lacking if letters_made.count(word) >= letters_shown.count(word)]:
            del lacking[word]
    left_out = list[str]()
    # From the end: what is left out mostly stands below the text.
    for word in reversed(source):
        if lacking[word.casefold()] > 0:
            lacking[word.casefold()] -= 1
            left_out.append(word)
    return tuple(reversed(left_out))


def _gather(tag: Tag, pieces: list[str]) -> None:
    for child in tag.children:
        if type(child) is NavigableString:
            pieces.append(str(child))
        elif isinstance(child, Tag) and child.name not in _NOT_SHOWN:
            gap = "" if child.name in IN_LINE else " "
            pieces.append(gap)
            _gather(child, pieces)
            pieces.append(gap)


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text))
