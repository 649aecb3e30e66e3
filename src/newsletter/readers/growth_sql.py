"""Counts how the readers of a list grew, week by week, in one pass over its subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, Integer, Select, and_, case, cast, func, literal, or_, select

from newsletter.db.engine import reading
from newsletter.db.types import UtcDateTime
from newsletter.readers.lists_sql import list_numbers
from newsletter.readers.mailable_sql import listed, on
from newsletter.readers.status_counts_sql import set_aside
from newsletter.readers.tables import mailing_list, subscriber, subscription, suppression
from newsletter.words.subscriber import SubscriptionStatus

_WEEK = timedelta(weeks=1)


class Growth:
    """How lists grew."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def by_week(self, list_name: str, *, now: datetime, weeks: int) -> Sequence[int]:
        """How many were active on a list at the end of each of the last weeks, the oldest first; the last one is now.

        A reader counts from when they were first known to when they left; one who went away for a while and came back
        counts from their return. Empty where there is no such list.
        """
        ends = [now - _WEEK * back for back in range(weeks, -1, -1)]
        is_active = subscription.c.status == SubscriptionStatus.ACTIVE
        # Readers who left within these weeks were there before: from when, their own row says.
        left = and_(subscription.c.status == SubscriptionStatus.ENDED, subscription.c.since_at > ends[0])
        came = case((is_active, subscription.c.since_at), else_=subscriber.c.created_at)
        went = case((is_active, literal(None)), else_=subscription.c.since_at)
        came_in, went_in = _span_of(came, ends), _span_of(went, ends)
        query = (
            select(came_in, went_in, func.count())
            .select_from(subscription)
            .join(mailing_list, mailing_list.c.id == subscription.c.list_id)
            .outerjoin(subscriber, and_(~is_active, subscriber.c.id == subscription.c.subscriber_id))
            .where(mailing_list.c.name == list_name, or_(is_active, left))
            .group_by(came_in, went_in)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
            kept_out = connection.execute(_kept_out(list_numbers(connection, [list_name]), ends)).all() if rows else []
        there = [sum(n for came, went, n in rows if came <= at < went) for at in range(len(ends))] if rows else []
        return [n - sum(m for since, m in kept_out if since <= at) for at, n in enumerate(there)]


def _kept_out(lists: Sequence[int], ends: Sequence[datetime]) -> Select[Any]:
    """How many of the active may not be mailed, by the span from which on they were there and that was so.

    When a break began is not kept: readers who take one now are left out of all the weeks.
    """
    barred_at = case((suppression.c.since_at > subscription.c.since_at, suppression.c.since_at))
    since = func.coalesce(barred_at, subscription.c.since_at)
    few = (
        select(_span_of(since, ends).label("since"))
        .select_from(listed())
        .where(*on(lists), subscription.c.subscriber_id.in_(set_aside()))
        .subquery()
    )
    return select(few.c.since, func.count()).group_by(few.c.since)


def _span_of(column: ColumnElement[Any], ends: Sequence[datetime]) -> ColumnElement[int]:
    """The first of these times that is not before the column's; their number for later and for never."""
    # The newest first: most readers of a list came long ago, and one comparison says so.
    oldest = (column <= literal(ends[0], UtcDateTime()), 0)
    others = [(column <= literal(end, UtcDateTime()), number) for number, end in enumerate(ends[1:], 1)]
    return cast(case(oldest, *others, else_=len(ends)), Integer)
