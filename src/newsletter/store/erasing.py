"""Forget a person: everything that names them goes, deliveries keep their number, and a keyed hash stays."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, or_, select, update

from newsletter.store.consent_tables import consent_request, consent_request_list, departure, erasure, rest
from newsletter.store.event_tables import event
from newsletter.store.import_tables import import_change, import_suppression, import_tag
from newsletter.store.late import note_late
from newsletter.store.segment_tables import engagement, tag
from newsletter.store.tables import subscriber, subscription, suppression
from newsletter.store.types import database_now
from newsletter.store.upserting import insert_into
from newsletter.words.erasing import RequestOf
from newsletter.words.subscriber import address_key


def erase_person(connection: Connection, email: str, mark: str, request_of: RequestOf) -> bool:
    """In the caller's transaction, which first updates the person's own row. False where nothing was known."""
    key = address_key(email)
    person = connection.scalar(
        update(subscriber)
        .where(subscriber.c.email_key == key)
        .values(updated_at=database_now())
        .returning(subscriber.c.id)
    )
    known = person is not None
    theirs = consent_request.c.email_key == key
    if person is not None:
        theirs = or_(theirs, consent_request.c.subscriber_id == person)
        note_late(connection, [person])
        connection.execute(delete(subscription).where(subscription.c.subscriber_id == person))
        connection.execute(delete(rest).where(rest.c.subscriber_id == person))
        connection.execute(delete(departure).where(departure.c.subscriber_id == person))
        connection.execute(delete(engagement).where(engagement.c.subscriber_id == person))
        connection.execute(delete(tag).where(tag.c.subscriber_id == person))
        connection.execute(delete(subscriber).where(subscriber.c.id == person))
    requests = select(consent_request.c.id).where(theirs)
    connection.execute(delete(consent_request_list).where(consent_request_list.c.request_id.in_(requests)))
    known |= bool(connection.execute(delete(consent_request).where(theirs)).rowcount)
    # What imports noted so that they can be taken back: names and all.
    for noted in (import_change, import_tag, import_suppression):
        known |= bool(connection.execute(delete(noted).where(noted.c.email_key == key)).rowcount)
    # What a provider told about an address that was no delivery of ours still names it; the fact itself may stay.
    connection.execute(update(event).where(func.lower(event.c.email) == key).values(email=None, raw=None))
    known |= bool(connection.execute(delete(suppression).where(suppression.c.email_key == key)).rowcount)
    if known:
        values = {"erased_at": database_now(), "request_of": request_of, "returned_at": None}
        statement = insert_into(connection, erasure).values(hash=mark, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["hash"], set_=values))
    return known
