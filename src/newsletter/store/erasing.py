"""Forget a person: everything that names them goes, deliveries keep their number, and a keyed hash stays."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Engine, delete, exists, func, select, update

from newsletter.store.consent_tables import (
    consent_request,
    consent_request_list,
    departure,
    erasure,
    former_address,
    rest,
)
from newsletter.store.event_tables import bounced_off, event, pardon
from newsletter.store.former_addresses import former_of
from newsletter.store.import_tables import import_change, import_suppression, import_tag
from newsletter.store.issues_held import Issues, forget_held, issues_held, together
from newsletter.store.late import note_late
from newsletter.store.provider_words import take_out
from newsletter.store.segment_tables import engagement, tag
from newsletter.store.tables import subscriber, subscription, suppression
from newsletter.store.types import database_now
from newsletter.store.upserting import insert_into
from newsletter.words.erasing import EraseKey, RequestOf
from newsletter.words.subscriber import address_key

# For as long a writer may have to wait for us.
_PATIENCE_MS = 500
_THEIRS = (subscription, rest, departure, engagement, tag, bounced_off, former_address)
_NOTES = (import_change, import_tag, import_suppression)


def erase_person(connection: Connection, email: str, erase_key: EraseKey, request_of: RequestOf) -> bool:
    """In the caller's transaction, which first updates the person's own row. False where nothing was known.

    The addresses that they had before go as well, with all that names those, and each leaves a hash of its own.
    """
    key = address_key(email)
    person = connection.scalar(
        update(subscriber)
        .where(subscriber.c.email_key == key)
        .values(updated_at=database_now())
        .returning(subscriber.c.id)
    )
    keys, asked, known = [key], list[str](), person is not None
    issues: Issues = {}
    if person is not None:
        keys += [former for former, _ in former_of(connection, person)]
        asked, issues = _asked_for(connection, person), issues_held(connection, person)
        take_out(connection, person, [*keys, *asked])
        _forget_person(connection, person)
    known |= _forget_addresses(connection, keys)
    _forget_events(connection, [*keys, *asked])
    if known:
        for one in keys:
            _leave_mark(connection, erase_key.mark(one), request_of, issues)
    return known


def _asked_for(connection: Connection, person: int) -> list[str]:
    """Addresses at which a person asked to be mailed, or was asked, and that are nobody else's."""
    others = exists().where(subscriber.c.email_key == consent_request.c.email_key, subscriber.c.id != person)
    query = select(consent_request.c.email_key).distinct().where(consent_request.c.subscriber_id == person, ~others)
    return list(connection.scalars(query))


def _forget_person(connection: Connection, person: int) -> None:
    note_late(connection, [person])
    _forget_requests(connection, consent_request.c.subscriber_id == person)
    connection.execute(delete(import_change).where(import_change.c.subscriber_id == person))
    forget_held(connection, person)
    for table in _THEIRS:
        connection.execute(delete(table).where(table.c.subscriber_id == person))
    connection.execute(delete(subscriber).where(subscriber.c.id == person))


def _forget_requests(connection: Connection, theirs: ColumnElement[bool]) -> int:
    requests = select(consent_request.c.id).where(theirs)
    connection.execute(delete(consent_request_list).where(consent_request_list.c.request_id.in_(requests)))
    return connection.execute(delete(consent_request).where(theirs)).rowcount


def _forget_addresses(connection: Connection, keys: Sequence[str]) -> bool:
    """What is kept about addresses, whoever they belong to. Whether anything was, but for what a provider told."""
    n_known = _forget_requests(connection, consent_request.c.email_key.in_(keys))
    # What imports noted so that they can be taken back: names and all.
    for table in (*_NOTES, suppression, pardon, former_address):
        n_known += connection.execute(delete(table).where(table.c.email_key.in_(keys))).rowcount
    return n_known > 0


def _forget_events(connection: Connection, keys: Sequence[str]) -> None:
    """What a provider told about an address that was no delivery of ours still names it; the fact itself may stay."""
    nameless = {"email": None, "raw": None, "reason": None, "url": None}
    connection.execute(update(event).where(func.lower(event.c.email).in_(keys)).values(nameless))


def _leave_mark(connection: Connection, mark: str, request_of: RequestOf, issues: Issues) -> None:
    before = connection.scalar(select(erasure.c.issues).where(erasure.c.hash == mark)) or {}
    values = {
        "erased_at": database_now(),
        "request_of": request_of,
        "returned_at": None,
        "issues": together(before, issues),
    }
    statement = insert_into(connection, erasure).values(hash=mark, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["hash"], set_=values))


def empty_log(engine: Engine) -> None:
    """SQLite's write-ahead log still has the pages as they were. Left to the next time where somebody is reading."""
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        (patience,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA busy_timeout = {patience}")
        cursor.close()
    finally:
        connection.close()
