"""Cells that a spreadsheet program would run as formulas, made harmless in a way that can be taken back."""

from __future__ import annotations

import re

# What makes a spreadsheet program take a cell for a formula, full-width forms included.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


# What spreadsheet programs and exports put before a cell so that it stays text: an apostrophe, or a formula of nothing else.
_TEXT_FORMULA = re.compile(r'="(?P<text>(?:[^"]|"")*)"\Z')
_TEXT_MARK = re.compile(r"'(?:[=+\-@].|[\d.,:/ ]+\Z)")


def may_be_marked(line: str, delimiter: str) -> bool:
    """Whether a line of a CSV file may hold a cell for `unmark`; soon told for the many that hold none."""
    if "'" not in line:
        return '="' in line
    begun = f"{delimiter}{line}"
    return '="' in line or f"{delimiter}'" in begun or f"{delimiter}\"'" in begun


def unmark(cell: str) -> str:
    """The text of a cell that was marked as text: `="00123"` and `'00123` are 00123. `'t Hooft` is a name."""
    if cell[:1] == "'" and _TEXT_MARK.match(cell):
        return cell[1:]
    formula = _TEXT_FORMULA.match(cell) if cell[:2] == '="' else None
    return formula["text"].replace('""', '"') if formula else cell


def defuse(cell: str) -> str:
    """The cell with an apostrophe before it if it might be run; one that looks defused already gets another."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def undefuse(cell: str) -> str:
    """What `defuse` was given."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell
