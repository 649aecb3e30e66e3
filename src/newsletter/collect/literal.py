"""Text as Markdown that comes out as that very text."""

from __future__ import annotations

import re

# Inside a line: what Markdown could read as a mark, and what a template language or a remark begins with.
_INLINE = re.compile(
    r"(?P<always>[\\`*<~])"
    r"|(?P<underscore>(?<![^\W_])_|_(?![^\W_]))"
    r"|(?P<link>\](?=[\[(:]))"
    r"|(?P<image>!(?=\[)|(?<=<)!)"
    r"|(?P<entity>&(?=#?\w+;))"
    r"|(?P<gap>(?<=\{)[{%#])"
    r"|(?P<note>\[(?=\^))"
)
# At the start of a line: headings, quotes, lists, rules and underlines of headings.
_OPENING = re.compile(r"(?P<mark>#{1,6}(?=\s|$)|>|[-+](?=\s|$|-)|=+(?=\s*$))")
_NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")


def literal(text: str) -> str:
    """Markdown for one paragraph of `text`. Runs of blanks at the ends of lines are dropped: they would be marks too."""
    return "\n".join(_line(line.strip(" \t")) for line in text.split("\n"))


def literal_inline(text: str) -> str:
    """Markdown for a piece of a line, such as the text between two tags."""
    return _INLINE.sub(r"\\\g<0>", text)


def _line(line: str) -> str:
    escaped = literal_inline(line)
    if _OPENING.match(escaped):
        return f"\\{escaped}"
    return _NUMBERED.sub(r"\1\\\2", escaped, count=1) if _NUMBERED.match(escaped) else escaped


def one_line(text: str) -> str:
    """Text on a single line, without control characters: a title, a name."""
    return " ".join(re.sub("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]+", " ", text).split())


def literal_fragment(text: str) -> str:
    """Markdown for a piece of running text that may stand at the start of a line; its blanks stay."""
    return "\n".join(_fragment_line(line) for line in text.split("\n"))


def _fragment_line(line: str) -> str:
    words = line.lstrip(" \t")
    return line[: len(line) - len(words)] + _line(words)
