"""Reads a post's Markdown the way the mail does, so that tests compare words and not marks."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from markdown_it.token import Token

from newsletter.words.issue import Issue, Section
from newsletter.words.post import Post
from tests.compose.sample import rendered

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")


def words_of(text: str) -> list[str]:
    return re.findall(r"\S+", text)


def shown(markdown: str) -> str:
    """The text that a reader sees."""
    return "\n".join(
        _text(token) for token in _PARSER.parse(markdown) if token.type in {"inline", "fence", "code_block"}
    )


def quotes(post: Post) -> list[str]:
    """The paragraphs inside blockquotes."""
    return _paragraphs(post, inside=True)


def own_words(post: Post) -> list[str]:
    """The paragraphs outside blockquotes."""
    return _paragraphs(post, inside=False)


def tags_in(markdown: str) -> set[str]:
    """The names of every kind of block and inline mark that the Markdown is read as."""
    tokens = _PARSER.parse(markdown)
    return {token.type for token in tokens} | {child.type for token in tokens for child in token.children or []}


def _paragraphs(post: Post, *, inside: bool) -> list[str]:
    found, depth = [], 0
    for token in _PARSER.parse(post.body):
        depth += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if token.type == "inline" and (depth > 0) is inside:
            found.append(_text(token))
    return found


def _text(token: Token) -> str:
    if token.children is None:
        return token.content
    breaks = {"softbreak", "hardbreak"}
    return "".join("\n" if child.type in breaks else child.content for child in token.children)


def as_mailed(post: Post) -> str:
    """What a reader's mail program is given of a post."""
    issue = Issue(number=1, subject="x", sections=(Section(title="", posts=(post.slug,)),))
    html = rendered(issue, [post]).edition.html
    return "".join(piece if isinstance(piece, str) else "https://reader.example.com/" for piece in html.pieces)


def dangers(html: str) -> list[str]:
    """Everything in a page that could run, or fetch what a text never fetches."""
    page = BeautifulSoup(html, "html.parser")
    found = [
        tag.name for tag in page.find_all(["script", "svg", "math", "iframe", "form", "object", "template", "xmp"])
    ]
    for tag in page.find_all(True):
        for name, value in tag.attrs.items():
            words = " ".join(value) if isinstance(value, list) else str(value)
            if name.startswith("on") or (
                name in {"href", "src"} and not words.startswith(("https://", "http://", "mailto:"))
            ):
                found.append(f"{tag.name} {name}={words}")
            if name == "style" and "url(" in words:
                found.append(words)
    return found
