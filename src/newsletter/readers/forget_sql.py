"""A person who is forgotten, themselves: subscriptions, breaks, former addresses, and their entry of the do-not-mail list."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from newsletter.readers.forgotten import Forgotten
from newsletter.readers.tables import departure, former_address, rest, subscriber, subscription, suppression


def forget(connection: Connection, gone: Forgotten) -> int:
    """After every other room: their own row goes last."""
    if gone.person is not None:
        for table in (subscription, rest, departure, former_address):
            connection.execute(delete(table).where(table.c.subscriber_id == gone.person))
        connection.execute(delete(subscriber).where(subscriber.c.id == gone.person))
    return sum(
        connection.execute(delete(table).where(table.c.email_key.in_(gone.keys))).rowcount
        for table in (suppression, former_address)
    )
