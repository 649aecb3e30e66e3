"""Finds, in an author's Markdown, where braces are only braces, and the remarks that never go out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.token import Token

from newsletter.compose.gaps import Region, TextOrigin
from newsletter.compose.markdown import parser
from newsletter.words.mistake import Mistake

# Where a fence, a code span or a remark may begin, whichever comes first: what looks like a remark inside code is code.
_BEGINS = re.compile(r"^ {0,3}(?P<fence>`{3,}+|~{3,}+)|(?P<ticks>`++)|<!--", re.MULTILINE)
_TICKS = re.compile("`++")
# A code span is given up after this many runs of backticks that turn out to be something else.
_MOST_RUNS = 100
# What readers of a quote see is what its writer wrote, braces and all; code is quoted too.
_LITERAL = frozenset({"blockquote_open", "fence", "code_block"})


def regions_of(source: str, origin: TextOrigin) -> list[Region]:
    """Remarks (left out) and quotes and code (kept as they are), in order, none overlapping another.

    Raises Mistake for a remark that is never closed outside a quote: it would be read by everyone.
    """
    if "{" not in source and "<!--" not in source:
        return []
    remarks, unclosed = _remarks(source)
    literal = _literal(source, remarks)
    for at in unclosed:
        if not any(region.start <= at < region.end for region in literal):
            raise Mistake(
                "This remark is never closed, so it would go out to readers.",
                fix="Close it with -->.",
                place=origin.place(source, at),
            )
    return sorted([*remarks, *_without(literal, remarks)], key=lambda region: region.start)


def _remarks(source: str) -> tuple[list[Region], list[int]]:
    """Each character is looked at a fixed number of times, whatever the text: none is read to its end for nothing."""
    remarks, unclosed = list[Region](), list[int]()
    spans = _closings([match.span() for match in _TICKS.finditer(source)])
    last = source.rfind("-->")
    at = 0
    while match := _BEGINS.search(source, at):
        start, at = match.span()
        if match["fence"]:
            closing = re.compile(rf"^ {{0,3}}{match['fence']}[`~]*+[ \t]*+$", re.MULTILINE).search(source, at)
            at = closing.end() if closing else len(source)
        elif match["ticks"]:
            at = spans.get(start, at)
        elif last < at:
            unclosed.append(start)
        else:
            at = source.index("-->", at) + len("-->")
            remarks.append(Region(start, at, kept=False))
    return remarks, unclosed


def _closings(runs: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Where a code span would end that begins at each run of backticks: behind the next one of the same length."""
    ends: dict[int, int] = {}
    nearest: dict[int, int] = {}
    for start, end in reversed(runs):
        if end - start in nearest:
            ends[start] = nearest[end - start]
        nearest[end - start] = end
    return ends


def _literal(source: str, remarks: list[Region]) -> list[Region]:
    bare, offset = [], 0
    for remark in remarks:
        bare.append(source[offset : remark.start] + "\n" * source.count("\n", remark.start, remark.end))
        offset = remark.end
    tokens = parser().parse("".join([*bare, source[offset:]]))
    starts = [0, *(match.end() for match in re.finditer("\n", source)), len(source)]
    regions: list[Region] = []
    for token in tokens:
        if token.type in _LITERAL and token.map and (not regions or starts[token.map[0]] >= regions[-1].end):
            regions.append(Region(starts[token.map[0]], starts[min(token.map[1], len(starts) - 1)], kept=True))
        elif token.type == "inline" and token.map and "`" in token.content:
            begin = starts[token.map[0]]
            if not regions or begin >= regions[-1].end:
                regions += _code_spans(source, begin, starts[min(token.map[1], len(starts) - 1)], token)
    return regions


def _code_spans(source: str, start: int, end: int, token: Token) -> list[Region]:
    """The code spans of a block, by offsets: each is the next pair of equal runs of backticks with its words between."""
    runs = [match.span() for match in _TICKS.finditer(source, start, end)]
    ends = _closings(runs)
    numbers = {run[1]: number for number, run in enumerate(runs)}
    regions: list[Region] = []
    first = 0
    for child in token.children or []:
        if child.type != "code_inline":
            continue
        for begin, begun in runs[first : first + _MOST_RUNS]:
            stop = ends.get(begin)
            if stop and _words_of(source[begun : stop - (begun - begin)]) == _words_of(child.content):
                regions.append(Region(begin, stop, kept=True))
                first = numbers[stop] + 1
                break
    return regions


def _words_of(code: str) -> str:
    """Line ends and the marks of a quote or a list at their beginning are no part of the code."""
    # The parser puts another sign for a NUL.
    return re.sub(r"\s+|^[> ]+", " ", code.replace("\0", "\ufffd"), flags=re.MULTILINE).strip()


def _without(literal: list[Region], remarks: list[Region]) -> list[Region]:
    """The literal stretches with holes where the remarks are."""
    out = []
    for region in literal:
        start = region.start
        for remark in remarks:
            if region.start <= remark.start < region.end:
                out.append(Region(start, remark.start, kept=True))
                start = remark.end
        if start < region.end:
            out.append(Region(start, region.end, kept=True))
    return [region for region in out if region.start < region.end]
