"""A file whose columns are known, and the rows under its header."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.imports.columns.columns import Columns
from newsletter.imports.files.address_lines import AddressLines
from newsletter.imports.files.csv_file import CsvFile
from newsletter.imports.files.records import Records
from newsletter.readers.address import is_plain, tidy_address
from newsletter.words.formulas import may_be_marked, undefuse, unmark

Row = tuple[int, list[str], str]
"""(line, cells, why the row can't be used): where that is not empty, the cells are its lines as they stand in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file whose rows can be read. `offset` is the number of lines in the files before it.

    One that `is_lines` has no columns, and several addresses may stand in a line.
    """

    source: CsvFile
    columns: Columns
    header: tuple[str, ...]
    has_header: bool
    is_lines: bool = False
    offset: int = 0


def rows_of(file: Opened) -> Iterator[Row]:
    """Every row under the header."""
    with file.source.path.open(encoding=file.source.encoding, newline="") as text:
        records = AddressLines(text) if file.is_lines else Records(file.source, text)
        rows = iter(records)
        if file.has_header:
            next(rows)
        is_defused, is_exact = file.columns.is_spreadsheet_safe, file.columns.source.is_exact
        held = records.held
        for line, cells, odd in rows:
            if odd:
                # What an unclosed quote swallowed is read again, row by row.
                yield line, list(held[:1]), odd
                continue
            if len(held) > 1 and not file.source.is_sheet:
                odd = _swallowed(cells, file)
                if odd:
                    yield line, list(held), odd
                    continue
            if is_defused:
                cells = [undefuse(cell) for cell in cells]
            elif not is_exact and may_be_marked(held[0] if len(held) == 1 else "".join(held), file.source.delimiter):
                cells = [unmark(cell) for cell in cells]
            yield line, cells, ""


def _swallowed(cells: Sequence[str], file: Opened) -> str:
    """A quoted cell over several lines is good CSV; where one of them reads like a whole row, a quote is missing.

    The last of its lines goes on in the cells after it. The address of the row itself stands outside of the cell.
    """
    width, email = file.columns.n_columns, file.columns.email
    for at, cell in enumerate(cells):
        inner = cell.splitlines()[1:] if at != email and width > 1 else []
        for number, text in enumerate(inner, 1):
            found = text.split(file.source.delimiter)
            n_found = len(found) + (len(cells) - 1 - at if number == len(inner) else 0)
            if n_found == width and email < len(found) and is_plain(tidy_address(found[email])[0]):
                return (
                    f"One quoted cell runs over {len(inner) + 1} lines and holds what looks like another reader: "
                    "a quote may be missing. Nobody in these lines was imported."
                )
    return ""
