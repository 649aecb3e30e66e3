"""Turns paragraphs of a post into a quote or into our own words: only the `>` before their lines change."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

_MARK = re.compile(r" {0,3}>[ \t]?")
_MARKS = re.compile(r"(?: {0,3}>[ \t]?)+")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
# What can't go on a quote without its mark (CommonMark 0.31, "laziness").
_BEGINS_ANEW = re.compile(r" {0,3}(?:#{1,6}\s|`{3,}|~{3,}|[-*+]\s|\d{1,9}[.)]\s|(?:[-*_]\s*){3,}$)")
_SOURCE = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, list or piece of code of a post: its lines without the marks of a quote, and where they stand.

    `start` and `end` are lines of the body counted from 0, `end` being the one after the last.
    """

    lines: tuple[str, ...]
    is_quote: bool
    start: int
    end: int

    @property
    def ends_with_source(self) -> bool:
        return self.is_quote and self.lines[-1].startswith(_SOURCE)


@dataclass(slots=True)
class _Run:
    """A block while it is read."""

    is_quote: bool
    start: int
    lines: list[str]

    @property
    def end(self) -> int:
        return self.start + len(self.lines)


def blocks_of(body: str) -> list[Block]:
    """What stands between empty lines, or changes from quote to our own words; code is one whatever lines it has."""
    found: list[_Run] = []
    fence = ""
    for number, line in enumerate(body.split("\n")):
        last = found[-1] if found and found[-1].end == number else None
        if fence and last and last.is_quote and not _MARK.match(line):
            fence = ""
        is_quote = last.is_quote if fence and last else _MARK.match(line) is not None
        bare = (_MARK if fence else _MARKS).sub("", line, count=1) if is_quote else line
        if not fence and not bare.strip():
            continue
        is_lazy = last is not None and last.is_quote and not is_quote and not _BEGINS_ANEW.match(line)
        if last and (fence or is_lazy or last.is_quote == is_quote):
            last.lines.append(bare)
        else:
            found.append(_Run(is_quote, number, [bare]))
        match = _FENCE.match(bare)
        if match and (not fence or bare.strip().startswith(fence)):
            fence = "" if fence else match[1]
    return [Block(lines=tuple(run.lines), is_quote=run.is_quote, start=run.start, end=run.end) for run in found]


def turned(body: str, numbers: Collection[int], *, is_quote: bool) -> str:
    """The body with these blocks (counted from 0) as a quote, or as our own words. Blocks that are so already stay."""
    lines, blocks = body.split("\n"), blocks_of(body)
    turns = {n for n in numbers if blocks[n].is_quote != is_quote}
    parts: list[str] = lines[: blocks[0].start] if blocks else lines
    for n, block in enumerate(blocks):
        if n:
            before, gap = blocks[n - 1], lines[blocks[n - 1].end : block.start]
            if turns & {n - 1, n}:
                goes_on = _is_quote(n - 1, blocks, turns) and _is_quote(n, blocks, turns)
                between = ">" if goes_on and not before.ends_with_source else ""
                gap = [between] * max(1, len(gap))
            parts += gap
        own = lines[block.start : block.end]
        parts += own if n not in turns else [f"> {line}" if line else ">" for line in own] if is_quote else block.lines
    return "\n".join([*parts, *(lines[blocks[-1].end :] if blocks else [])])


def _is_quote(n: int, blocks: list[Block], turns: Collection[int]) -> bool:
    return blocks[n].is_quote != (n in turns)
