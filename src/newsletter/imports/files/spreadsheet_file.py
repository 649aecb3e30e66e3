"""A spreadsheet (.xlsx) written down as CSV, one file a sheet that has people."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.imports.columns.columns import MOST_COLUMNS
from newsletter.imports.files.archives import is_bomb
from newsletter.imports.files.file_names import told_by
from newsletter.imports.files.heading import MOST_ABOVE, names_address
from newsletter.imports.files.hidden_rows import find_hidden
from newsletter.imports.files.unpack import Piece
from newsletter.words.mistake import Mistake

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

# The csv module reads no longer cell back; the import refuses far shorter ones.
_LONGEST_CELL = 131_000
_MIDNIGHT = time()
_HIDDEN = "The sheet is hidden in the spreadsheet. Show it to import the people in it."


def sheets(path: Path, into: Path, notes: list[str], titles: Collection[str] = ()) -> list[Piece]:
    """The sheets that have a column of addresses by name, also one of `titles`; others are passed over, and said so.

    Formulas count as what they gave when the file was saved. Where there is one sheet only, it is taken whatever its
    columns. Of a hidden sheet nobody joins, and who left by it stays off. Raises Mistake where the file is damaged or no sheet has people.
    """
    from openpyxl import load_workbook

    pieces: list[Piece] = []
    size = path.stat().st_size
    with path.open("rb") as file, warnings.catch_warnings():
        # It warns about styles and the like, which have nothing to do with people.
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            for number, sheet in enumerate(book.worksheets):
                out = into / f"{path.stem[:40]}-sheet-{number}.csv"
                has_people, is_filled = _write(sheet, out, titles, size)
                if has_people or (is_filled and len(book.worksheets) == 1):
                    pieces.append(_piece(path, out, sheet, is_only=len(book.worksheets) == 1))
                elif is_filled:
                    notes.append(f"The sheet {sheet.title!r} of {path} has no column of addresses; passed over.")
            book.close()
        except (OSError, MemoryError, Mistake):
            raise
        except Exception as error:  # noqa: BLE001 - what a damaged file makes of a reader of XML has no one name
            raise Mistake(
                f"{path} cannot be read as a spreadsheet ({type(error).__name__}).",
                fix="Save it as CSV, and import that.",
            ) from None
    if not pieces:
        raise Mistake(f"{path} holds no sheet with people.", fix="Write a header above them, such as: email, name")
    return pieces


def _piece(path: Path, out: Path, sheet: ReadOnlyWorksheet, *, is_only: bool) -> Piece:
    # The title of an only sheet is most often the one that the program gave it.
    name = str(path) if is_only and told_by(sheet.title) is None else f"{path}: {sheet.title}"
    with sheet._get_source() as xml:  # type: ignore[attr-defined]  # the stubs know no such sheet
        hidden = find_hidden(xml)
    is_hidden = sheet.sheet_state != "visible"
    return Piece(path=out, name=name, is_sheet=True, hidden=hidden, nobody=_HIDDEN if is_hidden else "")


def _write(sheet: ReadOnlyWorksheet, out: Path, titles: Collection[str], size: int) -> tuple[bool, bool]:
    """Write a sheet of a file of `size` bytes down, a line for every row, so that rows keep their numbers.

    Whether one of its first rows names a column of addresses, and whether any row holds anything. Raises Mistake where
    a few long texts are named so often that a small file would fill a disk.
    """
    # The size that a file claims for itself is often wrong.
    sheet.reset_dimensions()
    has_people, n_filled, n_written = False, 0, 0
    with out.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file, lineterminator="\n").writerow
        rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1)  # type: ignore[misc]  # stubs know no such sheet
        for cells in _rows(rows):
            n_filled += bool(cells)
            has_people = has_people or (n_filled <= MOST_ABOVE and names_address(cells, titles))
            n_written += sum(map(len, cells)) + 1
            if is_bomb(size, n_written):
                raise Mistake(
                    "This spreadsheet says the same so often that it would fill a disk: no list of readers looks like that.",
                    fix="If you trust it, save it as CSV, and import that.",
                )
            write(cells)
    return has_people, n_filled > 0


def _rows(rows: Iterable[tuple[object, ...]]) -> Iterator[list[str]]:
    for row in rows:
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        # Half a pair of surrogates is no text, and can't be written down.
        return value[:_LONGEST_CELL].encode("utf-8", "replace").decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == _MIDNIGHT:
        # A spreadsheet knows no days, only midnights.
        return value.date().isoformat()
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value)[:_LONGEST_CELL]
