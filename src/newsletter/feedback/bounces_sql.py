"""Readers whose mail keeps bouncing softly: their subscriptions end, and come back when that was wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, and_, cast, exists, func, null, select, update

from newsletter.consent.join_sql import end
from newsletter.db.rows import built_once, cell, incoming, is_named, packed, packed_names
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.feedback.tables import bounced_off, event
from newsletter.ledger.tables import delivery, holds, is_in, mailing
from newsletter.readers.tables import departure, subscriber, subscription
from newsletter.words.fate import SOFT_BOUNCE, bounces_for_good
from newsletter.words.ledger import Fate, HandOver
from newsletter.words.subscriber import SubscriptionStatus

# How many issues back bounces are looked for.
_RECENT_ISSUES = 26


def follow_streaks(connection: Connection, touched: Sequence[int], *, bounced: Sequence[int]) -> None:
    """End the subscriptions of those whose recent issues bounced in a row; undo it where later news says otherwise."""
    suspects = _last_mails(connection, bounced) if bounced else {}
    gone = set(connection.scalars(_whose_subscriptions_ended(connection), packed_names(touched))) if touched else set()
    if not suspects and not gone:
        return
    histories = _histories(connection, suspects.keys() | gone)
    for_good = {person for person, fates in histories.items() if bounces_for_good(fates)}
    if ending := for_good - gone:
        _end(connection, {person: suspects[person] for person in sorted(ending)})
    if back := gone - for_good:
        put_back(connection, sorted(back))


def _last_mails(connection: Connection, mails: Sequence[int]) -> dict[int, int]:
    """The readers of these mails, each with the last of them."""
    query = select(delivery.c.subscriber_id, delivery.c.id).where(is_named(connection, delivery.c.id))
    rows = connection.execute(query.order_by(delivery.c.id), packed_names(mails))
    return {row.subscriber_id: row.id for row in rows}


@built_once
def _whose_subscriptions_ended(connection: Connection) -> Select[Any]:
    """Readers of these mails whose mail had kept bouncing."""
    return (
        select(bounced_off.c.subscriber_id)
        .join(delivery, delivery.c.subscriber_id == bounced_off.c.subscriber_id)
        .where(is_named(connection, delivery.c.id), bounced_off.c.ended_at.is_not(None))
    )


def restore(connection: Connection, email_key: str) -> int:
    """Put a reader back on their lists, and forgive what bounced so far. Returns how many lists that were."""
    person = connection.scalar(select(subscriber.c.id).where(subscriber.c.email_key == email_key).with_for_update())
    if person is None:
        return 0
    restored = put_back(connection, [person])
    last = connection.scalar(
        select(func.max(delivery.c.id)).where(
            delivery.c.issue.in_(recent_issues(connection)),
            delivery.c.subscriber_id == person,
            ~delivery.c.is_practice,
            holds,
        )
    )
    connection.execute(
        update(bounced_off).where(bounced_off.c.subscriber_id == person).values(forgiven_delivery=last or 0)
    )
    return restored


def recent_issues(connection: Connection) -> Sequence[int]:
    """The latest issues, the newest first: a bounce of an older one says nothing about today."""
    return list(
        connection.scalars(
            select(mailing.c.issue)
            .distinct()
            .where(~mailing.c.is_practice)
            .order_by(mailing.c.issue.desc())
            .limit(_RECENT_ISSUES)
        )
    )


def _histories(connection: Connection, people: Iterable[int]) -> dict[int, list[Fate]]:
    """The fates of each reader's recent issues that are not forgiven, oldest first."""
    forgiven = (
        select(func.coalesce(func.max(bounced_off.c.forgiven_delivery), 0))
        .where(bounced_off.c.subscriber_id == delivery.c.subscriber_id)
        .correlate(delivery)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(delivery.c.subscriber_id, delivery.c.fate)
        .where(
            delivery.c.issue.in_(recent_issues(connection)),
            delivery.c.subscriber_id.in_(people),
            ~delivery.c.is_practice,
            holds,
            is_in(HandOver.ACCEPTED),
            delivery.c.id > forgiven,
        )
        .order_by(delivery.c.subscriber_id, delivery.c.issue)
    )
    found: dict[int, list[Fate]] = {}
    for person, fate in rows:
        found.setdefault(person, []).append(Fate(fate))
    return found


