"""Files with people in which only the file's name says who left: made into tables that say it of each person."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TextIO

from newsletter.imports.columns.spelling import normalise
from newsletter.imports.files.file_names import told_by
from newsletter.move_in.export import LeftOut
from newsletter.move_in.export_files import ExportFiles, Member
from newsletter.words.mistake import Mistake, Place

Statuses = Sequence[tuple[re.Pattern[str], str]]
"""What the name of a file says of all in it, by a pattern for that name; "" for a file of everybody."""

_AGAIN = re.compile(r"(?<!\s)\s*+\(\d++\)$")
_NOT = re.compile(r"(?<![a-z])(?:not|non|no|never|former|ex)(?![a-z])")
ACTIVE = "active"
"""What is said of those who may be mailed."""

_TELLS = {"status", "state", "type", "subscriber status", "email status", "subscription status", "unsubscribed"}
_UNSAID = (
    "Nothing in it says whether these people are subscribed. Put it into its name: active, unconfirmed, unsubscribed, "
    "bounced or spam."
)
_EVERYBODY = "It has everybody in it, and does not say who left. Bring one file for each status instead."


@dataclass(slots=True, kw_only=True)
class PeopleFiles:
    """`tables` are what an import reads; `left_out` the files that it must not, and why."""

    tables: list[Member] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def by_status(
    files: ExportFiles, members: Sequence[Member], statuses: Statuses, *, columns: Sequence[str] = ()
) -> PeopleFiles:
    """Tables in which each person has a status: the first of `statuses` that fits the file's name.

    A file with a column of its own for that stays as it is. One that says it neither way is left out: those who left may be
    among its people. A file without a header has these `columns` first.
    """
    found = PeopleFiles()
    for member in members:
        with files.lines(member) as text:
            _sort_in(files, member, _apart(text, columns, member), statuses, found)
    return found


def _sort_in(
    files: ExportFiles,
    member: Member,
    table: tuple[list[str], Iterator[list[str]]],
    statuses: Statuses,
    found: PeopleFiles,
) -> None:
    header, rows = table
    if {normalise(title) for title in header} & _TELLS:
        found.tables.append(member)
        return
    status = _status(member.stem, statuses)
    if not status:
        found.left_out.append(LeftOut(title=member.name, why=_UNSAID if status is None else _EVERYBODY))
    elif header:
        lines = ([*row[: len(header)], *[""] * (len(header) - len(row)), status] for row in rows)
        found.tables.append(make_table(files, member.name, [*header, "status"], lines))


def make_table(files: ExportFiles, name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Member:
    """A table of our own among the files of an export."""
    return files.make(f"{name.rpartition('/')[2].rpartition('.')[0] or name}.csv", _lines(header, rows))


def _lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    out = io.StringIO()
    writer = csv.writer(out)
    for row in chain((header,), rows):
        writer.writerow(row)
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


def _status(stem: str, statuses: Statuses) -> str | None:
    """What a name ends with: browsers write a number behind it where they have downloaded it before."""
    name = _AGAIN.sub("", stem).strip().lower()
    status = next((status for pattern, status in statuses if pattern.search(name)), None)
    # "Not active", "active and opted out": a name that speaks of leaving lets nobody in.
    return None if status == ACTIVE and (told_by(f"{name}.csv") or _NOT.search(name)) else status


def _apart(text: TextIO, columns: Sequence[str], member: Member) -> tuple[list[str], Iterator[list[str]]]:
    """The header and the rows. Raises Mistake for a table that is cut off."""
    reader = csv.reader(text, strict=True)

    def rows() -> Iterator[list[str]]:
        try:
            yield from (row for row in reader if any(row))
        except csv.Error as error:
            place = Place(member.title, reader.line_num)
            raise Mistake(f"This table can't be read: {error}.", fix="Download it again.", place=place) from None

    every = rows()
    first = next(every, [])
    if columns and any("@" in cell for cell in first):
        extra = [f"field {number}" for number in range(1, len(first) - len(columns) + 1)]
        return [*columns, *extra][: len(first)], _with(first, every)
    return ([], every) if not any("mail" in title.lower() for title in first) else (first, every)


def _with(first: list[str], rest: Iterator[list[str]]) -> Iterator[list[str]]:
    yield first
    yield from rest
