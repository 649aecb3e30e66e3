"""Moves the status of mailings and parcels, only along their tables of allowed moves."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, bindparam, update

from newsletter.db.doorbell import ring
from newsletter.ledger.tables import mailing, parcel
from newsletter.ports.work import Task
from newsletter.words.ledger import MailingStatus, ParcelStatus, sources


def move_mailings(
    connection: Connection,
    *which: ColumnElement[bool],
    out_of: Collection[MailingStatus],
    to: MailingStatus,
    **values: Any,
) -> int:
    """Move the mailings of `which` whose status is in `out_of`, and set `values`. Returns how many.

    Workers are called to those that begin or go on. Raises ValueError for a move that is not in the table.
    """
    _check(out_of, to)
    moved = update(mailing).where(mailing.c.status.in_(out_of), *which).values(status=to, **values)
    if to is not MailingStatus.SENDING:
        return connection.execute(moved).rowcount
    begun = connection.scalars(moved.returning(mailing.c.id)).all()
    for one in begun:
        ring(connection, Task.DRAIN, mailing=one)
    return len(begun)


def move_parcel(
    connection: Connection, parcel_id: int, *, out_of: Collection[ParcelStatus], to: ParcelStatus, **counts: int
) -> bool:
    """Move a parcel whose status is in `out_of`, and write down `counts`. False where it stands elsewhere.

    Raises ValueError for a move that is not in the table.
    """
    statement = _moved(frozenset(out_of), to)
    return bool(connection.execute(statement, {"of_parcel": parcel_id, **counts}).rowcount)


@cache
def _moved(out_of: frozenset[ParcelStatus], to: ParcelStatus) -> Update:
    _check(out_of, to)
    mine = (parcel.c.id == bindparam("of_parcel"), parcel.c.status.in_(sorted(out_of)))
    return update(parcel).where(*mine).values(status=to)


def _check(out_of: Collection[MailingStatus] | Collection[ParcelStatus], to: MailingStatus | ParcelStatus) -> None:
    if wrong := set(out_of) - {to, *sources(to)}:
        kind = "mailing" if isinstance(to, MailingStatus) else "parcel"
        raise ValueError(f"a {kind} never goes from {', '.join(sorted(wrong))} to {to}")
