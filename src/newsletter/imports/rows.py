"""From the cells of one row to a person, or to the reason why they are not mailed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter.imports.columns.cell_words import NotAReader, RowStatus, is_nothing, is_plainly_leaving, is_yes_or_no
from newsletter.imports.columns.columns import Columns
from newsletter.imports.columns.marks import Attributes, NotReadable, read_attributes, read_tags
from newsletter.imports.files.sendgrid_lists import PASSES
from newsletter.imports.status_columns import UnknownStatus
from newsletter.readers.address import check_address, is_plain, show, tidy_address
from newsletter.readers.rows import ReaderRow
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason

LONGEST_CELL = 10_000
_FIRST_YEAR = 1985
_NOTHING = Attributes()
# What databases write where there is nothing. Nobody wants to be greeted with it.
_NULLS = frozenset({"\\N", "NULL", "(null)"})


@dataclass(frozen=True, slots=True)
class Departure:
    """A person whom the file itself calls gone: their address is never to be mailed."""

    email: str
    reason: SuppressionReason


class RowRefused(ValueError):
    """The row puts nobody on a list; its text says why, to the person who made the file."""


def read_row(columns: Columns, cells: list[str], declared: str | None = None) -> ReaderRow | Departure:
    """The person in a row. `declared` is the consent that holds for all of them. Raises RowRefused."""
    if len(cells) != columns.n_columns:
        cells = _level(columns, cells)
    if len(max(cells, key=len)) > LONGEST_CELL:
        raise RowRefused(f"A cell holds {len(max(cells, key=len)):,} characters; at most {LONGEST_CELL:,} are kept.")
    email, beside = _address(cells[columns.email])
    status: SubscriptionStatus | None = None
    if columns.may_depart:
        says = _status(columns, cells)
        if isinstance(says, SuppressionReason):
            return Departure(email, says)
        if isinstance(says, NotAReader):
            raise RowRefused("The file does not say that this person is subscribed, and says it of others.")
        status = says
    if columns.nobody:
        raise RowRefused(columns.nobody)
    fields = {}
    if columns.custom:
        fields = {name: cell for name, at in columns.custom if (cell := cells[at].strip()) and cell not in _NULLS}
    try:
        tags = read_tags(cells[columns.tags]) if columns.tags is not None else ()
        said = _NOTHING
        if columns.attributes is not None:
            said = read_attributes(cells[columns.attributes])
            fields, tags = {**said.fields, **fields}, (*tags, *said.tags)
        first_name, last_name = _names(columns, cells, beside, said)
        return ReaderRow(
            email=email,
            first_name=first_name,
            last_name=last_name,
            fields=fields,
            # "Active" in a file is a claim; only the one who imports can vouch for it, with --active.
            status=None if status is SubscriptionStatus.ACTIVE else status,
            consent=_consent(columns, cells, declared if status in {None, SubscriptionStatus.ACTIVE} else None),
            since_at=_since(columns, cells, said) if columns.subscribed_at or said.subscribed_at else None,
            tags=tags,
        )
    except NotReadable as odd:
        raise RowRefused(str(odd)) from None


def departs(columns: Columns, cells: list[str]) -> Departure | None:
    """The person in a row if the row calls them gone, whatever else is wrong with it. None for everyone else."""
    if len(cells) != columns.n_columns:
        try:
            cells = _level(columns, cells)
        except RowRefused:
            return None
    try:
        says = _status(columns, cells)
        return Departure(_address(cells[columns.email])[0], says) if isinstance(says, SuppressionReason) else None
    except RowRefused:
        return None


def departures(columns: Columns, cells: list[str], odd: str, delimiter: str) -> list[Departure]:
    """Everyone whom a row calls gone, even where the row can't be used; where it is `odd`, the cells are its lines.
    The cells of a broken line are tried where they stand from either end.
    """
    if odd:
        lines = ([cell.strip().strip('"').strip() for cell in line.split(delimiter)] for line in cells)
        found = [_shifted_departure(columns, line) for line in lines]
    elif len(cells) > columns.n_columns:
        found = [_shifted_departure(columns, cells)]
    else:
        found = [departs(columns, cells)]
    return [one for one in found if one is not None]


def _shifted_departure(columns: Columns, cells: list[str]) -> Departure | None:
    """The person in a row of too many cells, or of too few, if it calls them gone."""
    missing = max(columns.n_columns - len(cells), 0)
    from_left = (cells + [""] * missing)[: columns.n_columns]
    from_right = ([""] * missing + cells)[-columns.n_columns :]
    for levelled in (from_left, from_right):
        found = departs(columns, levelled)
        if found is not None:
            return found
    addresses = [address for cell in cells if is_plain(address := tidy_address(cell)[0])]
    if not addresses:
        return None
    for levelled in (from_left, from_right):
        says = why_gone(columns, levelled)
        if says is not None:
            return Departure(addresses[0], says)
    is_gone = any(is_plainly_leaving(cell) for cell in cells)
    return Departure(addresses[0], SuppressionReason.UNSUBSCRIBE) if is_gone else None


def why_gone(columns: Columns, cells: list[str]) -> SuppressionReason | None:
    """Why nobody of such cells is mailed, by the columns that tell alone; None where they say nothing of the sort."""
    try:
        says = _status(columns, cells)
    except RowRefused:
        return None
    return says if isinstance(says, SuppressionReason) else None


def _consent(columns: Columns, cells: list[str], declared: str | None) -> str | None:
    """The row's own proof: its consent column, or what was declared and when the other system says that they agreed."""
    if columns.consent is not None and (own := cells[columns.consent].strip()) and _is_proof(own):
        return own
    if not columns.proof:
        return None
    told = ", ".join(f"{label} {cell}" for label, at in columns.proof if (cell := cells[at].strip()))
    if not told:
        return None
    return ". ".join(filter(None, ((declared or "").rstrip(". "), f"{columns.source.title}: {told}")))


def _is_proof(cell: str) -> bool:
    return not is_yes_or_no(cell) and not is_nothing(cell)


def _since(columns: Columns, cells: list[str], said: Attributes) -> datetime | None:
    dates = (*(cells[at] for at in columns.subscribed_at), said.subscribed_at)
    return next((found for date in dates if date and (found := _instant(date))), None)


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


def _status(columns: Columns, cells: list[str]) -> RowStatus:
    if columns.undelivered is not None and columns.undelivered.passes(cells):
        raise RowRefused(PASSES)
    try:
        says = columns.status_reader.of(columns.telling(cells))
    except UnknownStatus as unknown:
        raise RowRefused(f"The status {show(str(unknown))} is not known, so the person may have left.") from None
    return says if isinstance(says, SuppressionReason) else columns.everyone or says


def _names(columns: Columns, cells: list[str], beside: str, said: Attributes) -> tuple[str | None, str | None]:
    """First and last name, None where the row has none. A whole name is cut at its first blank."""
    if (said.first_name or said.last_name) and columns.first_name is None and columns.last_name is None:
        return _name(said.first_name) or None, _name(said.last_name) or None
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
    return "" if cell in _NULLS else " ".join(cell.split())


def _instant(cell: str) -> datetime | None:
    """An instant as programs write it; one without a zone is taken for UTC. None where it cannot be read.

    Nor where it lies before e-mail lists: programs write year 1 or 1970 for "not known".
    """
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        text = re.sub(r" ?UTC$|Z$", "+00:00", cell.strip())
        text = re.sub(r" ([+-]\d\d:?\d\d)(?:\+00:00| [A-Z]+)?$", r"\1", text)
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return None
    try:
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError:
        return None
    return found if found.year >= _FIRST_YEAR else None
