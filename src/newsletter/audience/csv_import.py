"""Put the people of CSV files on a list: row by row, losing nobody silently and never lowering protection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from newsletter.audience.address import is_plain, show, tidy_address
from newsletter.audience.columns import Columns, map_columns
from newsletter.audience.csv_file import CsvFile, open_csv
from newsletter.audience.import_batch import Batch
from newsletter.audience.import_report import ImportOptions, ImportReport
from newsletter.audience.records import Records
from newsletter.audience.rows import Departure, RowRefused, read_row
from newsletter.audience.seen import Seen
from newsletter.ports.readers import ReaderRow, Readers
from newsletter.words.mistake import Mistake, Place
from newsletter.words.subscriber import address_key

# One transaction each: long enough to be fast, short enough that an unsubscribe never waits for it.
BATCH = 2_000

Progress = Callable[[int, int], None]
"""Called with (lines read, lines in all) after each batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    source: CsvFile
    columns: Columns
    has_header: bool


def import_csv(
    readers: Readers, files: Sequence[Path], options: ImportOptions, progress: Progress | None = None
) -> ImportReport:
    """Import files one after the other, in batches of 2,000 rows, each in a transaction of its own.

    Every file is read to its end before the first row is written, so one that cannot be decoded, or has no column of
    addresses, changes nothing: Mistake or Missing is raised. A row that is broken is reported and the next one read.
    People whom a file calls unsubscribed, bounced or complaining go on the do-not-mail list. To import a file again
    changes nothing, so an import that was interrupted is resumed by repeating it.
    """
    opened = [_open(path, options) for path in files]
    n_lines = sum(file.source.n_lines for file in opened)
    report, n_read = ImportReport(), 0
    for file in opened:
        for line in _import_file(readers, file, options, report):
            if progress:
                progress(n_read + line, n_lines)
        n_read += file.source.n_lines
    if not options.dry_run:
        readers.add_list(options.list_name)
    return report


def check_files(files: Sequence[Path], options: ImportOptions) -> None:
    """Raise what `import_csv` would raise for a file, before anything is noted about the import."""
    for path in files:
        _open(path, options)


def _open(path: Path, options: ImportOptions) -> _Opened:
    source = open_csv(path, encoding=options.encoding)
    with source.path.open(encoding=source.encoding, newline="") as text:
        line, header, odd = next(iter(Records(source, text)), (1, [], "It holds only blank lines."))
    place = Place(str(path), line)
    if odd:
        raise Mistake(f"The header cannot be read. {odd}", fix="Export the file again as CSV.", place=place)
    has_header = not any(is_plain(tidy_address(cell)[0]) for cell in header)
    if not has_header and len(header) > 1:
        raise Mistake(
            "The first line is already a reader, so it is not known what the columns mean. Nothing was imported.",
            fix="Write a header above it, such as: email,name",
            place=place,
        )
    try:
        columns = map_columns(header if has_header else ["email"], options.columns)
    except Mistake as mistake:
        raise Mistake(mistake.message, fix=mistake.fix, place=place) from None
    return _Opened(source=source, columns=columns, has_header=has_header)


def _import_file(readers: Readers, file: _Opened, options: ImportOptions, report: ImportReport) -> Iterator[int]:
    """Yields the line it has come to, after each batch."""
    batch = Batch(str(file.source.path), options, report)
    for line, key, person in _people(file, report):
        batch.add(line, key, person)
        if len(batch) >= BATCH:
            batch.write(readers)
            yield line
    batch.write(readers)
    yield file.source.n_lines


def _people(file: _Opened, report: ImportReport) -> Iterator[tuple[int, str, ReaderRow | Departure]]:
    """Everyone in the file, with their line and address key; rows that are nobody go to the report."""
    seen = Seen(file.source.n_lines)
    name, columns = str(file.source.path), file.columns
    with file.source.path.open(encoding=file.source.encoding, newline="") as text:
        records = Records(file.source, text)
        rows = iter(records)
        if file.has_header:
            next(rows)
        for line, cells, odd in rows:
            try:
                if odd:
                    raise RowRefused(odd)
                if len(records.held) > 1:
                    _refuse_swallowed(records.held[1:], file)
                person = read_row(columns, cells)
                key = address_key(person.email)
                earlier = seen.earlier(key, line)
                # Of one address the first row counts, unless a later one says that the person left.
                if earlier is not None and isinstance(person, ReaderRow):
                    raise RowRefused(f"{show(person.email)} is in line {earlier} already, and that row counts.")
            except RowRefused as refusal:
                report.reject(name, line, str(refusal))
            else:
                yield line, key, person


def _refuse_swallowed(inner: Sequence[str], file: _Opened) -> None:
    """A quoted cell over several lines is good CSV; where one of them reads like a whole row, a quote is missing."""
    columns = file.columns
    for text in inner:
        cells = text.split(file.source.delimiter)
        if len(cells) == columns.n_columns > 1 and is_plain(tidy_address(cells[columns.email])[0]):
            raise RowRefused(
                f"One quoted cell runs over {len(inner) + 1} lines and holds what looks like another reader: "
                "a quote may be missing. Nobody in these lines was imported."
            )
