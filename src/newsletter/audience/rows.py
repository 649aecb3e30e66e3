"""From the cells of one row to a person, or to the reason why they are not mailed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter.audience.address import check_address, is_plain, show, tidy_address
from newsletter.audience.columns import Columns
from newsletter.audience.standing import UnknownStatus, standing
from newsletter.ports.readers import ReaderRow
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason

LONGEST_CELL = 10_000


@dataclass(frozen=True, slots=True)
class Departure:
    """A person whom the file itself calls gone: their address is never to be mailed."""

    email: str
    reason: SuppressionReason


class RowRefused(ValueError):
    """The row puts nobody on a list; its text says why, to the person who made the file."""


def read_row(columns: Columns, cells: list[str]) -> ReaderRow | Departure:
    """The person in a row. Raises RowRefused."""
    if len(cells) != columns.n_columns:
        cells = _level(columns, cells)
    if len(max(cells, key=len)) > LONGEST_CELL:
        raise RowRefused(f"A cell holds {len(max(cells, key=len)):,} characters; at most {LONGEST_CELL:,} are kept.")
    email, beside = _address(cells[columns.email])
    status: SubscriptionStatus | None = None
    if columns.standing:
        says = _standing(columns, cells)
        if isinstance(says, SuppressionReason):
            return Departure(email, says)
        status = says
    first_name, last_name = _names(columns, cells, beside)
    return ReaderRow(
        email=email,
        first_name=first_name,
        last_name=last_name,
        fields={name: cell for name, at in columns.custom if (cell := cells[at].strip())} if columns.custom else {},
        # "Active" in a file is a claim; only the one who imports can vouch for it, with --active.
        status=None if status is SubscriptionStatus.ACTIVE else status,
        consent=(cells[columns.consent].strip() or None) if columns.consent is not None else None,
        since_at=_instant(cells[columns.subscribed_at]) if columns.subscribed_at is not None else None,
    )


def _level(columns: Columns, cells: list[str]) -> list[str]:
    """Cells left out at the end are blank; cells too many mean that the columns are shifted."""
    missing = columns.n_columns - len(cells)
    if missing < 0:
        if any(cell.strip() for cell in cells[columns.n_columns :]):
            raise RowRefused(
                f"The row has {len(cells)} cells where the header has {columns.n_columns}; "
                "a cell that holds the delimiter must be quoted."
            )
        return cells[: columns.n_columns]
    return cells + [""] * missing


def _address(cell: str) -> tuple[str, str]:
    if is_plain(cell):
        return cell, ""
    address, beside = tidy_address(cell)
    if not address:
        raise RowRefused("There is no e-mail address in this row.")
    try:
        return check_address(address), beside
    except Mistake as mistake:
        raise RowRefused(mistake.message) from None


def _standing(columns: Columns, cells: list[str]) -> SubscriptionStatus | SuppressionReason | None:
    try:
        return standing([(header, cells[at]) for header, at in columns.standing])
    except UnknownStatus as unknown:
        raise RowRefused(
            f"The status {show(str(unknown))} is not known, so the person may have left. "
            "If the column means something else, map it to a field: --map Status=member_level"
        ) from None


def _names(columns: Columns, cells: list[str], beside: str) -> tuple[str | None, str | None]:
    """First and last name, None where the row has none. A whole name is cut at its first blank."""
    first = _name(cells[columns.first_name]) if columns.first_name is not None else ""
    last = _name(cells[columns.last_name]) if columns.last_name is not None else ""
    if not first and not last:
        whole = (_name(cells[columns.name]) if columns.name is not None else "") or _name(beside)
        if whole:
            first, last = split_name(whole)
    return first or None, last or None


def split_name(whole: str) -> tuple[str, str]:
    """ "Ana Ng" is Ana, Ng. A name with a comma or in quotes is kept whole: its order is anybody's guess."""
    if "," in whole or '"' in whole:
        return whole, ""
    first, _, last = whole.partition(" ")
    return first, last


def _name(cell: str) -> str:
    """Names go into subjects: one line, blanks folded."""
    return " ".join(cell.split())


def _instant(cell: str) -> datetime | None:
    """An instant as programs write it; one without a zone is taken for UTC. None where it cannot be read."""
    text = re.sub(r" ?UTC$|Z$", "+00:00", cell.strip())
    text = re.sub(r" ([+-]\d\d:?\d\d)(?:\+00:00| [A-Z]+)?$", r"\1", text)
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
