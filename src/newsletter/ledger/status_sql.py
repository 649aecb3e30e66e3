"""Moves the status of mailings and parcels, only along their tables of allowed moves."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, update

from newsletter.db.doorbell import ring
from newsletter.ledger.tables import mailing, parcel
from newsletter.ports.work import Task
from newsletter.words.ledger import MailingStatus, ParcelStatus, sources

_TABLE_OF = {MailingStatus: mailing, ParcelStatus: parcel}


def move_status(
    connection: Connection,
    *which: ColumnElement[bool],
    out_of: Collection[MailingStatus] | Collection[ParcelStatus],
    to: MailingStatus | ParcelStatus,
    **values: Any,
) -> int:
    """Move the mailings or parcels of `which` whose status is in `out_of`, and set `values`. Returns how many.

    Workers are called to mailings that begin or go on. Raises ValueError for a move that is not in the table.
    """
    table = _TABLE_OF[type(to)]
    if wrong := set(out_of) - {to, *sources(to)}:
        raise ValueError(f"a {table.name} never goes from {', '.join(sorted(wrong))} to {to}")
    moved = update(table).where(table.c.status.in_(out_of), *which).values(status=to, **values)
    if to is not MailingStatus.SENDING:
        return connection.execute(moved).rowcount
    begun = connection.scalars(moved.returning(mailing.c.id)).all()
    for one in begun:
        ring(connection, Task.DRAIN, mailing=one)
    return len(begun)
