"""Files on their way in: taken apart, decoded to their end, and their columns understood, before any row is written."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from newsletter.audience.address import is_plain, show, tidy_address
from newsletter.audience.columns import Columns, map_columns, normalise
from newsletter.audience.csv_file import CsvFile, open_csv
from newsletter.audience.formats import BY_NAME, PLAIN, ExportFormat, detect, is_either
from newsletter.audience.import_report import ImportOptions
from newsletter.audience.records import Records
from newsletter.audience.unpacking import Piece, unpack
from newsletter.words.mistake import Mistake, Place

# Mailchimp exports people who never agreed, and those put away, into files that look like the one of subscribers.
_NEVER_AGREED = {
    "nonsubscribed": "Mailchimp calls this person non-subscribed: they never agreed to get mail.",
    "archived": "Mailchimp calls this person archived: they were taken off the list there.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file whose rows can be read. `offset` is the number of lines in the files before it."""

    source: CsvFile
    columns: Columns
    has_header: bool
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """All files of an import, and what the one who imports should know about them."""

    files: Sequence[Opened]
    notes: list[str] = field(default_factory=list)

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
            pieces += unpack(path, into, notes, options.only)
        opened: list[Opened] = []
        mapped: set[str] = set()
        for piece in pieces:
            file = _open(piece, options, several=len(pieces) > 1, mapped=mapped)
            opened.append(replace(file, offset=sum(one.source.n_lines for one in opened)))
        unused = [title for title in options.columns if title not in mapped]
        if unused:
            raise Mistake(f"--map names the column {unused[0]!r}, which none of the files has.")
        notes += [_about(file) for file in opened if file.columns.source is not PLAIN]
        notes += [note for file in opened for note in _names(file)]
        yield Opening(files=opened, notes=notes)


def _about(file: Opened) -> str:
    source = file.columns.source
    return f"{file.source.name} is read as an export of {source.title}.{f' {source.note}' if source.note else ''}"


def _names(file: Opened) -> Iterator[str]:
    """Two columns never share a name, and whoever writes merge tags has to know which is which."""
    for title, name in file.columns.renamed:
        yield f"{file.source.name}: the column {show(title)} is kept as {name}, since its own name is taken."


def _open(piece: Piece, options: ImportOptions, *, several: bool, mapped: set[str]) -> Opened:
    source = open_csv(piece.path, name=piece.name, encoding=options.encoding, is_sheet=piece.is_sheet)
    with source.path.open(encoding=source.encoding, newline="") as text:
        line, header, odd = next(iter(Records(source, text)), (1, [], "It holds only blank lines."))
    place = Place(source.name, line)
    if odd:
        raise Mistake(f"The header cannot be read. {odd}", fix="Export the file again as CSV.", place=place)
    has_header = not any(is_plain(tidy_address(cell)[0]) for cell in header)
    if not has_header and len(header) > 1:
        raise Mistake(
            "The first line is already a reader, so it is not known what the columns mean. Nothing was imported.",
            fix="Write a header above it, such as: email,name",
            place=place,
        )
    header = header if has_header else ["email"]
    titles = {normalise(title) for title in header}
    # Of several files each may have its own columns.
    asked = {title: meaning for title, meaning in options.columns.items() if not several or normalise(title) in titles}
    mapped.update(asked)
    try:
        columns = map_columns(header, asked, _source(header, titles, options, place))
    except Mistake as mistake:
        raise Mistake(mistake.message, fix=mistake.fix, place=mistake.place or place) from None
    return Opened(source=source, columns=_with_nobody(columns, piece), has_header=has_header)


def _source(header: Sequence[str], titles: set[str], options: ImportOptions, place: Place) -> ExportFormat:
    if options.source is not None:
        asked = BY_NAME[options.source]
        found = detect(titles)
        if found is not PLAIN and asked is not PLAIN and asked.everyone is None and found is not asked:
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
            fix="Say what it is: --from csv, sendgrid-unsubscribes, sendgrid-spam-reports or sendgrid-invalid.",
            place=place,
        )
    return detect(titles)


def _with_nobody(columns: Columns, piece: Piece) -> Columns:
    """Mailchimp names its files by who is in them; the columns of two kinds are those of subscribers."""
    if columns.source.name != "mailchimp":
        return columns
    name = "".join(letter for letter in Path(piece.name.rpartition(": ")[2]).stem.lower() if letter.isalpha())
    return next((replace(columns, nobody=why) for sign, why in _NEVER_AGREED.items() if name.startswith(sign)), columns)
