"""Readers leave lists by themselves: durably, with how and why, and may take it back at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Engine, Select, insert, select, update

from newsletter.consent.join_sql import end
from newsletter.db.engine import reading, writing
from newsletter.db.frozen import patiently
from newsletter.db.rows import named_rows
from newsletter.db.types import database_now
from newsletter.readers.tables import departure, mailing_list, subscriber, subscription, suppression
from newsletter.words.consent import Left
from newsletter.words.subscriber import SubscriptionStatus

_DAY = 86_400


class Departures:
    """Each time that a reader left a list."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @patiently
    def leave(self, subscriber: int, lists: Sequence[int], *, issue: int, how: Left) -> int:
        """End subscriptions of one person, durably, and note how. Returns how many ended now."""
        with writing(self._engine) as connection:
            ended = 0
            for list_id in sorted(set(lists)):
                if end(connection, [subscriber], list_id=list_id):
                    ended += 1
                elif ended_by_silence(connection, subscriber, list_id) is None:
                    continue
                # Also where their silence had ended it before: an undo of that must not undo what they say now.
                connection.execute(
                    insert(departure).values(
                        subscriber_id=subscriber, list_id=list_id, issue=issue, how=how, left_at=database_now()
                    )
                )
            return ended

    @patiently
    def say_why(self, subscriber: int, mailing_list: int, reason: str) -> None:
        """Keep the reason that a reader gave for having left."""
        last = _last_departure(subscriber, mailing_list).scalar_subquery()
        with writing(self._engine) as connection:
            connection.execute(
                update(departure).where(departure.c.id == last, departure.c.reason == "").values(reason=reason)
            )

    @patiently
    def undo_leaving(self, subscriber: int, mailing_list: int, *, within_days: int) -> bool:
        """Take the reader's own last leaving back, unless somebody else ended it too or time has passed."""
        with writing(self._engine) as connection:
            last = connection.scalar(
                _last_departure(subscriber, mailing_list).where(
                    departure.c.undone_at.is_(None), departure.c.left_at > database_now(-within_days * _DAY)
                )
            )
            if last is None or not _take_back(connection, subscriber, mailing_list):
                return False
            connection.execute(update(departure).where(departure.c.id == last).values(undone_at=database_now()))
            return True

    def departures_of(self, subscriber: int) -> Sequence[Mapping[str, object]]:
        """Each time that a person left: `list`, `issue`, `how`, `reason`, `left_at` and `undone_at`, oldest first."""
        query = (
            select(
                mailing_list.c.name.label("list"),
                departure.c.issue,
                departure.c.how,
                departure.c.reason,
                departure.c.left_at,
                departure.c.undone_at,
            )
            .join(mailing_list, mailing_list.c.id == departure.c.list_id)
            .where(departure.c.subscriber_id == subscriber)
            .order_by(departure.c.id)
        )
        with reading(self._engine) as connection:
            return named_rows(connection, query)


def ended_by_silence(connection: Connection, person: int, list_id: int) -> int | None:
    """The departure by which silence ended a subscription, where it is the last one and was not taken back."""
    last = _last_departure(person, list_id).scalar_subquery()
    query = select(departure.c.id).where(departure.c.id == last, departure.c.how == Left.SILENCE)
    return connection.scalar(query.where(departure.c.undone_at.is_(None)))


def _last_departure(person: int, list_id: int) -> Select[tuple[int]]:
    return (
        select(departure.c.id)
        .where(departure.c.subscriber_id == person, departure.c.list_id == list_id)
        .order_by(departure.c.id.desc())
        .limit(1)
    )


def _take_back(connection: Connection, person: int, list_id: int) -> bool:
    blocked = (
        select(suppression.c.email_key)
        .join(subscriber, subscriber.c.email_key == suppression.c.email_key)
        .where(subscriber.c.id == person)
    )
    if connection.scalar(blocked) is not None:
        return False
    connection.execute(update(subscriber).where(subscriber.c.id == person).values(updated_at=database_now()))
    raised = connection.execute(
        update(subscription)
        .where(
            subscription.c.subscriber_id == person,
            subscription.c.list_id == list_id,
            subscription.c.status == SubscriptionStatus.ENDED,
        )
        .values(status=SubscriptionStatus.ACTIVE, since_at=database_now())
    )
    return raised.rowcount == 1
