"""Where the words of a text are somebody else's, and where its letters are no words at all: addresses, merge tags, remarks, code."""

from __future__ import annotations

import re

from newsletter.compose.markdown import parser
from newsletter.words.prose.phrase import Span

_BRACKETS = (("<!--", "-->"), ("{{", "}}"), ("{%", "%}"))
# Where a link leads, and a code span on one line.
_NO_WORDS = re.compile(r"\]\([^)\s]*+|https?://[^\s<>()]*+|mailto:[^\s<>()]*+|`[^`\n]*+`", re.IGNORECASE)
_CODE = frozenset({"fence", "code_block"})


def quote_stretches(markdown: str) -> list[Span]:
    """(start, end) of each quote."""
    return _blocks(markdown, frozenset({"blockquote_open"}))


def wordless_stretches(markdown: str) -> list[Span]:
    """(start, end) of what nobody reads as words: a change there would break a link, a merge tag or code."""
    found = [match.span() for match in _NO_WORDS.finditer(markdown)]
    for begin, finish in _BRACKETS:
        at = markdown.find(begin)
        while at >= 0:
            end = markdown.find(finish, at)
            if end < 0:
                break
            found.append((at, end + len(finish)))
            at = markdown.find(begin, end)
    return [*found, *_blocks(markdown, _CODE)]


def _blocks(markdown: str, kinds: frozenset[str]) -> list[Span]:
    starts = [0, *(match.end() for match in re.finditer("\n", markdown))]
    starts.append(len(markdown))
    last = len(starts) - 1
    return [
        (starts[min(token.map[0], last)], starts[min(token.map[1], last)])
        for token in parser().parse(markdown)
        if token.type in kinds and token.map
    ]
