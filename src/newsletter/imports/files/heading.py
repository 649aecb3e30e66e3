"""Where the header of a file stands: often below titles, dates and notes that are no readers."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from newsletter.imports.columns.header_names import is_email_header
from newsletter.imports.columns.spelling import normalise
from newsletter.readers.address import is_plain, tidy_address

# How far down a header is looked for.
MOST_ABOVE = 40
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderRow:
    """`line` is where the header begins, or the first line that holds anything where no line names an address column.

    `above` are the lines before it that hold something. `has_people` says whether there is an address column by name,
    or any cell that is an address, as far as was looked.
    """

    line: int
    delimiter: str
    above: tuple[str, ...] = ()
    is_found: bool = False
    has_people: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: Sequence[str]

    @property
    def holds_address(self) -> bool:
        return any("@" in cell and is_plain(tidy_address(cell)[0]) for cell in self.cells)


def find_heading(
    lines: Sequence[str], titles: Collection[str] = (), *, delimiters: str = "", by_row: bool
) -> HeaderRow:
    """Look for the header in the first lines of a file. `titles` are further names, normalised, of address columns.

    Lines are counted from 1, rows where `by_row`. Without `delimiters` the usual ones are tried.
    """
    found = [_under(delimiter, lines, titles, by_row=by_row) for delimiter in delimiters or _DELIMITERS]
    # Ties go to the one that comes first.
    scored = ((one.is_found, one.has_people, width, -rank, one) for rank, (one, width) in enumerate(found))
    return max(scored, key=lambda score: score[:-1])[-1]


def names_address(cells: Sequence[str], titles: Collection[str] = ()) -> bool:
    """Whether a row may be the header: one of its cells is a name for addresses, and none is an address."""
    named = any(is_email_header(cell) or normalise(cell) in titles for cell in cells)
    return named and not any("@" in cell for cell in cells)


def _under(delimiter: str, lines: Sequence[str], titles: Collection[str], *, by_row: bool) -> tuple[HeaderRow, int]:
    """What the lines say when they are cut at this delimiter, and the number of cells of the header."""
    rows = list(_rows(lines, delimiter, by_row=by_row))
    has_address = any(row.holds_address for row in rows)
    header = _pick([row for row in rows[: MOST_ABOVE + 1] if names_address(row.cells, titles)], rows)
    if header is None:
        first = rows[0] if rows else _Row(1, [])
        return HeaderRow(line=first.number, delimiter=delimiter, has_people=has_address), len(first.cells)
    above = tuple(" ".join(filter(None, map(str.strip, row.cells))) for row in rows if row.number < header.number)
    return (
        HeaderRow(line=header.number, delimiter=delimiter, above=above, is_found=True, has_people=True),
        len(header.cells),
    )


def _pick(candidates: Sequence[_Row], rows: Sequence[_Row]) -> _Row | None:
    """The widest, since a title may be "E-mail" too; the first of several. Not one below rows that look like its own."""

    def is_free(candidate: _Row) -> bool:
        before = (row for row in rows if row.number < candidate.number)
        return not any(row.holds_address and len(row.cells) == len(candidate.cells) for row in before)

    return max(filter(is_free, candidates), key=lambda row: len(row.cells), default=None)


def _rows(lines: Sequence[str], delimiter: str, *, by_row: bool) -> Iterator[_Row]:
    """Rows that hold something. Not strict: anything may stand above a header."""
    reader = csv.reader(lines, delimiter=delimiter)
    number, row = 1, 0
    while True:
        row += 1
        begins = row if by_row else number
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = []
        number = reader.line_num + 1
        if any(cell.strip() for cell in cells):
            yield _Row(begins, cells)
