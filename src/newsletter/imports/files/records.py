"""The rows of a CSV file, one by one, where a broken row costs nobody but itself."""

from __future__ import annotations

import csv
import sys
from collections import deque
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import TextIO

from newsletter.imports.files.csv_file import CsvFile

# A quote that is never closed would swallow everyone after it; a row that goes on for longer than this is broken.
_MOST_LINES = 500
LONGEST_LINE = 1_000_000

Record = tuple[int, list[str], str]
"""(line, cells, why it cannot be used): the last is empty for a good row, else the cells are."""


class Records:
    """Iterates over (line, cells, problem) of a file; blank lines are passed over.

    When the csv module gives up on a row, only its first line is given up and the rest is read again: the people
    whom an unclosed quote swallowed come out. `held` are the lines of the present row as they stand in the file.
    """

    def __init__(self, source: CsvFile, text: TextIO) -> None:
        self._lines = iter(partial(text.readline, LONGEST_LINE), "")
        self._text = text
        self._delimiter = source.delimiter
        self._is_sheet = source.is_sheet
        # In a spreadsheet no quote can be missing.
        self._most_lines = sys.maxsize if source.is_sheet else _MOST_LINES
        self._again: deque[str] = deque()
        self.held: list[str] = []
        self._read = 0
        self._odd = ""
        # Rows of a sheet keep their numbers; above the header of a text file anything may stand.
        self._first_row = source.header_line if source.is_sheet else 1
        for _ in range(0 if source.is_sheet else source.header_line - 1):
            next(self._lines, None)
            self._read += 1

    def __iter__(self) -> Iterator[Record]:
        reader, held, is_sheet = self._reader(), self.held, self._is_sheet
        row = 0
        while True:
            row += 1
            line = row if is_sheet else self._read + 1
            held.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, [], _explain(error)
                self._odd = ""
                reader = self._start_again()
                continue
            if row < self._first_row:
                self._odd = ""
                continue
            if self._odd:
                odd, self._odd = self._odd, ""
                yield line, [], odd
            elif cells and (len(cells) > 1 or cells[0].strip()):
                yield line, cells, ""

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self._delimiter, strict=True)

    def _start_again(self) -> Iterator[list[str]]:
        """Read on behind the first line of the row that broke."""
        self._again.extendleft(reversed(self.held[1:]))
        self._read -= len(self.held) - 1
        return self._reader()

    def _feed(self) -> Iterator[str]:
        held, most = self.held, self._most_lines
        for line in chain(self._pending(), self._lines):
            self._read += 1
            held.append(line)
            if len(held) > most:
                raise csv.Error("unexpected end of data")
            if "\0" in line:
                self._odd = "The row holds a NUL character; the file may be damaged."
            if len(line) >= LONGEST_LINE and not line.endswith(("\n", "\r")):
                self._skip_rest_of_line()
                self._odd = f"The line is longer than {LONGEST_LINE:,} characters."
                # Its beginning is of no use, and might end inside a quote.
                line = "\n"
            yield line

    def _pending(self) -> Iterator[str]:
        while self._again:
            yield self._again.popleft()

    def _skip_rest_of_line(self) -> None:
        while True:
            piece = self._text.readline(LONGEST_LINE)
            if not piece or piece.endswith(("\n", "\r")):
                return


def _explain(error: csv.Error) -> str:
    message = str(error)
    if "end of data" in message:
        return "A quote opens in this row and is never closed."
    if "field limit" in message:
        return f"A cell is longer than {csv.field_size_limit():,} characters, or a quote is never closed."
    if "expected after" in message:
        return "A quote ends in the middle of a cell: quotes inside a quoted cell must be doubled."
    return f"The row is not CSV: {message}."