def _end(connection: Connection, people: Mapping[int, int]) -> None:
    """End each person's subscriptions for the mail that bounced, and note their status, so that it can be restored."""
    rows = incoming(connection)
    person, mail = (cast(cell(rows, number), BigInteger) for number in (0, 1))
    bounced_at = (
        select(func.max(event.c.happened_at))
        .where(event.c.delivery_id == delivery.c.id, event.c.weight == SOFT_BOUNCE)
        .correlate(delivery)
        .scalar_subquery()
    )
    on = subscription.c
    as_it_was = (
        select(on.subscriber_id, on.list_id, null(), on.status, on.since_at, delivery.c.issue, bounced_at)
        .select_from(rows)
        .join(subscription, and_(on.subscriber_id == person, on.status != SubscriptionStatus.ENDED))
        .join(delivery, delivery.c.id == mail)
    )
    names = ["subscriber_id", "list_id", "ended_at", "status_before", "since_before", "issue", "bounced_at"]
    noting = insert_into(connection, bounced_off).from_select(names, as_it_was)
    changed = {name: noting.excluded[name] for name in names[2:]}
    noting = noting.on_conflict_do_update(index_elements=names[:2], set_=changed)
    connection.execute(noting, packed([[one, about] for one, about in people.items()]))
    end(connection, sorted(people), list_id=None)
    ended_at = select(on.since_at).where(is_of_it()).scalar_subquery()
    just_noted = and_(bounced_off.c.status_before.is_not(None), bounced_off.c.ended_at.is_(None))
    connection.execute(
        update(bounced_off).where(bounced_off.c.subscriber_id.in_(people), just_noted).values(ended_at=ended_at)
    )


def put_back(connection: Connection, people: Sequence[int]) -> int:
    """Restore subscriptions that a run of bounces ended, unless the reader has left by themselves since."""
    ours = exists().where(is_of_it(), comes_back())
    before = [
        select(func.coalesce(column, otherwise)).where(is_of_it()).correlate(subscription).scalar_subquery()
        for column, otherwise in (
            (bounced_off.c.status_before, SubscriptionStatus.ACTIVE.value),
            (bounced_off.c.since_before, database_now()),
        )
    ]
    restored = connection.execute(
        update(subscription)
        .where(subscription.c.subscriber_id.in_(people), subscription.c.status == SubscriptionStatus.ENDED, ours)
        .values(status=before[0], since_at=before[1])
    ).rowcount
    is_over = {"ended_at": None, "status_before": None, "since_before": None}
    connection.execute(update(bounced_off).where(bounced_off.c.subscriber_id.in_(people)).values(is_over))
    return restored


def comes_back() -> ColumnElement[bool]:
    """For a subscription and the note about it: it ended by that run of bounces, and nobody left since."""
    left_since = exists().where(
        departure.c.subscriber_id == bounced_off.c.subscriber_id,
        departure.c.list_id == bounced_off.c.list_id,
        departure.c.left_at >= bounced_off.c.ended_at,
        departure.c.undone_at.is_(None),
    )
    return and_(
        subscription.c.status == SubscriptionStatus.ENDED,
        bounced_off.c.ended_at == subscription.c.since_at,
        ~left_since.correlate(bounced_off),
    )


def is_of_it() -> ColumnElement[bool]:
    """The note about a subscription."""
    on = subscription.c
    return and_(bounced_off.c.subscriber_id == on.subscriber_id, bounced_off.c.list_id == on.list_id)
