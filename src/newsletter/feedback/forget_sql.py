"""What providers reported about a person who is forgotten: the facts stay, without the name."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, update

from newsletter.db.erase_text import erase_everywhere, erase_in
from newsletter.feedback.tables import alarm, bounced_off, event
from newsletter.ledger.account.forget_sql import deliveries_of
from newsletter.readers.forgotten import Forgotten


def forget(connection: Connection, gone: Forgotten) -> int:
    erase_everywhere(connection, (alarm.c.message,), gone.names)
    if gone.person is not None:
        deliveries = deliveries_of(connection, gone.person)
        for column in (event.c.reason, event.c.url, event.c.raw):
            erase_in(connection, column, event.c.delivery_id.in_(deliveries), gone.names)
        connection.execute(delete(bounced_off).where(bounced_off.c.subscriber_id == gone.person))
    # An event that belongs to no delivery of ours still names the address; the fact itself may stay.
    nameless = {"email": None, "raw": None, "reason": None, "url": None}
    connection.execute(update(event).where(func.lower(event.c.email).in_(gone.names)).values(nameless))
    return 0
