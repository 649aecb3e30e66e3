"""Files on their way in: taken apart, decoded to their end, and their columns understood, before any row is written."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from newsletter.imports.columns.address_column import column_choice, find_address_column
from newsletter.imports.columns.columns import MOST_COLUMNS, listed_headers, map_columns
from newsletter.imports.columns.formats import BY_NAME, PLAIN, ExportFormat, detect, is_either
from newsletter.imports.columns.header_names import is_email_header, is_plain_email_header
from newsletter.imports.columns.not_readers import why_no_readers
from newsletter.imports.columns.spelling import normalise
from newsletter.imports.decide import decide_columns
from newsletter.imports.files.address_lines import are_addresses
from newsletter.imports.files.csv_file import CsvFile, first_lines, open_csv
from newsletter.imports.files.file_names import by_name
from newsletter.imports.files.records import Record, Records
from newsletter.imports.files.sendgrid_lists import names_blocks, undelivered
from newsletter.imports.files.unpack import Piece, unpack
from newsletter.imports.mapping import ADDRESS, FILE, ColumnMap, address_option, asked_of, short_name, with_address
from newsletter.imports.open_file import Opened
from newsletter.imports.questions import Question
from newsletter.imports.report import ImportOptions
from newsletter.imports.survey import survey
from newsletter.readers.address import is_plain, show, tidy_address
from newsletter.words.mistake import Mistake, Place

_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """All files of an import, what the one who imports should know about them, and what has to be answered first."""

    files: Sequence[Opened]
    notes: list[str] = field(default_factory=list)
    questions: Sequence[Question] = ()

    @property
    def n_lines(self) -> int:
        return sum(file.source.n_lines for file in self.files)


@contextmanager
def open_files(paths: Sequence[Path], options: ImportOptions) -> Iterator[Opening]:
    """Open every file and read each to its end. What is unpacked is gone again at the end of the block.

    Raises Mistake or Missing for the first that cannot be read or has no column of addresses.
    """
    notes: list[str] = []
    with tempfile.TemporaryDirectory(prefix="newsletter-import-") as folder:
        pieces = []
        for number, path in enumerate(paths):
            into = Path(folder) / str(number)
            into.mkdir()
            pieces += unpack(path, into, notes, options.only, _address_titles(options))
        opened = _Opened(notes=notes, is_of_several=len(pieces) > 1)
        for piece in pieces:
            file = _open(piece, options, opened)
            known = _settled(file, options, opened) if file is not None else None
            if known is not None:
                opened.files.append(replace(known, offset=sum(one.source.n_lines for one in opened.files)))
        if not opened.files:
            raise Mistake(f"{paths[0]} holds no CSV file with people.", fix="Name the file that does.")
        unused = [title for title in options.columns if title not in opened.mapped]
        if unused:
            raise _unused(unused[0])
        notes += [note for file in opened.files for note in _about(file)]
        yield Opening(files=opened.files, notes=notes, questions=list(dict.fromkeys(opened.questions)))


def _settled(file: Opened, options: ImportOptions, opened: _Opened) -> Opened | None:
    """The file with the columns and the name that say who left; None where it is left out. What is to be asked is noted."""
    columns, questions = decide_columns(file, survey(file))
    known, question, used = by_name(replace(file, columns=columns), options.columns, opened.notes)
    opened.mapped.update(used)
    if known is not None and known.columns.everyone is None:
        opened.questions += [*questions, question] if question else questions
    return known


def _unused(left: str) -> Mistake:
    if left.startswith(FILE):
        return Mistake(f"--map names {left!r}, and there is no such file among these.")
    return Mistake(f"--map names the column {left!r}, which none of the files has.")


@dataclass(slots=True, kw_only=True)
class _Opened:
    """What is open so far. `mapped` are the answers that fit something, `questions` what is to be asked."""

    notes: list[str]
    is_of_several: bool
    files: list[Opened] = field(default_factory=list)
    mapped: set[str] = field(default_factory=set)
    questions: list[Question] = field(default_factory=list)


def _about(file: Opened) -> Iterator[str]:
    source, name = file.columns.source, file.source.name
    if source is not PLAIN:
        yield f"{name} is read as an export of {source.title}.{f' {source.note}' if source.note else ''}"
    if file.source.above:
        lines = "1 line" if len(file.source.above) == 1 else f"{len(file.source.above)} lines"
        shown = ", ".join(show(text) for text in file.source.above[:_MOST_SHOWN])
        more = " ..." if len(file.source.above) > _MOST_SHOWN else ""
        yield f"{name}: {lines} above the header in line {file.source.header_line} passed over: {shown}{more}"
    # Two columns never share a name, and an author of merge tags has to know which is which.
    for title, own in file.columns.renamed:
        yield f"{name}: the column {show(title)} is kept as {own}, since its own name is taken."


def _open(piece: Piece, options: ImportOptions, opened: _Opened) -> Opened | None:
    """None where it is not a list of readers, which the notes then say."""
    source = open_csv(
        piece.path,
        name=piece.name,
        encoding=options.encoding,
        is_sheet=piece.is_sheet,
        hidden=piece.hidden,
        titles=_address_titles(options),
    )
    is_lines = _is_lines(source)
    line, header, odd = (1, ["email"], "") if is_lines else _first_row(source)
    place = Place(source.name, line)
    titles = {normalise(title) for title in header}
    why = why_no_readers(source, titles, piece.member if opened.is_of_several else "")
    if why and (piece.member or options.source is None):
        _pass_over(piece, why, opened, place)
        return None
    if odd:
        raise Mistake(f"The header cannot be read. {odd}", fix="Export the file again as CSV.", place=place)
    if not is_lines and any(is_plain(tidy_address(cell)[0]) for cell in header):
        raise Mistake(
            "The first line is already a reader, so it is not known what the columns mean. Nothing was imported.",
            fix="Write a header above it, such as: email,name",
            place=place,
        )
    asked, used = asked_of(header, with_address(options.columns, piece.name))
    opened.mapped.update(used | {address_option(piece.name), f"{ADDRESS}{piece.name}"})
    if not opened.is_of_several:
        _refuse_unknown(
            [left for left in options.columns if left not in used and not left.startswith((FILE, ADDRESS))], header
        )
    form = _source(header, titles, options, place)
    asked = asked if is_lines else _with_address_column(source, header, asked, form, opened)
    try:
        columns = map_columns(header, asked, form)
    except Mistake as mistake:
        raise Mistake(mistake.message, fix=mistake.fix, place=mistake.place or place) from None
    return Opened(
        source=source,
        columns=replace(
            columns,
            nobody=piece.nobody or columns.nobody,
            undelivered=undelivered(header, short_name(piece.name), is_asked=options.source is not None)
            if form.name == "sendgrid-bounces"
            else None,
        ),
        header=tuple(header),
        has_header=not is_lines,
        is_lines=is_lines,
    )


def _with_address_column(
    source: CsvFile, header: Sequence[str], asked: ColumnMap, form: ExportFormat, opened: _Opened
) -> ColumnMap:
    """Where the header does not tell which column has the addresses, what stands in the columns, or a question."""
    if form.is_exact or "email" in {*asked.fields.values(), *form.fields.values()}:
        return asked
    free = [at for at in range(len(header)) if at not in asked.fields]
    named = [at for at in free if is_plain_email_header(header[at])]
    if len(named) == 1 or len(header) > MOST_COLUMNS:
        return asked
    named = named or [at for at in free if is_email_header(header[at])]
    found: int | Question | None = named[0] if len(named) == 1 else None
    found = found if found is not None else find_address_column(source, header, named, asked.fields)
    if isinstance(found, Question):
        opened.questions.append(found)
        found = next(at for at in named or free if column_choice(header, at) == found.safe)
    return asked if found is None else replace(asked, fields={**asked.fields, found: "email"})


def _address_titles(options: ImportOptions) -> set[str]:
    """What is called an address in this import, besides the names that are known."""
    return {normalise(title) for title, meaning in options.columns.items() if meaning.strip().lower() == "email"}


def _is_lines(source: CsvFile) -> bool:
    return not source.is_sheet and not source.has_header and are_addresses(first_lines(source.path, source.encoding))


def _first_row(source: CsvFile) -> Record:
    with source.path.open(encoding=source.encoding, newline="") as text:
        return next(iter(Records(source, text)), (1, [], "It holds only blank lines."))


def _pass_over(piece: Piece, why: str, opened: _Opened, place: Place) -> None:
    if not piece.member:
        raise Mistake(
            f"This file {why}. Nobody in it is known to want your mail, and nothing was imported.",
            fix="Import the list of subscribers; in an export of Substack its name begins with email_list.",
            place=place,
        )
    opened.notes.append(f"{piece.name} {why}; it was passed over.")


def _refuse_unknown(unknown: Sequence[str], header: Sequence[str]) -> None:
    if unknown:
        raise Mistake(
            f"--map names the column {unknown[0]!r}, which the file does not have.",
            fix=f"Its columns are: {listed_headers(header)}.",
        )


def _source(header: Sequence[str], titles: set[str], options: ImportOptions, place: Place) -> ExportFormat:
    if options.source is not None:
        asked = BY_NAME[options.source]
        found = detect(titles)
        if (
            found is not PLAIN
            and asked is not PLAIN
            and not asked.nobody
            and asked.everyone is None
            and found is not asked
        ):
            raise Mistake(
                f"The columns are those of {found.title}, not of {asked.title}. Nothing was imported.",
                fix=f"Use --from {found.name}, or leave --from out.",
                place=place,
            )
        return asked
    if is_either(titles) and len(header) == len(titles) and not options.columns:
        raise Mistake(
            "These columns fit a list of readers as well as SendGrid's lists of people who unsubscribed, complained or "
            "cannot be reached. Nothing was imported.",
            fix="Say what it is: --from sendgrid-unsubscribes, sendgrid-spam-reports or sendgrid-invalid; csv only if they are readers.",
            place=place,
        )
    found = detect(titles)
    return (
        BY_NAME["sendgrid-blocks"]
        if found.name == "sendgrid-bounces" and names_blocks(short_name(place.file))
        else found
    )
