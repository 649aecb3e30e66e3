"""Finds a phrase in a text, and puts another in its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

Span = tuple[int, int]

# Letters that are shown on each side of a place.
_AROUND = 48
# With the mark of a quote that a line begins with.
_LINE_ENDS = re.compile(r"\n[\s>]*+|\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class SoughtPhrase:
    """What is looked for: `text`, as whole words only, and with the same capitals only, where that is asked."""

    text: str
    is_whole: bool = False
    has_same_capitals: bool = False

    def spans(self, text: str, closed: Sequence[Span] = ()) -> list[Span]:
        """(start, end) of each place, in order, none overlapping another and none touching what is `closed`."""
        if not self.text:
            return []
        words = r"\s+".join(re.escape(word) for word in self.text.split()) or re.escape(self.text)
        words = words if self.has_same_capitals else f"(?i:{words})"
        pattern = re.compile(rf"(?<!\w){words}(?!\w)" if self.is_whole else words)
        found = [match.span() for match in pattern.finditer(text)]
        return [span for span in found if not touches(span, closed)]

    def instead(self, found: str, new: str) -> str:
        """What stands in place of `found`: with a capital where it has one that was not asked for, as in “The boat”."""
        if self.has_same_capitals or not self.text[:1].islower() or not found[:1].isupper():
            return new
        return new[:1].upper() + new[1:]


def touches(span: Span, stretches: Sequence[Span]) -> bool:
    """Whether any of the stretches has a letter of the span."""
    return any(start < span[1] and span[0] < end for start, end in stretches)


def replaced(text: str, changes: Sequence[tuple[Span, str]]) -> str:
    """The text with other words at each of the spans, which are in order."""
    pieces, at = [], 0
    for (start, end), new in changes:
        pieces += [text[at:start], new]
        at = end
    return "".join([*pieces, text[at:]])


def surroundings(text: str, span: Span) -> tuple[str, str]:
    """The words before a span and behind it, on one line each, cut between words with an ellipsis."""
    start, end = span
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    if start > _AROUND:
        before = f"…{before.partition(' ')[2]}"
    if end + _AROUND < len(text):
        after = f"{after.rpartition(' ')[0]}…"
    return _LINE_ENDS.sub(" ", before), _LINE_ENDS.sub(" ", after)
