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


def count_words_changed(before: str, after: str) -> int:
    """Words that are new, or gone, whichever are more: one that was put in another's place is both."""
    old, new = before.split(), after.split()
    # Most of a text is the same, and comparing it word by word takes long.
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    n_same = 0
    while n_same < min(len(old), len(new)) and old[n_same] == new[n_same]:
        n_same += 1
    codes = difflib.SequenceMatcher(None, old[n_same:], new[n_same:], autojunk=False).get_opcodes()
    return sum(max(a_end - a, b_end - b) for tag, a, a_end, b, b_end in codes if tag != "equal")
