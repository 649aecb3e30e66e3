"""What the ledger keeps of a person who is forgotten: deliveries under their number, and no address."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from newsletter.db.erase_text import erase_everywhere, erase_in
from newsletter.ledger.account.issues_held_sql import forget_held
from newsletter.ledger.account.late_sql import note_late
from newsletter.ledger.carried_sql import families
from newsletter.ledger.tables import attempt, delivery, holds, mailing, not_held, parcel
from newsletter.readers.forgotten import Forgotten


def forget(connection: Connection, gone: Forgotten) -> int:
    erase_everywhere(connection, (mailing.c.pause_reason, mailing.c.segment), gone.names)
    if gone.person is None:
        return 0
    deliveries = deliveries_of(connection, gone.person)
    queued_in = select(delivery.c.parcel_id).where(delivery.c.id.in_(deliveries))
    # A refusal may name them in the batch of any of their tries: that of now, or one that it is a part of.
    batches = families(connection, queued_in)
    erase_in(connection, delivery.c.reason, delivery.c.id.in_(deliveries), gone.names)
    erase_in(connection, attempt.c.reason, attempt.c.parcel_id.in_(batches), gone.names)
    erase_in(connection, parcel.c.last_reason, parcel.c.id.in_(batches), gone.names)
    note_late(connection, [gone.person])
    forget_held(connection, gone.person)
    return 0


def deliveries_of(connection: Connection, person: int) -> Sequence[int]:
    """A person's deliveries, by the two indexes that find them: issue by issue where they hold the issue."""
    issues = list(connection.scalars(select(mailing.c.issue).distinct()))
    theirs = select(delivery.c.id).where(delivery.c.subscriber_id == person)
    held = connection.scalars(theirs.where(delivery.c.issue.in_(issues), holds)).all()
    return [*held, *connection.scalars(theirs.where(not_held))]
