"""Forget a person: everything that names them goes, deliveries keep their number, and a keyed hash stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine, exists, select, update

from newsletter.consent.tables import consent_request
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.ledger.account.issues_held_sql import Issues, issues_held, together
from newsletter.readers.forgotten import Forgotten
from newsletter.readers.former_addresses_sql import former_of
from newsletter.readers.tables import erasure, subscriber
from newsletter.words.erasure import EraseKey, RequestOf
from newsletter.words.subscriber import address_key

# Called in the transaction that erases. Returns how many rows were kept under one of the addresses.
Forget = Callable[[Connection, Forgotten], int]
# How long a writer may have to wait for us.
_PATIENCE_MS = 500


def erase_person(
    connection: Connection, email: str, erase_key: EraseKey, request_of: RequestOf, forgets: Sequence[Forget]
) -> bool:
    """In the caller's transaction, which first updates the person's own row. False where nothing was known.

    `forgets` are those of every room, in their order. The person's earlier addresses go as well, with all that names
    them, and each leaves a hash of its own.
    """
    key = address_key(email)
    person = connection.scalar(
        update(subscriber)
        .where(subscriber.c.email_key == key)
        .values(updated_at=database_now())
        .returning(subscriber.c.id)
    )
    keys, asked = [key], list[str]()
    issues: Issues = {}
    if person is not None:
        keys += [former for former, _ in former_of(connection, person)]
        asked, issues = _asked_for(connection, person), issues_held(connection, person)
    gone = Forgotten(person=person, keys=keys, asked=asked)
    n_known = sum(forget(connection, gone) for forget in forgets)
    if person is None and not n_known:
        return False
    for one in keys:
        _leave_mark(connection, erase_key.mark(one), request_of, issues)
    return True


def _asked_for(connection: Connection, person: int) -> list[str]:
    """Addresses at which a person asked to be mailed, or was asked, and that are nobody else's."""
    others = exists().where(subscriber.c.email_key == consent_request.c.email_key, subscriber.c.id != person)
    query = select(consent_request.c.email_key).distinct().where(consent_request.c.subscriber_id == person, ~others)
    return list(connection.scalars(query))


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
    """Empty SQLite's write-ahead log, which still has the old pages.

    Left to the next time where somebody is reading.
    """
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
