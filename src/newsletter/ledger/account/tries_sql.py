"""A try as a provider's log has to be asked about it: when it was, and to which addresses it went."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, select

from newsletter.db.engine import reading
from newsletter.ledger.tables import attempt, carried, delivery
from newsletter.ports.provider import Tried
from newsletter.readers.tables import subscriber


def find_try(engine: Engine, token: str, deliveries: Sequence[int]) -> Tried | None:
    """The try of this name with those of the deliveries whose reader is still known; None where there is no such."""
    with reading(engine) as connection:
        of = connection.execute(
            select(attempt.c.id, attempt.c.started_at, attempt.c.deadline_at).where(attempt.c.token == token)
        ).first()
        if of is None:
            return None
        rows = connection.execute(
            select(delivery.c.id, subscriber.c.email)
            .join(carried, carried.c.delivery_id == delivery.c.id)
            .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
            .where(carried.c.attempt_id == of.id, delivery.c.id.in_(deliveries))
        )
        addresses = {delivery_id: email for delivery_id, email in rows}  # noqa: C416 - a Row is not a pair to dict()
    return Tried(started_at=of.started_at, deadline_at=of.deadline_at, addresses=addresses)
