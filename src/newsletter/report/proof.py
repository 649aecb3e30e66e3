"""The ledger of an issue as CSV: for every reader what was done, by which call, and what was heard."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import TextIO

from newsletter.report.figures import ProofRow
from newsletter.words.formulas import defuse

COLUMNS = tuple(field.name for field in fields(ProofRow))


def write_proof(rows: Iterable[ProofRow], out: TextIO, *, spreadsheet: bool = False) -> int:
    """Write CSV (RFC 4180) to `out`, which is opened with newline="". Returns the number of readers.

    With `spreadsheet`, cells that a spreadsheet program would run as a formula begin with an apostrophe: an address may
    begin like one, and reasons are in the words of other people's mail servers.
    """
    write = csv.writer(out, lineterminator="\r\n").writerow
    write(COLUMNS)
    n_readers = 0
    for row in rows:
        cells = [_cell(getattr(row, name)) for name in COLUMNS]
        write([*map(defuse, cells)] if spreadsheet else cells)
        n_readers += 1
    return n_readers


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return "" if value is None else str(value)
