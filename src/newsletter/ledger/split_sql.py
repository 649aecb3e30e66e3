"""Splits a parcel that can't go as it is into two halves, each with its own queue row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, exists, func, insert, select, update

from newsletter.ledger.status_sql import move_parcel
from newsletter.ledger.tables import attempt, delivery, parcel, unanswered_in
from newsletter.words.ledger import ParcelStatus, sources


def halve(connection: Connection, parcel_id: int) -> bool:
    """Move the readers of a parcel who have no answer into two children. False where there is nothing to divide."""
    ids = list(connection.scalars(select(delivery.c.id).where(unanswered_in(parcel_id)).order_by(delivery.c.id)))
    if len(ids) < 2:
        return False
    middle = len(ids) // 2
    for half in (ids[:middle], ids[middle:]):
        new_child(connection, parcel_id, half)
    move_parcel(connection, parcel_id, out_of=sources(ParcelStatus.SPLIT), to=ParcelStatus.SPLIT)
    return True


def new_child(connection: Connection, parcel_id: int, deliveries: list[int]) -> int:
    """Move some of a parcel's readers to a new one at the end of the queue, and count both again."""
    parent = connection.execute(select(parcel).where(parcel.c.id == parcel_id)).one()
    last = connection.scalar(select(func.max(parcel.c.number)).where(parcel.c.mailing_id == parent.mailing_id))
    child: int = connection.execute(
        insert(parcel)
        .values(
            mailing_id=parent.mailing_id,
            number=(last or 0) + 1,
            parent_id=parent.id,
            root_id=parent.root_id or parent.id,
            status=ParcelStatus.READY,
            n_readers=len(deliveries),
        )
        .returning(parcel.c.id)
    ).scalar_one()
    _change_parcel(connection, deliveries, out_of=parcel_id, into=child)
    return child


def join_child(connection: Connection, parcel_id: int, deliveries: list[int]) -> int:
    """Move some of a parcel's readers to its newest part that was not tried yet, or to a new one. Returns which."""
    tried = exists().where(attempt.c.parcel_id == parcel.c.id)
    mine = (parcel.c.parent_id == parcel_id, parcel.c.status == ParcelStatus.READY, ~tried)
    newest = select(parcel.c.id).where(*mine).order_by(parcel.c.id.desc()).limit(1).with_for_update(of=parcel)
    child: int | None = connection.scalar(newest)
    if child is None:
        return new_child(connection, parcel_id, deliveries)
    more = {"n_readers": parcel.c.n_readers + len(deliveries)}
    connection.execute(update(parcel).where(parcel.c.id == child).values(**more))
    _change_parcel(connection, deliveries, out_of=parcel_id, into=child)
    return child


def _change_parcel(connection: Connection, deliveries: list[int], *, out_of: int, into: int) -> None:
    connection.execute(update(delivery).where(delivery.c.id.in_(deliveries)).values(parcel_id=into))
    left = {"n_readers": parcel.c.n_readers - len(deliveries)}
    connection.execute(update(parcel).where(parcel.c.id == out_of).values(**left))


def root_refusals(connection: Connection, parcel_id: int, reason: str | None) -> int:
    """Count one more refused call of the parcel that this one is a part of, or is. Returns how many there were.

    `reason` is the text of a refusal that named nobody; None for one that named readers.
    """
    one: Any = connection.execute(
        update(parcel)
        .where(parcel.c.id == parcel_id)
        .values(last_reason=reason)
        .returning(func.coalesce(parcel.c.root_id, parcel.c.id))
    ).scalar_one()
    return int(
        connection.execute(
            update(parcel)
            .where(parcel.c.id == one)
            .values(refused_calls=parcel.c.refused_calls + 1)
            .returning(parcel.c.refused_calls)
        ).scalar_one()
    )


def forget_refusals(connection: Connection, mailings: Sequence[int]) -> None:
    """Start the count of refused calls again: a person has looked and resumes."""
    connection.execute(
        update(parcel)
        .where(parcel.c.mailing_id.in_(mailings), (parcel.c.refused_calls > 0) | parcel.c.last_reason.is_not(None))
        .values(refused_calls=0, last_reason=None)
    )


def halves_fail_alike(connection: Connection, parcel_id: int, reason: str) -> bool:
    """Whether both halves of a whole parcel were refused with the same words: the mail is the cause, not a reader.

    Only for the first split: further down, two bad readers may well be in different halves.
    """
    me = connection.execute(select(parcel.c.parent_id, parcel.c.root_id).where(parcel.c.id == parcel_id)).one()
    if me.parent_id is None or me.parent_id != me.root_id:
        return False
    sibling = select(func.count()).where(
        parcel.c.parent_id == me.parent_id, parcel.c.id != parcel_id, parcel.c.last_reason == reason
    )
    return bool(connection.scalar(sibling))
