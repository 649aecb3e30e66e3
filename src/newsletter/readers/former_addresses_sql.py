"""Addresses that readers gave up for another: no import brings them back, only a reader's own word does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from newsletter.db.rows import cell, incoming
from newsletter.db.types import database_now
from newsletter.readers.pages import FormerAddress
from newsletter.readers.tables import former_address, subscriber


def give_up(connection: Connection, person: int, email_key: str) -> None:
    """The person has another address from now on. In the transaction that gives it to them."""
    take_up(connection, email_key)
    connection.execute(
        insert(former_address).values(email_key=email_key, subscriber_id=person, moved_at=database_now())
    )


def take_up(connection: Connection, email_key: str) -> None:
    """Somebody has proved that they read this address and want mail there: it is no former one any more."""
    connection.execute(delete(former_address).where(former_address.c.email_key == email_key))


def is_former(connection: Connection, email_key: str) -> bool:
    query = select(former_address.c.email_key).where(former_address.c.email_key == email_key)
    return connection.scalar(query) is not None


def find_former(connection: Connection, keys: Mapping[str, str]) -> frozenset[str]:
    """Those of the packed keys that somebody gave up. Most newsletters have few, and many have none."""
    if connection.scalar(select(former_address.c.email_key).limit(1)) is None:
        return frozenset()
    theirs = former_address.c.email_key.in_(select(cell(incoming(connection), 0)))
    return frozenset(connection.scalars(select(former_address.c.email_key).where(theirs), dict(keys)))


def former_of(connection: Connection, person: int) -> Sequence[tuple[str, datetime]]:
    """The addresses that a person gave up, with the time, oldest first."""
    theirs = former_address.c.subscriber_id == person
    query = select(former_address.c.email_key, former_address.c.moved_at).where(theirs)
    return [(row.email_key, row.moved_at) for row in connection.execute(query.order_by(former_address.c.moved_at))]


def find_one(connection: Connection, email_key: str) -> FormerAddress | None:
    """What is known of an address that its reader has given up; None for every other."""
    row = connection.execute(
        select(former_address.c.moved_at, subscriber.c.email)
        .outerjoin(subscriber, subscriber.c.id == former_address.c.subscriber_id)
        .where(former_address.c.email_key == email_key)
    ).first()
    return FormerAddress(moved_at=row.moved_at, present=row.email) if row else None
