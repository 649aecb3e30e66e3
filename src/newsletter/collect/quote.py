"""Somebody else's words as a blockquote with their source, and our own on top."""

from __future__ import annotations

from newsletter.collect.literal import literal, literal_inline, one_line
from newsletter.collect.paragraphs import split_paragraphs
from newsletter.collect.web_address import in_markdown


def as_quote(text: str, source: str, url: str | None) -> str:
    """Markdown in which `text` comes out as it is: no mark, no merge tag and no HTML in it means anything."""
    paragraphs = [literal(paragraph) for paragraph in split_paragraphs(text)]
    if not paragraphs:
        return ""
    name = literal_inline(one_line(source)).replace("[", "(").replace("]", ")")
    if name:
        paragraphs.append(f"— [{name}]({in_markdown(url)})" if url else f"— {name}")
    return "\n>\n".join("\n".join(f"> {line}" for line in paragraph.split("\n")) for paragraph in paragraphs)


def as_written(text: str) -> str:
    """Markdown of a plain text that an editor wrote elsewhere: its paragraphs, and no sign in it means anything."""
    return "\n\n".join(literal(paragraph) for paragraph in split_paragraphs(text))


def on_top(note: str, body: str) -> str:
    """Our own Markdown first, then the rest."""
    return "\n\n".join(part for part in (note.strip(), body) if part)
