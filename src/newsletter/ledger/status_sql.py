"""Status: mailings and parcels along their tables of moves, and no other way."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, update

from newsletter.ledger.tables import mailing, parcel
from newsletter.words.ledger import MailingStatus, ParcelStatus, sources


def move_mailings(
    connection: Connection,
    *which: ColumnElement[bool],
    out_of: Collection[MailingStatus],
    to: MailingStatus,
    **values: Any,
) -> int:
    """Those of these mailings that stand there, with what else changes. Returns how many moved.

    Raises ValueError for a move that is not in the table.
    """
    return _move(connection, mailing, which, out_of, to, values)


def move_parcels(
    connection: Connection,
    *which: ColumnElement[bool],
    out_of: Collection[ParcelStatus],
    to: ParcelStatus,
    **values: Any,
) -> int:
    """As `move_mailings`, for parcels."""
    return _move(connection, parcel, which, out_of, to, values)


def _move(
    connection: Connection,
    table: Table,
    which: Collection[ColumnElement[bool]],
    out_of: Collection[MailingStatus] | Collection[ParcelStatus],
    to: MailingStatus | ParcelStatus,
    values: dict[str, Any],
) -> int:
    if wrong := set(out_of) - {to, *sources(to)}:
        raise ValueError(f"a {table.name} never goes from {', '.join(sorted(wrong))} to {to}")
    moved = update(table).where(table.c.status.in_(out_of), *which).values(status=to, **values)
    return connection.execute(moved).rowcount
