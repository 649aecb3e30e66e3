"""Put the people of files on a list: row by row, losing nobody silently and never lowering protection."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from newsletter.audience.address import is_plain, show, tidy_address
from newsletter.audience.address_lines import AddressLines
from newsletter.audience.import_batch import Batch
from newsletter.audience.import_report import ImportOptions, ImportReport
from newsletter.audience.opening import Opened, Opening, open_files
from newsletter.audience.records import Records
from newsletter.audience.rows import Departure, RowRefused, departs, read_row
from newsletter.audience.seen import Seen
from newsletter.ports.readers import ReaderRow, Readers
from newsletter.words.defusing import may_be_marked, undefuse, unmark
from newsletter.words.subscriber import address_key

# One transaction each: long enough to be fast, short enough that an unsubscribe never waits for it.
BATCH = 2_000

_HIDDEN = "This row is hidden in the spreadsheet, perhaps by a filter that leaves out those who left. Show the row to import it."

Progress = Callable[[int, int], None]
"""Called with (lines read, lines in all) after each batch."""


def import_csv(
    readers: Readers, files: Sequence[Path], options: ImportOptions, progress: Progress | None = None
) -> ImportReport:
    """Open files and import them: see `open_files` and `import_opened`."""
    with open_files(files, options) as opening:
        return import_opened(readers, opening, options, progress)


def import_opened(
    readers: Readers, opening: Opening, options: ImportOptions, progress: Progress | None = None
) -> ImportReport:
    """Import in batches of 2,000 rows, each in a transaction of its own: first everyone whom a file calls gone.

    They go on the do-not-mail list, and no other row of any of the files brings them in: the order of rows and files
    does not matter. A row that is broken is reported and the next one read. To import a file again changes nothing,
    so an import that was interrupted is resumed by repeating it.
    """
    report = ImportReport(notes=list(opening.notes))
    work = _Work(readers, opening, options, report, progress)
    for file in opening.files:
        if file.columns.may_depart:
            work.take_out(file)
    for file in opening.files:
        work.put_on(file)
    if not options.dry_run:
        readers.add_list(options.list_name)
    places = {file.source.name: number for number, file in enumerate(opening.files)}
    report.problems.sort(key=lambda problem: (places[problem.file], problem.line))
    return report


class _Work:
    """One import under way."""

    def __init__(
        self,
        readers: Readers,
        opening: Opening,
        options: ImportOptions,
        report: ImportReport,
        progress: Progress | None,
    ) -> None:
        self._readers = readers
        self._files = opening.files
        self._options = options
        self._report = report
        self._progress = progress
        self._gone = Seen()
        self._done = 0
        self._total = sum(file.source.n_lines * (2 if file.columns.may_depart else 1) for file in opening.files)

    def take_out(self, file: Opened) -> None:
        """Suppress everyone whom this file calls gone."""
        batch = Batch(file.source.name, self._options, self._report)
        for line, cells, odd in _rows(file):
            person = None if odd else departs(file.columns, cells)
            if person is not None:
                self._gone.earlier(address_key(person.email), file.offset + line)
                batch.leave_out(line, person)
                if len(batch) >= BATCH:
                    batch.write(self._readers)
                    self._say(line)
        batch.write(self._readers)
        self._finish(file)

    def put_on(self, file: Opened) -> None:
        """Everyone else."""
        batch = Batch(file.source.name, self._options, self._report)
        for line, key, person in _people(file, self._options, self._report):
            gone = self._gone.find(key)
            if gone is not None:
                self._report.leave_out(file.source.name, line, f"{self._place(gone, file)} says that this person left.")
                continue
            batch.add(line, key, person)
            if len(batch) >= BATCH:
                batch.write(self._readers)
                self._say(line)
        batch.write(self._readers)
        self._finish(file)

    def _place(self, number: int, here: Opened) -> str:
        """A line of the whole import as a line of a file."""
        file = self._files[bisect_right(self._files, number - 1, key=lambda one: one.offset) - 1]
        line = f"Line {number - file.offset}"
        return line if file is here else f"{line} of {file.source.name}"

    def _say(self, line: int) -> None:
        if self._progress:
            self._progress(self._done + line, self._total)

    def _finish(self, file: Opened) -> None:
        self._done += file.source.n_lines
        self._say(0)


def _rows(file: Opened) -> Iterator[tuple[int, list[str], str]]:
    """(line, cells, why the row can't be used) of every row under the header."""
    with file.source.path.open(encoding=file.source.encoding, newline="") as text:
        records = AddressLines(text) if file.is_lines else Records(file.source, text)
        rows = iter(records)
        if file.has_header:
            next(rows)
        is_defused, is_exact = file.columns.is_spreadsheet_safe, file.columns.source.is_exact
        held = records.held
        for line, cells, odd in rows:
            if not odd and len(held) > 1 and not file.source.is_sheet:
                odd = _swallowed(cells, file)
            if is_defused:
                cells = [undefuse(cell) for cell in cells]
            elif not is_exact and may_be_marked(held[0] if len(held) == 1 else "".join(held), file.source.delimiter):
                cells = [unmark(cell) for cell in cells]
            yield line, cells, odd


def _people(file: Opened, options: ImportOptions, report: ImportReport) -> Iterator[tuple[int, str, ReaderRow]]:
    """Everyone who may join, with their line and address key; rows that are nobody go to the report."""
    seen = Seen(file.source.n_lines)
    name, columns, declared = file.source.name, file.columns, options.consent
    n_undated = n_nameless = 0
    hidden = file.source.hidden
    for line, cells, odd in _rows(file):
        try:
            if odd:
                raise RowRefused(odd)
            person = read_row(columns, cells, declared)
            if isinstance(person, Departure):
                continue
            if line < len(hidden) and hidden[line]:
                raise RowRefused(_HIDDEN)
            key = address_key(person.email)
            earlier = seen.earlier(key, line)
            if earlier is not None:
                raise RowRefused(f"{show(person.email)} is in line {earlier} already, and that row counts.")
        except RowRefused as refusal:
            report.reject(name, line, str(refusal))
        else:
            if columns.subscribed_at and person.since_at is None:
                n_undated += any(cells[at].strip() for at in columns.subscribed_at if at < len(cells))
            if columns.nameless:
                n_nameless += any(cells[at].strip() for at in columns.nameless if at < len(cells))
            yield line, key, person
    if n_nameless:
        report.notes.append(
            f"{name}: {n_nameless:,} {'row has' if n_nameless == 1 else 'rows have'} something in a column without a name; "
            "it was left out. Give the column a name in the header to keep it."
        )
    if n_undated:
        report.notes.append(
            f"{name}: {n_undated:,} {'date' if n_undated == 1 else 'dates'} of joining cannot be read, or cannot be true; "
            "those who are new begin today. A date such as 2021-12-31 can be read."
        )


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
