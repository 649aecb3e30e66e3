"""Readers and their lists: found, counted, and read in pages. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, func, literal, select

from newsletter.db.engine import is_sqlite, reading
from newsletter.readers.former_addresses_sql import find_one, former_of
from newsletter.readers.gone_sql import iterate_gone
from newsletter.readers.lists_sql import find_list, no_such_list
from newsletter.readers.pages import FormerAddress, ListPage
from newsletter.readers.people_sql import people, people_by_number, people_where, person, subscription_of
from newsletter.readers.rows import ListRow
from newsletter.readers.status_counts_sql import count_by_status
from newsletter.readers.tables import mailing_list, subscriber, subscription, suppression
from newsletter.readers.tags_sql import tags_by_number
from newsletter.words.subscriber import Subscriber, SubscriptionStatus, SuppressionReason, address_key

PAGE = 2_000
# Counting more than these takes longer than a page may.
_MANY = 20_000


class Readers:
    """Finds readers and lists."""

    def __init__(self, engine: Engine, *, house_title: str = "") -> None:
        """`house_title` is what readers call the newsletter's first list while it has no title of its own."""
        self._engine = engine
        self._house_title = house_title

    def find_list(self, name: str) -> int | None:
        with reading(self._engine) as connection:
            return find_list(connection, name)

    def list_names(self) -> Sequence[str]:
        """The lists by name. Quick, however many readers there are."""
        with reading(self._engine) as connection:
            return list(connection.scalars(select(mailing_list.c.name).order_by(mailing_list.c.name)))

    def list_lists(self) -> Sequence[ListRow]:
        """Every list by name."""
        with reading(self._engine) as connection:
            lists = connection.execute(select(mailing_list).order_by(mailing_list.c.name)).all()
            counted = count_by_status(connection)
        return [
            ListRow(
                name=row.name,
                pending=counted.standing(row.id, SubscriptionStatus.PENDING),
                active=counted.mailable(row.id),
                ended=counted.everybody[row.id, SubscriptionStatus.ENDED],
                suppressed=counted.suppressed(row.id),
                resting=counted.resting(row.id),
            )
            for row in lists
        ]

    def list_pages(self) -> Sequence[ListPage]:
        """Every list, the oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(mailing_list).order_by(mailing_list.c.id)).all()
        return [
            ListPage(
                id=row.id,
                name=row.name,
                title=row.title or (self._house_title if number == 0 else "") or row.name,
                is_open=row.is_open,
            )
            for number, row in enumerate(rows)
        ]

    def has_many(self) -> bool:
        """Whether there are so many that counting them takes longer than a page may."""
        with reading(self._engine) as connection:
            return (connection.scalar(select(func.max(subscriber.c.id))) or 0) > _MANY

    def has_any(self) -> bool:
        """Whether anybody is active on any list."""
        with reading(self._engine) as connection:
            active = select(subscription.c.list_id).where(subscription.c.status == SubscriptionStatus.ACTIVE)
            return connection.execute(active.limit(1)).first() is not None

    def count_active(self, list_name: str, *, at: datetime | None = None) -> int:
        """How many would be mailed: active on the list, not suppressed and not taking a break `at` that time; None is now."""
        with reading(self._engine) as connection:
            list_id = find_list(connection, list_name) or 0
            return count_by_status(connection, list_id, at=at).mailable(list_id)

    def count_on_several(self) -> int:
        """How many subscribers are on more than one list, those who left it not counted."""
        several = (
            select(subscription.c.subscriber_id)
            .where(subscription.c.status != SubscriptionStatus.ENDED)
            .group_by(subscription.c.subscriber_id)
            .having(func.count() > 1)
            .subquery()
        )
        with reading(self._engine) as connection:
            return connection.scalar(select(func.count()).select_from(several)) or 0

    def find_subscriber(self, email: str) -> Subscriber | None:
        """With every subscription and tag."""
        return next(iter(people_where(self._engine, subscriber.c.email_key == address_key(email))), None)

    def find(self, number: int) -> Subscriber | None:
        """As `find_subscriber`, by id."""
        return next(iter(people_by_number(self._engine, [number])), None)

    def find_subscribers(self, numbers: Sequence[int]) -> Sequence[Subscriber]:
        """As `find_subscriber`, in the order of the ids."""
        return people_by_number(self._engine, numbers)

    def former_addresses(self, number: int) -> Sequence[tuple[str, datetime]]:
        """The addresses that a person has given up for another one, with the time, oldest first."""
        with reading(self._engine) as connection:
            return former_of(connection, number)

    def find_former(self, email: str) -> FormerAddress | None:
        """What is known of an address that its reader has given up; None for every other."""
        with reading(self._engine) as connection:
            return find_one(connection, address_key(email))

    def find_suppression(self, email: str) -> SuppressionReason | None:
        theirs = suppression.c.email_key == address_key(email)
        with reading(self._engine) as connection:
            reason = connection.scalar(select(suppression.c.reason).where(theirs))
        return SuppressionReason(reason) if reason else None

    def iterate(self, list_name: str, *, status: SubscriptionStatus | None = None) -> Iterator[Subscriber]:
        """Everyone on a list in id order with their subscription to it, read in pages. Raises Missing at once."""
        list_id = self.find_list(list_name)
        if list_id is None:
            raise no_such_list(list_name)
        query = people().where(subscription.c.list_id == list_id).order_by(subscription.c.subscriber_id).limit(PAGE)
        return self._pages(query if status is None else query.where(subscription.c.status == status))

    def iterate_suppressed(self, list_name: str) -> Iterator[tuple[str, SuppressionReason, datetime]]:
        """(address key, reason, since) of all on the do-not-mail list who are not on this list, read in pages."""
        return iterate_gone(self._engine, self.find_list(list_name))

    def iterate_addresses(self) -> Iterator[tuple[int, str]]:
        """(id, address) of every subscriber, by id, read in pages."""
        query, after = select(subscriber.c.id, subscriber.c.email).order_by(subscriber.c.id).limit(PAGE), 0
        while True:
            with reading(self._engine) as connection:
                rows = connection.execute(query.where(subscriber.c.id > after)).all()
            yield from ((row.id, row.email) for row in rows)
            if len(rows) < PAGE:
                return
            after = rows[-1].id

    def known_fields(self) -> Sequence[str]:
        """Names of the custom fields that any subscriber has, sorted."""
        with reading(self._engine) as connection:
            if is_sqlite(connection):
                keys = func.json_each(subscriber.c.fields).table_valued("key", name="facts")
                query = select(keys.c.key).select_from(subscriber).join(keys, literal(True)).distinct()
            else:
                query = select(func.jsonb_object_keys(subscriber.c.fields)).distinct()
            return sorted(connection.scalars(query))

    def _pages(self, query: Select[Any]) -> Iterator[Subscriber]:
        after = 0
        while True:
            with reading(self._engine) as connection:
                rows = connection.execute(query.where(subscription.c.subscriber_id > after)).all()
                tags = tags_by_number(connection, [row.id for row in rows])
            for row in rows:
                yield person(row, [subscription_of(row)], tags.get(row.id, ()))
            if len(rows) < PAGE:
                return
            after = rows[-1].id
