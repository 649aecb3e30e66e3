"""Put the people of files on a list: row by row, losing nobody silently and never lowering protection."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from newsletter.consent.membership_sql import Membership
from newsletter.imports.batch import Batch
from newsletter.imports.behind import Behind, writing_behind
from newsletter.imports.imports_sql import Imports
from newsletter.imports.open_file import Opened, Row, rows_of
from newsletter.imports.opener import Opening, open_files
from newsletter.imports.questions import ImportUnanswered
from newsletter.imports.report import ImportOptions, ImportReport
from newsletter.imports.rows import Departure, RowRefused, departs, departures, read_row, why_gone
from newsletter.imports.seen import AddressesSeen
from newsletter.readers.address import show
from newsletter.readers.readers_sql import Readers
from newsletter.readers.rows import ReaderRow
from newsletter.words.subscriber import address_key

_MOST_KNOWN = 4096
# Rows that are read without a word to anybody: some 30 ms.
_LOOK_UP_EVERY = 4_096

_HIDDEN = "This row is hidden in the spreadsheet, perhaps by a filter that leaves out those who left. Show the row to import it."

Progress = Callable[[int, int], None]
"""Called with (lines read, lines in all) after each batch."""


class ImportLeft(Exception):
    """The process is to end, and leaves the rest to another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How an import is followed, and whether it goes on.

    Rows up to `begin_after` were written by an earlier process, and are only read. `log` is called in each batch's own
    transaction with what came of it, the rows read so far and the lines read so far. Once `goes_on` is False, ImportLeft
    is raised between two batches.
    """

    progress: Progress | None = None
    begin_after: int = 0
    log: Callable[..., None] | None = None
    goes_on: Callable[[], bool] = lambda: True


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
        report = import_opened(membership, opening, options, Course(progress=progress))
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
    membership: Membership, opening: Opening, options: ImportOptions, course: Course | None = None
) -> ImportReport:
    """Import in batches of 2,000 rows, each in a transaction of its own: first everyone whom a file calls gone.

    They go on the do-not-mail list, and no other row of any of the files brings them in: the order of rows and files
    does not matter. A row that is broken is reported and the next one read. To import a file again changes nothing,
    so an import that was interrupted is resumed by repeating it. With a log, what came of rows goes there and the report
    has notes only. Raises ImportUnanswered, before anything is written, where a file may say that people left and it is
    not certain.
    """
    if opening.questions:
        raise ImportUnanswered(opening.questions)
    report = ImportReport(notes=list(opening.notes))
    with writing_behind(is_apart=membership.is_apart) as behind:
        work = _Work(
            membership=membership,
            files=opening.files,
            options=options,
            report=report,
            course=course or Course(),
            behind=behind,
        )
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


def count_lines(files: Sequence[Opened]) -> int:
    """The lines to read: a file that may say who left is read twice."""
    return sum(file.source.n_lines * (2 if file.columns.may_depart else 1) for file in files)


@dataclass(slots=True, kw_only=True)
class _Work:
    """One import under way. `n_rows` are read so far, over all files and passes, and so many lines of finished passes."""

    membership: Membership
    files: Sequence[Opened]
    options: ImportOptions
    report: ImportReport
    course: Course
    behind: Behind
    gone: AddressesSeen = field(default_factory=AddressesSeen)
    n_rows: int = 0
    n_lines: int = 0

    def take_out(self, file: Opened) -> None:
        """Suppress everyone whom this file calls gone."""
        batch = Batch(file.source.name)
        columns = file.columns
        # What was said by somebody who stays. Most rows say the same, and are passed over at once.
        staying: set[tuple[str, ...]] = set()
        for line, cells, odd in self._rows(file):
            is_whole = not odd and len(cells) == columns.n_columns
            told = columns.telling(cells) if is_whole else ()
            if is_whole and told in staying:
                continue
            person = None if odd else departs(columns, cells)
            if person is not None:
                people = [person]
                if self._is_new:
                    batch.depart(line, person)
            elif odd or len(cells) > columns.n_columns:
                # Its row is reported as broken; still nothing brings them in.
                people = departures(columns, cells, odd, file.source.delimiter)
                if self._is_new:
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
            if batch.is_full:
                batch = self._write(batch, line)
        self._finish(batch, file)

    def put_on(self, file: Opened) -> None:
        """Everyone else."""
        batch, people = Batch(file.source.name), _RowReader(file, self.options)
        for line, cells, odd in self._rows(file):
            try:
                found = people.read(line, cells, odd)
            except RowRefused as refusal:
                if self._is_new:
                    batch.reject(line, str(refusal))
            else:
                if found is not None and self._is_new:
                    self._take(batch, line, *found, file)
            if batch.is_full:
                batch = self._write(batch, line)
        self.report.notes += people.notes()
        self._finish(batch, file)

    def _take(self, batch: Batch, line: int, key: str, person: ReaderRow, file: Opened) -> None:
        gone = self.gone.find(key)
        if gone is None:
            batch.add(line, key, person)
        else:
            batch.leave_out(line, f"{self._place(gone, file)} says that this person left.")

    def _rows(self, file: Opened) -> Iterator[Row]:
        for row in rows_of(file):
            self.n_rows += 1
            if self.n_rows % _LOOK_UP_EVERY == 0 and not self.course.goes_on():
                raise ImportLeft
            yield row

    @property
    def _is_new(self) -> bool:
        """Whether the present row was not written by an earlier process."""
        return self.n_rows > self.course.begin_after

    def _place(self, number: int, here: Opened) -> str:
        """A line of the whole import as a line of a file."""
        file = self.files[bisect_right(self.files, number - 1, key=lambda one: one.offset) - 1]
        line = f"Line {number - file.offset}"
        return line if file is here else f"{line} of {file.source.name}"

    def _write(self, batch: Batch, line: int) -> Batch:
        """Have a batch written, whose last row is the present one. Returns an empty one."""
        self.behind.settle()
        if not self.course.goes_on():
            raise ImportLeft
        done, log = self.n_lines + line, self.course.log
        note = partial(log, reached=self.n_rows, done=done) if log else None
        if note is None or batch.n_rows:
            write = partial(batch.write, self.membership, self.options, note)
            self.behind.write(write, partial(self._written, done=done))
        return Batch(batch.file)

    def _written(self, came: ImportReport, *, done: int) -> None:
        if self.course.log is None:
            self.report.add(came)
        if self.course.progress:
            self.course.progress(done, count_lines(self.files))

    def _finish(self, batch: Batch, file: Opened) -> None:
        self._write(batch, file.source.n_lines)
        self.n_lines += file.source.n_lines


class _RowReader:
    """Reads the rows of one file, each address once."""

    def __init__(self, file: Opened, options: ImportOptions) -> None:
        self._name, self._columns, self._hidden = file.source.name, file.columns, file.source.hidden
        self._declared = options.consent
        self._seen = AddressesSeen(file.source.n_lines)
        self._n_undated = self._n_nameless = 0

    def read(self, line: int, cells: list[str], odd: str) -> tuple[str, ReaderRow] | None:
        """Somebody who may join, with their address key; None for one who is gone. Raises RowRefused for nobody."""
        if odd:
            raise RowRefused(odd)
        columns = self._columns
        person = read_row(columns, cells, self._declared)
        if isinstance(person, Departure):
            return None
        if line < len(self._hidden) and self._hidden[line]:
            raise RowRefused(_HIDDEN)
        key = address_key(person.email)
        earlier = self._seen.earlier(key, line)
        if earlier is not None:
            raise RowRefused(f"{show(person.email)} is in line {earlier} already, and that row counts.")
        if columns.subscribed_at and person.since_at is None:
            self._n_undated += any(cells[at].strip() for at in columns.subscribed_at if at < len(cells))
        if columns.nameless:
            self._n_nameless += any(cells[at].strip() for at in columns.nameless if at < len(cells))
        return key, person

    def notes(self) -> Iterator[str]:
        """What should be known about the file as a whole, once its rows are read."""
        if self._n_nameless:
            yield (
                f"{self._name}: {self._n_nameless:,} {'row has' if self._n_nameless == 1 else 'rows have'} something in a "
                "column without a name; it was left out. Give the column a name in the header to keep it."
            )
        if self._n_undated:
            yield (
                f"{self._name}: {self._n_undated:,} {'date' if self._n_undated == 1 else 'dates'} of joining cannot be "
                "read, or cannot be true; those who are new begin today. A date such as 2021-12-31 can be read."
            )
