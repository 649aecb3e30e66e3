"""Readers whose mail keeps bouncing softly: their subscriptions end, and come back when that was wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, exists, func, select, tuple_, update

from newsletter.store.consent_tables import departure
from newsletter.store.event_tables import bounced_off
from newsletter.store.joining import end
from newsletter.store.tables import delivery, holds, mailing, subscriber, subscription
from newsletter.store.types import database_now
from newsletter.store.upserting import insert_into
from newsletter.words.fate import bounces_for_good
from newsletter.words.ledger import Fate, HandOver
from newsletter.words.subscriber import SubscriptionStatus

# How far back a run of bounces is looked for.
_RECENT_ISSUES = 26


def follow_streaks(connection: Connection, touched: Sequence[int], *, bounced: Sequence[int]) -> None:
    """End the subscriptions of those whose recent issues bounced in a row; undo it where later news says otherwise."""
    suspects = set(connection.scalars(select(delivery.c.subscriber_id).where(delivery.c.id.in_(bounced))))
    gone = set(
        connection.scalars(
            select(bounced_off.c.subscriber_id)
            .join(delivery, delivery.c.subscriber_id == bounced_off.c.subscriber_id)
            .where(delivery.c.id.in_(touched), bounced_off.c.ended_at.is_not(None))
        )
    )
    if not suspects and not gone:
        return
    histories = _histories(connection, suspects | gone)
    for_good = {person for person, fates in histories.items() if bounces_for_good(fates)}
    if ending := for_good - gone:
        _end(connection, sorted(ending))
    if back := gone - for_good:
        _put_back(connection, sorted(back))


def restore(connection: Connection, email_key: str) -> int:
    """A person puts the reader back, and what bounced so far is forgiven. Returns how many lists that were."""
    person = connection.scalar(select(subscriber.c.id).where(subscriber.c.email_key == email_key).with_for_update())
    if person is None:
        return 0
    restored = _put_back(connection, [person])
    last = connection.scalar(
        select(func.max(delivery.c.id)).where(
            delivery.c.issue.in_(_recent_issues(connection)),
            delivery.c.subscriber_id == person,
            ~delivery.c.is_practice,
            holds,
        )
    )
    connection.execute(
        update(bounced_off).where(bounced_off.c.subscriber_id == person).values(forgiven_delivery=last or 0)
    )
    return restored


def _recent_issues(connection: Connection) -> Sequence[int]:
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
    """The fates of each reader's recent issues, oldest first, as far as they are not forgiven."""
    forgiven = (
        select(func.coalesce(func.max(bounced_off.c.forgiven_delivery), 0))
        .where(bounced_off.c.subscriber_id == delivery.c.subscriber_id)
        .correlate(delivery)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(delivery.c.subscriber_id, delivery.c.fate)
        .where(
            delivery.c.issue.in_(_recent_issues(connection)),
            delivery.c.subscriber_id.in_(people),
            ~delivery.c.is_practice,
            holds,
            delivery.c.handover == HandOver.ACCEPTED,
            delivery.c.id > forgiven,
        )
        .order_by(delivery.c.subscriber_id, delivery.c.issue)
    )
    found: dict[int, list[Fate]] = {}
    for person, fate in rows:
        found.setdefault(person, []).append(Fate(fate))
    return found


def _end(connection: Connection, people: Sequence[int]) -> None:
    """End what is not ended yet, and note which lists those were and when, so that exactly they can be put back."""
    open_before = connection.execute(
        select(subscription.c.subscriber_id, subscription.c.list_id).where(
            subscription.c.subscriber_id.in_(people), subscription.c.status != SubscriptionStatus.ENDED
        )
    ).all()
    end(connection, people, list_id=None)
    if not open_before:
        return
    ended = select(subscription.c.subscriber_id, subscription.c.list_id, subscription.c.since_at).where(
        tuple_(subscription.c.subscriber_id, subscription.c.list_id).in_([tuple(row) for row in open_before])
    )
    statement = insert_into(connection, bounced_off).from_select(["subscriber_id", "list_id", "ended_at"], ended)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["subscriber_id", "list_id"], set_={"ended_at": statement.excluded.ended_at}
        )
    )


def _put_back(connection: Connection, people: Sequence[int]) -> int:
    """Make active again what a run of bounces ended, unless the reader has left by themselves since."""
    since_then = exists().where(
        departure.c.subscriber_id == bounced_off.c.subscriber_id,
        departure.c.list_id == bounced_off.c.list_id,
        departure.c.left_at >= bounced_off.c.ended_at,
        departure.c.undone_at.is_(None),
    )
    ours = exists().where(
        bounced_off.c.subscriber_id == subscription.c.subscriber_id,
        bounced_off.c.list_id == subscription.c.list_id,
        bounced_off.c.ended_at == subscription.c.since_at,
        ~since_then,
    )
    restored = connection.execute(
        update(subscription)
        .where(subscription.c.subscriber_id.in_(people), subscription.c.status == SubscriptionStatus.ENDED, ours)
        .values(status=SubscriptionStatus.ACTIVE.value, since_at=database_now())
    ).rowcount
    connection.execute(update(bounced_off).where(bounced_off.c.subscriber_id.in_(people)).values(ended_at=None))
    return restored
