"""Somebody else's words as a blockquote with their source, and our own on top."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsletter.collect.literal import literal, literal_inline, one_line
from newsletter.collect.paragraphs import split_paragraphs
from newsletter.collect.web_address import in_markdown
from newsletter.words.find import Excerpt

_MARK = re.compile(r"[ \t]{0,3}>[ \t]?(?=\S)")
# Mails that answer each other are quoted so deep at most; what is deeper keeps its marks as text.
_DEEPEST = 5


def as_quotes(excerpts: Sequence[Excerpt], source: str, url: str | None) -> str:
    """One quote for each excerpt, our thought on top of it; the source stands once, under the last."""
    last = len(excerpts) - 1
    quotes = [
        on_top(one.thought, _quoted(_paragraphs_of(one), source if at == last else "", url))
        for at, one in enumerate(excerpts)
    ]
    return "\n\n".join(quotes)


def as_quote(text: str, source: str, url: str | None) -> str:
    """Markdown in which `text` comes out as it is: no mark, no merge tag and no HTML in it means anything."""
    return as_quotes([Excerpt(text=text)], source, url)


def as_forwarded(text: str, author: str) -> str:
    """A forwarded mail as a quote. What it quotes itself, by `>` before each line, is a quote within it."""
    return _quoted([_nested(paragraph) for paragraph in split_paragraphs(text)], author, None)


def _nested(paragraph: str, deep: int = 0) -> str:
    lines = paragraph.split("\n")
    if deep == _DEEPEST or not all(_MARK.match(line) for line in lines):
        return literal(paragraph)
    inner = _nested("\n".join(_MARK.sub("", line, count=1) for line in lines), deep + 1)
    return "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))


def _paragraphs_of(one: Excerpt) -> list[str]:
    return [one.text] if one.is_markdown else [literal(paragraph) for paragraph in split_paragraphs(one.text)]


def _quoted(paragraphs: list[str], source: str, url: str | None) -> str:
    if not paragraphs:
        return ""
    name = literal_inline(one_line(source)).replace("[", "(").replace("]", ")")
    if name:
        paragraphs.append(f"— [{name}]({in_markdown(url)})" if url else f"— {name}")
    return "\n>\n".join("\n".join(f"> {line}".rstrip() for line in paragraph.split("\n")) for paragraph in paragraphs)


def as_written(text: str) -> str:
    """Markdown of a plain text that an editor wrote elsewhere: its paragraphs, and no sign in it means anything."""
    return "\n\n".join(literal(paragraph) for paragraph in split_paragraphs(text))


def on_top(note: str, body: str) -> str:
    """Our own Markdown first, then the rest."""
    return "\n\n".join(part for part in (note.strip(), body) if part)
