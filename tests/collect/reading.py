"""Reads a post's Markdown the way the mail does, so that tests compare words and not marks."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from newsletter.words.post import Post

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
