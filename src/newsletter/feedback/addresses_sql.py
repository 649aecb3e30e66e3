"""The address that an event is about, where it names a delivery alone: a mail that came back can be forged but for its mark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import BigInteger, Connection, cast, exists, or_, select

from newsletter.db.rows import cell, incoming, packed
from newsletter.feedback.marks_sql import Resolved
from newsletter.ledger.tables import attempt, delivery
from newsletter.readers.tables import former_address, subscriber
from newsletter.words.event import Event
from newsletter.words.subscriber import SuppressionReason, address_key


def with_addresses(
    connection: Connection, events: Mapping[str, Event], about: Mapping[str, Resolved]
) -> dict[str, Event]:
    """The events, with the reader's address in those that keep it from being mailed and name only a delivery.

    A bounce says nothing of an address that its reader has moved to since, and is soft where only the place is gone
    that the reader's mail is forwarded to. A complaint is the person's own.
    """
    bare = {
        one.id: (of.attempt_id, of.delivery_id, one.suppresses is SuppressionReason.COMPLAINT)
        for one in events.values()
        if one.suppresses and not one.email and (of := about.get(one.id)) and of.delivery_id is not None
    }
    if not bare:
        return dict(events)
    rows = incoming(connection)
    moved = exists().where(
        former_address.c.subscriber_id == subscriber.c.id, former_address.c.moved_at > attempt.c.started_at
    )
    query = (
        select(cell(rows, 0).label("id"), subscriber.c.email)
        .select_from(rows)
        .join(attempt, attempt.c.id == cast(cell(rows, 1), BigInteger))
        .join(delivery, delivery.c.id == cast(cell(rows, 2), BigInteger))
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(or_(cell(rows, 3) == "complaint", ~moved))
    )
    told = [[name, of, mail, "complaint" if is_own else "bounce"] for name, (of, mail, is_own) in bare.items()]
    found = {row.id: row.email for row in connection.execute(query, packed(told))}
    return {name: _of(one, found[name]) if name in found else one for name, one in events.items()}


def _of(event: Event, email: str) -> Event:
    """The event as one about this reader."""
    if event.bounced_at and address_key(email) not in map(address_key, event.bounced_at):
        return replace(event, is_soft=True, suppresses=None, reason=f"forwarded, {event.reason}")
    return replace(event, email=email)
