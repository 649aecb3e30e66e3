"""Turns an author's Markdown into safe blocks: no HTML of theirs, no address but web and mail, quotes with a source."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from newsletter.compose.sentinels import Sentinels
from newsletter.words.domain import ascii_url

# An image's address, its words and the line of its block, to its full address and its width in CSS pixels, if it is known.
Pictures = Callable[[str, str, int], tuple[str, int | None]]

_SCHEMES = frozenset({"http", "https", "mailto"})
_ATTRIBUTION = re.compile(r"^\s*(?:[—–―]|--+)\s*")
_BREAKS = frozenset({"softbreak", "hardbreak"})


@cache
def parser() -> MarkdownIt:
    """CommonMark without HTML, with ~~struck~~ text. Links are checked afterwards, where what is dropped is known."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
    markdown.validateLink = _any_link  # type: ignore[method-assign]
    # The parser's own way of spelling a host knows no upper case outside ASCII: ZÜRICH would be another domain.
    spelt = markdown.normalizeLink
    markdown.normalizeLink = lambda url: spelt(ascii_url(url))  # type: ignore[method-assign]
    return markdown


def read_blocks(
    source: str, sentinels: Sentinels, *, picture: Pictures | None = None, top_heading: int = 3
) -> list[Token]:
    """The blocks of a text whose gaps are sentinels already.

    `picture` makes a full address of an image's, given its words and the line, from 0, of its block. The first heading
    becomes `<h{top_heading}>`, smaller ones follow without a step left out, whatever their author or a page gave them.
    """
    tokens = parser().parse(source)
    _open_attributions(tokens)
    _order_headings(tokens, top_heading)
    for index, token in enumerate(tokens):
        if token.type == "inline" and token.children is not None:
            line = token.map[0] if token.map else 0
            token.children = _safe(token.children, sentinels, picture, line)
            if tokens[index - 1].type == "paragraph_open" and tokens[index - 1].level == 0:
                _make_button(tokens[index - 1], token.children)
            if sentinels.is_control(token.content) and tokens[index - 1].type == "paragraph_open":
                tokens[index - 1].hidden = tokens[index + 1].hidden = True
    return tokens


def html_of(blocks: Sequence[Token]) -> str:
    """The blocks as HTML: only what the parser knows, with every text and attribute escaped."""
    return str(parser().renderer.render(blocks, parser().options, {})).strip()


def _any_link(url: str) -> bool:
    del url
    return True


def is_safe_link(href: str, sentinels: Sentinels) -> bool:
    """Whether a link goes to the web or to mail, or begins with a gap (whose value is checked when it is filled)."""
    if sentinels.pattern.match(href):
        return True
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(parts.netloc or parts.path)


def _safe(children: list[Token], sentinels: Sentinels, picture: Pictures | None, line: int) -> list[Token]:
    """Inline tokens without links that go nowhere safe: their words stay."""
    out: list[Token] = []
    dropping: list[bool] = []
    for child in children:
        if child.type == "link_open":
            dropping.append(not is_safe_link(str(child.attrGet("href") or ""), sentinels))
            if dropping[-1]:
                continue
        elif child.type == "link_close" and dropping.pop():
            continue
        elif child.type == "image":
            if picture:
                address, width = picture(str(child.attrGet("src") or ""), child.content, line)
                child.attrSet("src", address)
                if width:
                    # Outlook for Windows knows no max-width, and shows a picture as wide as it is.
                    child.attrSet("width", str(width))
            child.attrSet("class", "picture")
            if not is_safe_link(str(child.attrGet("src")), sentinels):
                continue
        out.append(child)
    return out


def _make_button(paragraph: Token, children: Sequence[Token]) -> None:
    """A paragraph that is one link with the title "button" is shown as one: `[Get a ticket](https://example.org "button")`."""
    ends = (children[0].type, children[-1].type) if children else ()
    links = [child for child in children if child.type == "link_open"]
    if ends == ("link_open", "link_close") and len(links) == 1 and links[0].attrGet("title") == "button":
        del links[0].attrs["title"]
        paragraph.attrSet("class", "button")


def _order_headings(tokens: list[Token], top: int) -> None:
    """Give each heading the level below the last larger one before it: a listener takes a gap for something missing."""
    above: list[tuple[int, int]] = []
    for opening, closing in (
        (tokens[at], tokens[at + 2]) for at, one in enumerate(tokens) if one.type == "heading_open"
    ):
        written = int(opening.tag[1])
        while above and above[-1][0] >= written:
            above.pop()
        level = min(6, above[-1][1] + 1 if above else top)
        above.append((written, level))
        opening.tag = closing.tag = f"h{level}"


def _open_attributions(tokens: list[Token]) -> None:
    """Give the last line of a quote that begins with a dash a paragraph of its own, marked as the source."""
    index = 0
    while index < len(tokens):
        if tokens[index].type == "blockquote_close" and tokens[index - 1].type == "paragraph_close":
            index += _split_source(tokens, index - 3)
        index += 1


def _split_source(tokens: list[Token], at: int) -> int:
    """Split the paragraph whose opening token is at `at`; returns how many tokens were added."""
    children = tokens[at + 1].children or []
    breaks = [index for index, child in enumerate(children) if child.type in _BREAKS]
    start = breaks[-1] + 1 if breaks else 0
    if start >= len(children) or not _ATTRIBUTION.match(children[start].content):
        return 0
    children[start].content = _ATTRIBUTION.sub("— ", children[start].content)
    if start == 0:
        tokens[at].attrSet("class", "source")
        return 0
    opening, inline, closing = (token.copy() for token in tokens[at : at + 3])
    opening.attrs = {"class": "source"}
    inline.children = children[start:]
    inline.content = "".join(child.content for child in children[start:])
    tokens[at + 1].children = children[: start - 1]
    tokens[at + 3 : at + 3] = [opening, inline, closing]
    return 3
