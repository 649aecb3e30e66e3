"""Which column has the readers' addresses, where several are named like it or none is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from newsletter.imports.columns.spelling import normalise
from newsletter.imports.files.csv_file import CsvFile
from newsletter.imports.files.records import Records
from newsletter.imports.mapping import column_name
from newsletter.imports.questions import Question, masked
from newsletter.readers.address import is_plain, tidy_address
from newsletter.words.subscriber import address_key

_MOST_ASKED = 8


@dataclass(slots=True)
class _Seen:
    """Of columns: how often an address stands in each, the first of them, and whether two in a row ever differ."""

    n_filled: Counter[int] = field(default_factory=Counter)
    first: dict[int, str] = field(default_factory=dict)
    n_rows: int = 0
    differ: bool = False


def find_address_column(
    source: CsvFile, header: Sequence[str], named: Sequence[int], taken: Collection[int]
) -> int | Question | None:
    """The position of the column, or what has to be asked. None where no column has addresses.

    `named` are the columns that are named like it; without any, all that are not `taken` for something else are
    looked at. The file is read once, and only where it does not tell by its header.
    """
    looked_at = named or [at for at in range(len(header)) if at not in taken]
    seen = _look(source, len(header), looked_at)
    if named and not seen.differ:
        best = max(named, key=lambda at: (seen.n_filled[at], -at))
        # One of them has all addresses that there are.
        if seen.n_filled[best] == seen.n_rows:
            return best
    filled = sorted(seen.n_filled, key=lambda at: (-seen.n_filled[at], at))[:_MOST_ASKED]
    return _question(source, header, filled, seen, is_named=bool(named)) if filled else None


def column_choice(header: Sequence[str], at: int) -> str:
    """How a column can be meant by `--map`: one of several with the same name by its place."""
    same = [title for title in header if normalise(title) == normalise(header[at])]
    return column_name(header, at) if len(same) == 1 else f"column {at + 1}"


def _look(source: CsvFile, width: int, looked_at: Sequence[int]) -> _Seen:
    seen = _Seen()
    with source.path.open(encoding=source.encoding, newline="") as text:
        rows = iter(Records(source, text))
        next(rows, None)
        for _, cells, odd in rows:
            if odd or len(cells) > width:
                continue
            found = {}
            for at in looked_at:
                cell = cells[at] if at < len(cells) else ""
                if "@" in cell and is_plain(address := tidy_address(cell)[0]):
                    found[at] = address_key(address)
                    seen.first.setdefault(at, address)
            seen.n_filled.update(found.keys())
            seen.n_rows += bool(found)
            seen.differ = seen.differ or len(set(found.values())) > 1
    return seen


def _question(
    source: CsvFile, header: Sequence[str], filled: Sequence[int], seen: _Seen, *, is_named: bool
) -> Question:
    choices = []
    for at in filled:
        rows = "1 row" if seen.n_filled[at] == 1 else f"{seen.n_filled[at]:,} rows"
        told = (
            f'"{column_name(header, at)}" (column {at + 1}) has an address in {rows}, such as {masked(seen.first[at])}'
        )
        choices.append((column_choice(header, at), told))
    which = "Several columns" if is_named else "No column"
    are = "are" if is_named else "is"
    asks = f"{which} of {source.name} {are} named like an e-mail address. Which has the addresses to mail?"
    return Question(file=source.name, safe=choices[0][0], asks=asks, choices=tuple(choices))
