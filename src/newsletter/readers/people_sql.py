"""People with their subscriptions, as rows of the database become them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, Select, select

from newsletter.db.engine import reading
from newsletter.readers.breaks_sql import rests_now
from newsletter.readers.tables import mailing_list, rest, subscriber, subscription, suppression
from newsletter.readers.tags_sql import tags_by_number
from newsletter.words.subscriber import (
    Subscriber,
    Subscription,
    SubscriptionStatus,
    SuppressionReason,
)


def people_by_number(engine: Engine, numbers: Sequence[int]) -> Sequence[Subscriber]:
    """These people, with every subscription and tag, by number."""
    return people_where(engine, subscriber.c.id.in_(numbers))


def people_where(engine: Engine, which: ColumnElement[bool]) -> Sequence[Subscriber]:
    """The people of whom this holds, with every subscription and tag, by number."""
    query = people().where(which).order_by(subscriber.c.id, mailing_list.c.name)
    with reading(engine) as connection:
        rows = connection.execute(query).all()
        tags = tags_by_number(connection, list({row.id for row in rows}))
    return [
        person(
            group[0], [subscription_of(row) for row in group if row.list_name is not None], tags.get(group[0].id, ())
        )
        for group in (list(theirs) for _, theirs in groupby(rows, key=lambda row: row.id))
    ]


def people() -> Select[Any]:
    """A row for each subscription of a person, or one with none."""
    return (
        select(
            subscriber.c.id,
            subscriber.c.email,
            subscriber.c.first_name,
            subscriber.c.last_name,
            subscriber.c.fields,
            mailing_list.c.name.label("list_name"),
            subscription.c.status,
            subscription.c.since_at,
            subscription.c.consent,
            suppression.c.reason,
            rest.c.until_at,
        )
        .select_from(subscriber)
        .outerjoin(subscription, subscription.c.subscriber_id == subscriber.c.id)
        .outerjoin(mailing_list, mailing_list.c.id == subscription.c.list_id)
        .outerjoin(suppression, suppression.c.email_key == subscriber.c.email_key)
        .outerjoin(rest, rests_now())
    )


def person(row: Row[Any], subscriptions: Sequence[Subscription], tags: Sequence[str]) -> Subscriber:
    return Subscriber(
        id=row.id,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        fields=row.fields,
        subscriptions=tuple(subscriptions),
        tags=tuple(tags),
        suppressed=SuppressionReason(row.reason) if row.reason else None,
        rests_until=row.until_at,
    )


def subscription_of(row: Row[Any]) -> Subscription:
    status = SubscriptionStatus(row.status)
    return Subscription(list_name=row.list_name, status=status, since_at=row.since_at, consent=row.consent)
