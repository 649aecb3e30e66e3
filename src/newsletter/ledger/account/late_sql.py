"""Late departures: readers who leave while a call that carries them may still deliver the mail."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, and_, cast, exists, func, select

from newsletter.db.rows import cell, incoming, packed
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.ledger.tables import delivery, holds, is_in, late_departure, mailing, parcel
from newsletter.readers.tables import departure
from newsletter.words.ledger import HandOver, MailingStatus

_ON_ITS_WAY = (HandOver.SENDING, HandOver.UNCERTAIN)


def note_late(connection: Connection, people: Sequence[int], *, list_id: int | None = None) -> None:
    """Note them in the transaction in which people leave a list, or every list; after their own rows were updated.

    A claim locks those rows, so on PostgreSQL it has either committed by now, and its readers are seen here; or it
    waits, and then sees that they have left. Costs one look-up for each person and unfinished sending.
    """
    if not people:
        return
    rows = incoming(connection)
    theirs = (
        select(delivery.c.id, database_now())
        .join(parcel, parcel.c.id == delivery.c.parcel_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(
            delivery.c.issue.in_(_under_way(list_id)),
            delivery.c.subscriber_id.in_(select(cast(cell(rows, 0), BigInteger))),
            # Spelled as in the index that keeps an issue from going twice, so that the index is used.
            holds,
            is_in(*_ON_ITS_WAY),
        )
    )
    if list_id is not None:
        theirs = theirs.where(mailing.c.list_id == list_id)
    noted = insert_into(connection, late_departure).from_select(["delivery_id", "left_at"], theirs)
    connection.execute(noted.on_conflict_do_nothing(), packed([[person] for person in people]))


def count_late(connection: Connection, *ours: ColumnElement[bool]) -> int:
    """How many of these deliveries went, or may have gone, to readers who had left while they were on their way."""
    # By the noted ids, which are few: with a join SQLite would go through all deliveries.
    noted = delivery.c.id.in_(select(late_departure.c.delivery_id))
    counted = select(func.count()).select_from(delivery).where(noted, came_unasked(), *ours)
    return connection.scalar(counted) or 0


def came_unasked() -> ColumnElement[bool]:
    """For a delivery with a late departure: they have it or may have it, and did not leave by a link in this very mail."""
    by_this_mail = exists().where(
        departure.c.subscriber_id == delivery.c.subscriber_id, departure.c.issue == delivery.c.issue
    )
    return and_(is_in(HandOver.ACCEPTED, *_ON_ITS_WAY), ~by_this_mail)


def _under_way(list_id: int | None) -> Select[tuple[int]]:
    """Issues of which a call may be open or in doubt, also of a sending that was cancelled meanwhile."""
    issues = select(mailing.c.issue).where(mailing.c.status != MailingStatus.FINISHED)
    return issues if list_id is None else issues.where(mailing.c.list_id == list_id)
