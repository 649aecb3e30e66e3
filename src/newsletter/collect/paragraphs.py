"""Splits plain text into paragraphs, whether a line is a paragraph or paragraphs are wrapped by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

# Nobody wraps wider than this by hand; a text with a longer line has one line a paragraph.
_WIDEST_WRAP = 100
# A line this short ended because its paragraph did.
_SHORTEST_WRAPPED = 45
# Fewer blanks than this at the beginning of a line are an accident.
_INDENT = 2
_MOST_INDENTED = 0.7

_LINE_END = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]")
_QUOTED = re.compile(r">(?=[ \t>]|$)(?:[ \t]?>){0,8}[ \t]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Its words on one line; whether it was indented where others are not, or marked with `>` as mails do.

    A tight one follows the one before without an empty line, in a text that has empty lines.
    """

    text: str
    is_indented: bool = False
    is_marked: bool = False
    is_tight: bool = False


def split_paragraphs(text: str) -> list[str]:
    """The paragraphs in order, none of them empty, each on one line; blanks between words stay single."""
    return [" ".join(line.words.split()) for line in _joined(_lines(text))]


def read_paragraphs(text: str) -> list[Paragraph]:
    """The same with what sets them apart: their indentation, and `>` before their lines, which is taken off."""
    lines = [_without_mark(line) for line in _lines(text)]
    found = _joined(lines)
    # A title stands where it likes; and where most of the rest is indented, that is how paragraphs begin there.
    least = min((line.indent for line in found[1:]), default=0)
    n_indented = sum(line.indent - least >= _INDENT for line in found[1:])
    says_something = n_indented <= _MOST_INDENTED * len(found[1:])
    return [
        Paragraph(
            text=" ".join(line.words.split()),
            is_indented=says_something and at > 0 and line.indent - least >= _INDENT,
            is_marked=line.is_marked,
            is_tight=line.is_tight,
        )
        for at, line in enumerate(found)
    ]


@dataclass(frozen=True, slots=True)
class _Line:
    words: str
    indent: int = 0
    is_marked: bool = False
    # Of how many lines it was put together.
    n_lines: int = 1
    is_tight: bool = False


def _lines(text: str) -> list[_Line]:
    """Without empty ones at both ends: they part nothing."""
    lines = [_CONTROL.sub("", line).rstrip() for line in _LINE_END.split(text)]
    full = [i for i, line in enumerate(lines) if line.strip()]
    kept = lines[full[0] : full[-1] + 1] if full else []
    return [_Line(line.strip(), _width(line)) for line in kept]


def _width(line: str) -> int:
    spread = line.replace("\u3000", "  ").expandtabs(4)
    return len(spread) - len(spread.lstrip())


def _without_mark(line: _Line) -> _Line:
    match = _QUOTED.match(line.words)
    return _Line(line.words[match.end() :].strip(), line.indent, is_marked=True) if match else line


def _joined(lines: Sequence[_Line]) -> list[_Line]:
    has_gaps = any(not line.words for line in lines)
    is_wrapped = has_gaps and all(len(line.words) <= _WIDEST_WRAP for line in lines)
    found: list[_Line] = []
    previous = _Line("")
    for line in lines:
        if line.words and is_wrapped and _goes_on(previous, line, found[-1:]):
            whole = found[-1]
            least = min(whole.indent, line.indent)
            found[-1] = replace(whole, words=f"{whole.words} {line.words}", indent=least, n_lines=whole.n_lines + 1)
        elif line.words:
            found.append(replace(line, is_tight=has_gaps and bool(previous.words)))
        previous = line
    return found


def _goes_on(previous: _Line, line: _Line, paragraph: Sequence[_Line]) -> bool:
    is_item = re.match(r"(?:[-*•–—]|\d{1,3}[.)])\s", line.words) is not None
    is_first = bool(paragraph) and paragraph[0].n_lines == 1
    # The first line of a paragraph may be set in; a line that is set in more than the one before begins something else.
    is_level = abs(previous.indent - line.indent) < _INDENT or (is_first and line.indent < previous.indent)
    is_alike = previous.is_marked == line.is_marked and is_level
    return len(previous.words) >= _SHORTEST_WRAPPED and is_alike and not is_item and not previous.words.endswith(":")
