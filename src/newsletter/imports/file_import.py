"""Put the people of files on a list: row by row, losing nobody silently and never lowering protection."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from newsletter.consent.membership_sql import Membership
from newsletter.imports.batch import Batch
from newsletter.imports.imports_sql import Imports
from newsletter.imports.open_file import Opened, rows_of
from newsletter.imports.opener import Opening, open_files
from newsletter.imports.questions import ImportUnanswered
from newsletter.imports.report import ImportOptions, ImportReport
from newsletter.imports.rows import Departure, RowRefused, departs, departures, read_row, why_gone
from newsletter.imports.seen import AddressesSeen
from newsletter.readers.address import show
from newsletter.readers.readers_sql import Readers
from newsletter.readers.rows import ReaderRow
from newsletter.words.subscriber import address_key

# One transaction each: long enough to be fast, short enough that an unsubscribe never waits for it.
BATCH = 2_000
_MOST_KNOWN = 4096

_HIDDEN = "This row is hidden in the spreadsheet, perhaps by a filter that leaves out those who left. Show the row to import it."

Progress = Callable[[int, int], None]
"""Called with (lines read, lines in all) after each batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of it. `number` is None after a dry run; `is_new` says that there was no such list before.

    `n_files` counts those inside archives; `systems` are the titles of the systems they were read as exports of.
    """

    report: ImportReport
    number: int | None
    is_new: bool
    n_files: int
    systems: Sequence[str]


def import_files(
    readers: Readers,
    membership: Membership,
    imports: Imports,
    files: Sequence[Path],
    options: ImportOptions,
    *,
    progress: Progress | None = None,
    goes_on: Callable[[int], None] | None = None,
) -> Imported:
    """Import files, or with `options.dry_run` only say what would come of it.

    `goes_on` hears the number of an interrupted import of the same files that this one finishes. Raises Mistake or
    Missing, before anything is written, where a file can't be read, and ImportUnanswered where it has to be asked about.
    """
    is_new = readers.find_list(options.list_name) is None
    names = [str(path) for path in files]
    with open_files(files, options) as opening:
        if opening.questions:
            raise ImportUnanswered(opening.questions)
        if not options.dry_run:
            interrupted = imports.find_interrupted(options.list_name, names)
            if interrupted is not None and goes_on:
                goes_on(interrupted)
            options = replace(options, run=imports.begin(options.list_name, names))
        report = import_opened(membership, opening, options, progress)
        found = Imported(
            report=report,
            number=options.run,
            is_new=is_new,
            n_files=len(opening.files),
            systems=list(dict.fromkeys(file.columns.source.title for file in opening.files)),
        )
    if options.run is not None:
        imports.finish(options.run)
    return found


def import_opened(
    membership: Membership, opening: Opening, options: ImportOptions, progress: Progress | None = None
) -> ImportReport:
    """Import in batches of 2,000 rows, each in a transaction of its own: first everyone whom a file calls gone.

    They go on the do-not-mail list, and no other row of any of the files brings them in: the order of rows and files
    does not matter. A row that is broken is reported and the next one read. To import a file again changes nothing,
    so an import that was interrupted is resumed by repeating it. Raises ImportUnanswered, before anything is written, where
    a file may say that people left and it is not certain.
    """
    if opening.questions:
        raise ImportUnanswered(opening.questions)
    report = ImportReport(notes=list(opening.notes))
    work = _Work(membership=membership, files=opening.files, options=options, report=report, progress=progress)
    for file in opening.files:
        if file.columns.may_depart:
            work.take_out(file)
    for file in opening.files:
        work.put_on(file)
    if not options.dry_run:
        membership.add_list(options.list_name)
    places = {file.source.name: number for number, file in enumerate(opening.files)}
    report.problems.sort(key=lambda problem: (places[problem.file], problem.line))
    return report


@dataclass(slots=True, kw_only=True)
class _Work:
    """One import under way."""

    membership: Membership
    files: Sequence[Opened]
    options: ImportOptions
    report: ImportReport
    progress: Progress | None
    gone: AddressesSeen = field(default_factory=AddressesSeen)
    n_done: int = 0

    def take_out(self, file: Opened) -> None:
        """Suppress everyone whom this file calls gone."""
        batch = Batch(file.source.name, self.options, self.report)
        columns = file.columns
        # What was said by somebody who stays. Most rows say the same, and are passed over at once.
        staying: set[tuple[str, ...]] = set()
        for line, cells, odd in rows_of(file):
            is_whole = not odd and len(cells) == columns.n_columns
            told = columns.telling(cells) if is_whole else ()
            if is_whole and told in staying:
                continue
            person = None if odd else departs(columns, cells)
            if person is not None:
                batch.leave_out(line, person)
                people = [person]
            elif odd or len(cells) > columns.n_columns:
                # Its row is reported as broken; still nothing brings them in.
                people = departures(columns, cells, odd, file.source.delimiter)
                batch.block(people)
            else:
                if (
                    is_whole
                    and columns.undelivered is None
                    and len(staying) < _MOST_KNOWN
                    and not why_gone(columns, cells)
                ):
                    staying.add(told)
                continue
            for one in people:
                self.gone.earlier(address_key(one.email), file.offset + line)
            if len(batch) >= BATCH:
                batch.write(self.membership)
                self._say(line)
        batch.write(self.membership)
        self._finish(file)

    def put_on(self, file: Opened) -> None:
        """Everyone else."""
        batch = Batch(file.source.name, self.options, self.report)
        for line, key, person in _people(file, self.options, self.report):
            gone = self.gone.find(key)
            if gone is not None:
                self.report.leave_out(file.source.name, line, f"{self._place(gone, file)} says that this person left.")
                continue
            batch.add(line, key, person)
            if len(batch) >= BATCH:
                batch.write(self.membership)
                self._say(line)
        batch.write(self.membership)
        self._finish(file)

    def _place(self, number: int, here: Opened) -> str:
        """A line of the whole import as a line of a file."""
        file = self.files[bisect_right(self.files, number - 1, key=lambda one: one.offset) - 1]
        line = f"Line {number - file.offset}"
        return line if file is here else f"{line} of {file.source.name}"

    def _say(self, line: int) -> None:
        if self.progress:
            total = sum(file.source.n_lines * (2 if file.columns.may_depart else 1) for file in self.files)
            self.progress(self.n_done + line, total)

    def _finish(self, file: Opened) -> None:
        self.n_done += file.source.n_lines
        self._say(0)


def _people(file: Opened, options: ImportOptions, report: ImportReport) -> Iterator[tuple[int, str, ReaderRow]]:
    """Everyone who may join, with their line and address key; rows that are nobody go to the report."""
    seen = AddressesSeen(file.source.n_lines)
    name, columns, declared = file.source.name, file.columns, options.consent
    n_undated = n_nameless = 0
    hidden = file.source.hidden
    for line, cells, odd in rows_of(file):
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
