"""Finds, in an author's Markdown, where braces are only braces, and the remarks that never go out."""

from __future__ import annotations

import re

from markdown_it.token import Token

from newsletter.compose.gaps import Origin, Region
from newsletter.compose.markdown import parser
from newsletter.words.mistake import Mistake

# A fence, a code span or a remark, whichever comes first: what looks like a remark inside code is code.
_REMARK_OR_CODE = re.compile(
    r"^ {0,3}(?P<fence>`{3,}|~{3,}).*?(?:^ {0,3}(?P=fence)[`~]*[ \t]*$|\Z)"
    r"|(?P<ticks>(?<!`)`+)(?!`).+?(?<!`)(?P=ticks)(?!`)"
    r"|(?P<remark><!--.*?-->)"
    r"|(?P<unclosed><!--)",
    re.DOTALL | re.MULTILINE,
)
_TICKS = re.compile("`+")
# What readers of a quote see is what its writer wrote, braces and all; code is quoted too.
_LITERAL = frozenset({"blockquote_open", "fence", "code_block"})


def regions_of(source: str, origin: Origin) -> list[Region]:
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
    remarks, unclosed = [], []
    for match in _REMARK_OR_CODE.finditer(source):
        if match["remark"] is not None:
            remarks.append(Region(match.start(), match.end(), kept=False))
        elif match["unclosed"] is not None:
            unclosed.append(match.start())
    return remarks, unclosed


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
    regions: list[Region] = []
    first = 0
    for child in token.children or []:
        if child.type != "code_inline":
            continue
        for number in range(first, len(runs)):
            opening = runs[number]
            closing = next((run for run in runs[number + 1 :] if run[1] - run[0] == opening[1] - opening[0]), None)
            if closing and _words_of(source[opening[1] : closing[0]]) == _words_of(child.content):
                regions.append(Region(opening[0], closing[1], kept=True))
                first = runs.index(closing) + 1
                break
    return regions


def _words_of(code: str) -> str:
    """Line ends and the marks of a quote or a list at their beginning are no part of the code."""
    return re.sub(r"\s+|^[> ]+", " ", code, flags=re.MULTILINE).strip()


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
