"""The difference between two texts, line by line, as it is shown to people."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a comparison: `kind` is "+", "-" or "" for what both have."""

    kind: str
    text: str


def compared(before: str, after: str) -> list[DiffLine]:
    """The lines that went and came, with three lines around them; a line of "…" stands for those left out."""
    lines: list[DiffLine] = []
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3):
        if line.startswith(("---", "+++")) and len(lines) < 2 and not any(one.kind for one in lines):
            continue
        if line.startswith("@@"):
            lines.append(DiffLine("", "…"))
        else:
            lines.append(DiffLine(line[0].strip(), line[1:]))
    return lines


def count_changed(lines: Sequence[DiffLine]) -> int:
    """Lines that are new, or gone, whichever are more: one that was mended is both."""
    return max(sum(line.kind == kind for line in lines) for kind in "+-")
