"""Splits plain text into paragraphs, whether a line is a paragraph or paragraphs are wrapped by hand."""

from __future__ import annotations

import re

# Nobody wraps wider than this by hand; a text with a longer line has one line a paragraph.
_WIDEST_WRAP = 100
# A line this short ended because its paragraph did.
_SHORTEST_WRAPPED = 45

_LINE_END = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]")


def split_paragraphs(text: str) -> list[str]:
    """The paragraphs in order, none of them empty, each on one line; blanks between words stay single."""
    lines = [_CONTROL.sub("", line).strip() for line in _LINE_END.split(text)]
    is_wrapped = "" in lines and all(len(line) <= _WIDEST_WRAP for line in lines)
    paragraphs: list[str] = []
    previous = ""
    for line in lines:
        if line and is_wrapped and _goes_on(previous, line):
            paragraphs[-1] += f" {line}"
        elif line:
            paragraphs.append(line)
        previous = line
    return [" ".join(paragraph.split()) for paragraph in paragraphs]


def _goes_on(previous: str, line: str) -> bool:
    is_item = re.match(r"(?:[-*•–—]|\d{1,3}[.)])\s", line) is not None
    return len(previous) >= _SHORTEST_WRAPPED and not is_item and not previous.endswith(":")
