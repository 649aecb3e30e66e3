"""Which attempt and which delivery of ours an event is about, by the marks that travelled with the mail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select

from newsletter.db.rows import built_once, is_named, packed_names
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
    attempts = _attempts(connection, _by_token(connection), provider, {one.attempt for one in events})
    told = {
        (attempts[one.attempt].id, one.delivery)
        for one in events
        if one.attempt in attempts and one.delivery is not None
    }
    known = _known(connection, told) if told else set()
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


def _known(connection: Connection, told: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of these pairs, an attempt and a delivery, where the attempt carried the delivery."""
    names = packed_names({delivery_id for _, delivery_id in told})
    accepted = {(row.accepted_by, row.id) for row in connection.execute(_by_whom(connection), names)}
    # Nearly all of them. A list of whom an attempt carried has a thousand ids, of which one is asked for.
    known = told & accepted
    return known | _carried(connection, told - known)


def _carried(connection: Connection, told: set[tuple[int, int]]) -> set[tuple[int, int]]:
    if not told:
        return set()
    wanted: dict[int, set[int]] = {}
    for attempt_id, delivery_id in told:
        wanted.setdefault(attempt_id, set()).add(delivery_id)
    # List by list: all of them at once would be a million ids for a thousand events.
    return {
        (attempt_id, one)
        for attempt_id, carried in connection.execute(_whom(connection), packed_names(wanted))
        for one in wanted[attempt_id].intersection(carried)
    }


@built_once
def _by_whom(connection: Connection) -> Select[Any]:
    """Deliveries, with the attempt whose copy was accepted."""
    return select(delivery.c.id, delivery.c.accepted_by).where(is_named(connection, delivery.c.id))


@built_once
def _whom(connection: Connection) -> Select[Any]:
    return select(attempt.c.id, attempt.c.carried).where(is_named(connection, attempt.c.id))


def _by_reference(connection: Connection, provider: str, events: Sequence[Event]) -> dict[str, Resolved]:
    """By the provider's name for the call and the reader's address: bounces that come late lose our marks."""
    attempts = _attempts(connection, _by_name(connection), provider, {one.reference for one in events})
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
    connection: Connection, query: Select[Any], provider: str, names: Iterable[str | None]
) -> dict[str, AnyRow]:
    rows = connection.execute(query, packed_names(set(names)) | {"provider": provider})
    return {row.name: row for row in rows}


@built_once
def _by_token(connection: Connection) -> Select[Any]:
    return _named(connection, attempt.c.token)


@built_once
def _by_name(connection: Connection) -> Select[Any]:
    return _named(connection, attempt.c.reference)


def _named(connection: Connection, column: ColumnElement[Any]) -> Select[Any]:
    """Attempts of `provider` that have one of these names in this column."""
    return (
        select(column.label("name"), attempt.c.id, attempt.c.outcome, mailing.c.issue)
        .join(parcel, parcel.c.id == attempt.c.parcel_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(is_named(connection, column), attempt.c.provider == bindparam("provider"))
    )
