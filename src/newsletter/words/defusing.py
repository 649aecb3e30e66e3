"""Cells that a spreadsheet program would run as formulas, made harmless in a way that can be taken back."""

from __future__ import annotations

import re

# What makes a spreadsheet program take a cell for a formula, full-width forms included.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def defuse(cell: str) -> str:
    """The cell with an apostrophe before it if it might be run; one that looks defused already gets another."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def undefuse(cell: str) -> str:
    """What `defuse` was given."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell
