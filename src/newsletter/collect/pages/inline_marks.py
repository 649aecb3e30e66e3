"""Emphasis and line breaks of a page, settled into what Markdown can write: no mark that would come out as a star."""

from __future__ import annotations

import unicodedata

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

_KINDS = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "s": "del", "del": "del", "strike": "del"}
_STARS = frozenset({"b", "strong", "i", "em"})
_IN_LINE = frozenset({*_KINDS, "a", "cite", "code", "kbd", "q", "samp"})
# What a mark meets where another mark stands, or a bracket.
_SIGN, _BLANK = "*", " "


def settle_marks(soup: BeautifulSoup) -> None:
    """Change a sanitised tree: breaks at the edge of a block go, emphasis is joined, or let go where no mark can be set."""
    for line_break in soup.find_all("br"):
        if line_break.find_parent("pre") is None and _is_at_edge(line_break):
            line_break.extract()
    for tag in soup.find_all(list(_KINDS)):
        _join_following(tag)
    for tag in soup.find_all(list(_KINDS)):
        if not _can_be_marked(tag):
            _move_signs_out(tag)
        if _is_ambiguous(tag) or not _can_be_marked(tag):
            tag.unwrap()
    soup.smooth()


def _is_at_edge(line_break: Tag) -> bool:
    """Whether nothing but other breaks stands between it and an end of its paragraph."""
    return _ends(line_break, is_after=False) or _ends(line_break, is_after=True)


def _ends(node: Tag, *, is_after: bool) -> bool:
    for one in node.next_siblings if is_after else node.previous_siblings:
        is_block = isinstance(one, Tag) and one.name not in {*_IN_LINE, "br", "img"}
        if is_block or one.get_text(strip=True) or (isinstance(one, Tag) and (one.name == "img" or one.find("img"))):
            return is_block
    return node.parent is None or node.parent.name not in _IN_LINE or _ends(node.parent, is_after=is_after)


def _join_following(tag: Tag) -> None:
    """Two bold words in one: `**a****b**` is no Markdown."""
    if tag.parent is None:
        return
    while isinstance(following := tag.next_sibling, Tag) and _KINDS.get(following.name) == _KINDS[tag.name]:
        following.extract()
        for child in list(following.children):
            tag.append(child.extract())


def _is_ambiguous(tag: Tag) -> bool:
    """Whether its stars would run together with those around it: within the same mark, or at one end of another."""
    around = [parent for parent in tag.parents if parent.name in _KINDS]
    if any(_KINDS[parent.name] == _KINDS[tag.name] for parent in around):
        return True
    outer = next((parent for parent in around if parent.name in _STARS), None) if tag.name in _STARS else None
    if outer is None:
        return False
    words, inside = outer.get_text().strip(), tag.get_text().strip()
    return words != inside and (words.startswith(inside) or words.endswith(inside))


def _can_be_marked(tag: Tag) -> bool:
    """CommonMark, 6.2: a mark between a letter and a sign is no mark, nor is one that touches another's."""
    words = tag.get_text()
    if not words.strip():
        return False
    before = _BLANK if words[0].isspace() else _beside(tag, is_after=False)
    after = _BLANK if words[-1].isspace() else _beside(tag, is_after=True)
    first, last = _within(tag, is_after=False), _within(tag, is_after=True)
    return not _touches(tag) and _opens(before, first) and _opens(after, last)


def _within(tag: Tag, *, is_after: bool) -> str:
    """The letter at an end of the words of a tag; a sign where another kind of mark begins or ends there."""
    shown = [one for one in tag.contents if one.get_text(strip=True) or (isinstance(one, Tag) and one.name == "img")]
    edge = shown[-1 if is_after else 0]
    if not isinstance(edge, Tag):
        return edge.get_text().strip()[-1 if is_after else 0]
    is_star = edge.name in _STARS and tag.name in _STARS
    return _within(edge, is_after=is_after) if is_star and edge.get_text(strip=True) else _SIGN


def _touches(tag: Tag) -> bool:
    """Whether another mark stands right beside it: of two, the first one stays."""
    before, after = _neighbour(tag, is_after=False), _neighbour(tag, is_after=True)
    follows = isinstance(before, Tag) and before.name in {*_KINDS, "cite"} and not before.get_text()[-1:].isspace()
    leads = isinstance(after, Tag) and after.name == "cite"
    return (follows and not tag.get_text()[0].isspace()) or leads


def _move_signs_out(tag: Tag) -> None:
    """What is not a letter at either end stands before or behind the mark instead: `**boat***, again*` is no Markdown."""
    for is_after in (False, True):
        end = tag.contents[-1 if is_after else 0] if tag.contents else None
        if type(end) is not NavigableString:
            continue
        text = str(end)
        n = next((n for n, letter in enumerate(reversed(text) if is_after else text) if letter.isalnum()), len(text))
        if n and is_after:
            tag.insert_after(NavigableString(text[len(text) - n :]))
            end.replace_with(NavigableString(text[: len(text) - n]))
        elif n:
            tag.insert_before(NavigableString(text[:n]))
            end.replace_with(NavigableString(text[n:]))


def _opens(outside: str, inside: str) -> bool:
    """Whether a mark may stand between these two."""
    return not _is_sign(inside) or outside.isspace() or _is_sign(outside)


def _is_sign(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "PS"


def _beside(tag: Tag, *, is_after: bool) -> str:
    """The letter next to a tag within its paragraph, whatever marks stand between; a blank at the end of the paragraph."""
    node = _neighbour(tag, is_after=is_after)
    if node is None:
        parent = tag.parent
        if parent is None or parent.name not in _IN_LINE:
            return _BLANK
        return _beside(parent, is_after=is_after) if parent.name in _KINDS else _SIGN
    if isinstance(node, Tag) and node.name not in _KINDS:
        return _SIGN if node.name in _IN_LINE or node.name == "img" else _BLANK
    return node.get_text()[0 if is_after else -1]


def _neighbour(tag: Tag, *, is_after: bool) -> PageElement | None:
    """The next thing in the same parent that shows something, or breaks the line."""
    for node in tag.next_siblings if is_after else tag.previous_siblings:
        if node.get_text() or (isinstance(node, Tag) and (node.name not in _IN_LINE or node.find("img"))):
            return node
    return None
