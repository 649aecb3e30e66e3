"""The tables of an export: CSV with a header, read whole, its columns by their names."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from datetime import UTC, datetime

from newsletter.move_in.export_files import ExportFiles, Member
from newsletter.words.mistake import Mistake, Place

_FIRST_YEAR, _LAST_YEAR = 1970, 2200


def read_table(files: ExportFiles, member: Member, *, needs: Collection[str], system: str) -> list[dict[str, str]]:
    """The rows by lower-case column names. Raises Mistake where a needed column is missing or a row can't be read."""
    text = files.text(member).removeprefix("\ufeff")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [row for row in reader if row]
    except csv.Error as error:
        raise Mistake(
            f"This table can't be read: {error}.",
            fix=f"Download the export from {system} again, and don't save it with another program in between.",
            place=Place(member.title, reader.line_num),
        ) from None
    header = [title.strip().lower() for title in rows[0]] if rows else []
    missing = sorted(set(needs) - set(header))
    if missing:
        raise Mistake(
            f"{member.title} has no column `{missing[0]}`, so it is not what {system} exports.",
            fix="Name the export of that system, as it was downloaded.",
        )
    return [dict(zip(header, row, strict=False)) for row in rows[1:]]


def instant(text: str) -> datetime | None:
    """A moment such as `2019-07-26T20:48:19.814Z`; one without a zone is in UTC. None where it can't be read or can't be."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return possible(at if at.tzinfo else at.replace(tzinfo=UTC))


def possible(at: datetime) -> datetime | None:
    """None for one in which nothing was mailed, such as the year 1 that stands for none: it has no time in every zone."""
    return at if _FIRST_YEAR <= at.year <= _LAST_YEAR else None
