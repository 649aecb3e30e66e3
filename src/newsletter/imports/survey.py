"""What stands in the columns of a file that may say who left: its rows are read once, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from newsletter.imports.columns.cell_words import is_nothing
from newsletter.imports.columns.column_names import Surety
from newsletter.imports.columns.columns import Candidate
from newsletter.imports.open_file import Opened, rows_of
from newsletter.imports.status_columns import ColumnKind, ColumnReading, StatusReader, UnknownStatus
from newsletter.words.subscriber import SuppressionReason

# A column with more different cells than these is no status.
_MOST_WORDS = 400
_MOST_UNKNOWN = 50


@dataclass(slots=True)
class Example:
    """A cell, the line where it stands first, the address in that row, and how many rows have it."""

    cell: str
    line: int
    email: str
    n_rows: int = 1


@dataclass(slots=True)
class ColumnTally:
    """What stands in one column. `cells` is not whole where there are too `many`; then `unknown` are still all."""

    candidate: Candidate
    reading: ColumnReading
    cells: dict[str, Example] = field(default_factory=dict)
    unknown: dict[str, Example] = field(default_factory=dict)
    is_many: bool = False

    @property
    def filled(self) -> list[Example]:
        return [one for one in self.cells.values() if not is_nothing(one.cell)]


@dataclass(frozen=True, slots=True)
class Survey:
    """What stands in the columns, and whether there are rows that can't be read and may say who left all the same."""

    tallies: Sequence[ColumnTally]
    has_broken: bool


def survey(file: Opened) -> Survey:
    """Read every row that is not broken. A column of many words that no name makes suspicious is soon let go.

    Once no column is left the rest of the file is not read.
    """
    tallies = [_tally(candidate) for candidate in file.columns.candidates]
    active = list(tallies)
    sure = [
        one
        for one in tallies
        if one.candidate.guess.surety is Surety.SURE and one.reading.kind is not ColumnKind.MENTION
    ]
    is_gone = _LeftRule([one.candidate.at for one in sure], [one.reading for one in sure])
    width, email = file.columns.n_columns, file.columns.email
    has_broken = False
    for line, cells, odd in rows_of(file) if active else ():
        if odd or len(cells) > width:
            has_broken = True
            continue
        if len(cells) < width:
            cells = cells + [""] * (width - len(cells))
        dropped = False
        for tally in active:
            cell = cells[tally.candidate.at]
            known = tally.cells.get(cell)
            if known is not None:
                known.n_rows += 1
            else:
                dropped |= _meet(tally, Example(cell, line, cells[email]), cells, is_gone)
        if dropped:
            active = [one for one in active if not one.is_many or _is_still_asked(one)]
            if not active:
                break
    return Survey(tallies, has_broken)


def _tally(candidate: Candidate) -> ColumnTally:
    guess = candidate.guess
    return ColumnTally(candidate, ColumnReading(kind=guess.kind, reason=guess.reason, words=candidate.words))


def _meet(tally: ColumnTally, example: Example, cells: list[str], is_gone: _LeftRule) -> bool:
    """Take a cell that was not met before; whether it makes the column one of too many words."""
    if tally.candidate.guess.surety in {Surety.SURE, Surety.KEPT} and _is_unknown(tally.reading, example.cell):
        if is_gone.of(cells):
            # Another column says it already: what this one says does not matter.
            return False
        known = tally.unknown.get(example.cell)
        if known is not None:
            known.n_rows += 1
        elif len(tally.unknown) < _MOST_UNKNOWN:
            tally.unknown[example.cell] = example
    if len(tally.cells) < _MOST_WORDS:
        tally.cells[example.cell] = example
        return False
    was_many, tally.is_many = tally.is_many, True
    return not was_many


def _is_still_asked(tally: ColumnTally) -> bool:
    """Whether a word may come that is not known: what is filled always says the same."""
    return tally.candidate.guess.surety is Surety.SURE and tally.reading.kind in {
        ColumnKind.STATUS,
        ColumnKind.LEFT_TRUE,
        ColumnKind.JOINED_TRUE,
        ColumnKind.CONSENT,
    }


def _is_unknown(reading: ColumnReading, cell: str) -> bool:
    try:
        reading.read(cell)
    except UnknownStatus:
        return True
    return False


class _LeftRule:
    """Whether a row says that the person left, by the columns that surely tell."""

    def __init__(self, positions: Sequence[int], readings: Sequence[ColumnReading]) -> None:
        self._positions = positions
        self._status_reader = StatusReader(readings)

    def of(self, cells: list[str]) -> bool:
        try:
            said = self._status_reader.of(tuple(cells[at] for at in self._positions))
        except UnknownStatus:
            return False
        return isinstance(said, SuppressionReason)
