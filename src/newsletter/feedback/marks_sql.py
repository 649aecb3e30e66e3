"""Which attempt and which delivery of ours an event is about, by the marks that travelled with the mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, Connection, cast, select

from newsletter.db.rows import cell, incoming, packed
from newsletter.db.types import AnyRow
from newsletter.ledger.carried_sql import carried_by
from newsletter.ledger.tables import attempt, delivery, mailing, parcel
from newsletter.readers.tables import subscriber
from newsletter.words.event import Event
from newsletter.words.subscriber import address_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """`delivery_id` is None where the attempt is ours but carried no such delivery. `outcome` is the attempt's own."""

    attempt_id: int
    delivery_id: int | None
    issue: int
    outcome: str | None


def resolve(connection: Connection, provider: str, events: Sequence[Event]) -> dict[str, Resolved]:
    """What each event is about, by its id; those that are about nothing of ours are missing."""
    marked = [one for one in events if one.attempt]
    bare = [one for one in events if not one.attempt and one.reference and one.email]
    return _by_marks(connection, provider, marked) | (_by_reference(connection, provider, bare) if bare else {})


def _by_marks(connection: Connection, provider: str, events: Sequence[Event]) -> dict[str, Resolved]:
    attempts = _attempts(connection, provider, attempt.c.token, {one.attempt for one in events})
    wanted: dict[int, set[int]] = {}
    for one in events:
        if one.attempt in attempts and one.delivery is not None:
            wanted.setdefault(attempts[one.attempt].id, set()).add(one.delivery)
    known = _known(connection, wanted) if wanted else set()
    return {
        one.id: Resolved(
            attempt_id=of.id,
            delivery_id=one.delivery if (of.id, one.delivery) in known else None,
            issue=of.issue,
            outcome=of.outcome,
        )
        for one in events
        if one.attempt and (of := attempts.get(one.attempt))
    }


def _known(connection: Connection, wanted: Mapping[int, set[int]]) -> set[tuple[int, int]]:
    """Of these deliveries by attempt, (attempt, delivery) of those that it carried."""
    rows = incoming(connection)
    named = attempt.c.id.in_(select(cast(cell(rows, 0), BigInteger)))
    query = select(attempt.c.id, attempt.c.carried).where(named)
    # List by list: all of them at once would be a million ids for a thousand events.
    return {
        (attempt_id, one)
        for attempt_id, carried in connection.execute(query, packed([[one] for one in wanted]))
        for one in wanted[attempt_id].intersection(carried)
    }


def _by_reference(connection: Connection, provider: str, events: Sequence[Event]) -> dict[str, Resolved]:
    """By the provider's name for the call and the reader's address: bounces that come late lose our marks."""
    attempts = _attempts(connection, provider, attempt.c.reference, {one.reference for one in events})
    found: dict[str, Resolved] = {}
    for one in events:
        of = attempts.get(one.reference or "")
        if of is None:
            continue
        theirs = connection.scalar(
            select(delivery.c.id)
            .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
            .where(delivery.c.id.in_(carried_by(of.id)), subscriber.c.email_key == address_key(one.email))
        )
        found[one.id] = Resolved(attempt_id=of.id, delivery_id=theirs, issue=of.issue, outcome=of.outcome)
    return found


def _attempts(
    connection: Connection,
    provider: str,
    column: ColumnElement[str] | ColumnElement[str | None],
    names: Iterable[str | None],
) -> dict[str, AnyRow]:
    rows = incoming(connection)
    query = (
        select(column.label("name"), attempt.c.id, attempt.c.outcome, mailing.c.issue)
        .join(parcel, parcel.c.id == attempt.c.parcel_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(column.in_(select(cell(rows, 0))), attempt.c.provider == provider)
    )
    return {row.name: row for row in connection.execute(query, packed([[name] for name in set(names)]))}
