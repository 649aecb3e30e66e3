"""Subscribers, lists and the do-not-mail list over SQLAlchemy Core, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, case, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from newsletter.ports.readers import Joined, ListRow, ReaderRow
from newsletter.store.engine import is_sqlite, reading, writing
from newsletter.store.joining import cell, decide, end, incoming, packed, write
from newsletter.store.tables import mailing_list, subscriber, subscription, suppression
from newsletter.store.types import database_now
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.subscriber import (
    STRONGEST_FIRST,
    Subscriber,
    Subscription,
    SubscriptionStatus,
    SuppressionReason,
    address_key,
)

PAGE = 2_000


class SqlReaders:
    """The `Readers` port."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find_list(self, name: str) -> int | None:
        with reading(self._engine) as connection:
            return _list_id(connection, name)

    def add_list(self, name: str) -> int:
        found = self.find_list(name)
        if found is not None:
            return found
        with writing(self._engine) as connection:
            return _make_list(connection, name)

    def list_lists(self) -> Sequence[ListRow]:
        blocked = suppression.c.email_key.is_not(None)
        query = (
            select(
                mailing_list.c.name,
                _count(subscription.c.status == SubscriptionStatus.PENDING, ~blocked),
                _count(subscription.c.status == SubscriptionStatus.ACTIVE, ~blocked),
                _count(subscription.c.status == SubscriptionStatus.ENDED),
                _count(subscription.c.status != SubscriptionStatus.ENDED, blocked),
            )
            .outerjoin(subscription, subscription.c.list_id == mailing_list.c.id)
            .outerjoin(subscriber, subscriber.c.id == subscription.c.subscriber_id)
            .outerjoin(suppression, suppression.c.email_key == subscriber.c.email_key)
            .group_by(mailing_list.c.id, mailing_list.c.name)
            .order_by(mailing_list.c.name)
        )
        with reading(self._engine) as connection:
            return [
                ListRow(name=name, pending=pending, active=active, ended=ended, suppressed=suppressed)
                for name, pending, active, ended, suppressed in connection.execute(query)
            ]

    def join(
        self,
        list_name: str,
        readers: Sequence[ReaderRow],
        *,
        status: SubscriptionStatus,
        consent: str | None,
        dry_run: bool = False,
    ) -> Joined:
        if dry_run:
            with reading(self._engine) as connection:
                _check_list_name(list_name)
                list_id = _list_id(connection, list_name)
                return decide(connection, list_id, readers, status=status, consent=consent, lock=False).joined
        with writing(self._engine) as connection:
            list_id = _make_list(connection, list_name)
            decided = decide(connection, list_id, readers, status=status, consent=consent, lock=True)
            write(connection, list_id, decided)
            return decided.joined

    def find_subscriber(self, email: str) -> Subscriber | None:
        query = _people().where(subscriber.c.email_key == address_key(email)).order_by(mailing_list.c.name)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        if not rows:
            return None
        return _person(rows[0], tuple(_subscription(row) for row in rows if row.list_name is not None))

    def leave(self, email: str, *, list_name: str | None) -> int:
        with writing(self._engine) as connection:
            person = connection.scalar(select(subscriber.c.id).where(subscriber.c.email_key == address_key(email)))
            list_id = _list_id(connection, list_name) if list_name is not None else None
            if person is None or (list_name is not None and list_id is None):
                return 0
            return end(connection, [person], list_id=list_id)

    def iterate(self, list_name: str, *, status: SubscriptionStatus | None = None) -> Iterator[Subscriber]:
        list_id = self.find_list(list_name)
        if list_id is None:
            raise Missing(f"There is no list called {list_name!r}.", fix="See the lists with: newsletter lists")
        return self._pages(list_id, status)

    def suppress(self, email: str, reason: SuppressionReason) -> None:
        self.suppress_many([(email, reason)])

    def suppress_many(self, reasons: Sequence[tuple[str, SuppressionReason]]) -> None:
        strongest: dict[str, SuppressionReason] = {}
        for email, reason in reasons:
            key = address_key(email)
            strongest[key] = min(reason, strongest.get(key, reason), key=STRONGEST_FIRST.index)
        if not strongest:
            return
        with writing(self._engine) as connection:
            _touch(connection, sorted(strongest))
            _upsert_suppressions(connection, strongest)

    def find_suppression(self, email: str) -> SuppressionReason | None:
        with reading(self._engine) as connection:
            reason = connection.scalar(
                select(suppression.c.reason).where(suppression.c.email_key == address_key(email))
            )
        return SuppressionReason(reason) if reason else None

    def known_fields(self) -> Sequence[str]:
        with reading(self._engine) as connection:
            if is_sqlite(connection):
                keys = func.json_each(subscriber.c.fields).table_valued("key", name="facts")
                query = select(keys.c.key).select_from(subscriber).join(keys, literal(True)).distinct()
            else:
                query = select(func.jsonb_object_keys(subscriber.c.fields)).distinct()
            return sorted(connection.scalars(query))

    def count_active(self, list_name: str) -> int:
        query = (
            select(func.count())
            .select_from(subscription)
            .join(mailing_list, mailing_list.c.id == subscription.c.list_id)
            .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
            .outerjoin(suppression, suppression.c.email_key == subscriber.c.email_key)
            .where(
                mailing_list.c.name == list_name,
                subscription.c.status == SubscriptionStatus.ACTIVE,
                suppression.c.email_key.is_(None),
            )
        )
        with reading(self._engine) as connection:
            return connection.scalar(query) or 0

    def _pages(self, list_id: int, status: SubscriptionStatus | None) -> Iterator[Subscriber]:
        after = 0
        query = _people().where(subscription.c.list_id == list_id).order_by(subscription.c.subscriber_id).limit(PAGE)
        if status is not None:
            query = query.where(subscription.c.status == status)
        while True:
            with reading(self._engine) as connection:
                rows = connection.execute(query.where(subscription.c.subscriber_id > after)).all()
            for row in rows:
                yield _person(row, (_subscription(row),))
            if len(rows) < PAGE:
                return
            after = rows[-1].id


def _people() -> Select[Any]:
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
        )
        .select_from(subscriber)
        .outerjoin(subscription, subscription.c.subscriber_id == subscriber.c.id)
        .outerjoin(mailing_list, mailing_list.c.id == subscription.c.list_id)
        .outerjoin(suppression, suppression.c.email_key == subscriber.c.email_key)
    )


def _person(row: Row[Any], subscriptions: tuple[Subscription, ...]) -> Subscriber:
    return Subscriber(
        id=row.id,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        fields=row.fields,
        subscriptions=subscriptions,
        suppressed=SuppressionReason(row.reason) if row.reason else None,
    )


def _subscription(row: Row[Any]) -> Subscription:
    status = SubscriptionStatus(row.status)
    return Subscription(list_name=row.list_name, status=status, since_at=row.since_at, consent=row.consent)


def _list_id(connection: Connection, name: str) -> int | None:
    return connection.scalar(select(mailing_list.c.id).where(mailing_list.c.name == name))


def _make_list(connection: Connection, name: str) -> int:
    found = _list_id(connection, name)
    if found is not None:
        return found
    _check_list_name(name)
    upsert = sqlite_insert if is_sqlite(connection) else postgresql_insert
    connection.execute(upsert(mailing_list).values(name=name, created_at=database_now()).on_conflict_do_nothing())
    return int(connection.execute(select(mailing_list.c.id).where(mailing_list.c.name == name)).scalar_one())


def _check_list_name(name: str) -> None:
    if not name.strip() or name != name.strip() or len(name) > 100 or not name.isprintable():
        raise Mistake(
            f"{name!r} cannot be the name of a list.",
            fix="Use 1 to 100 letters, digits and signs on one line, without blanks around them.",
        )


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(subscription.c.subscriber_id).filter(*conditions)


def _touch(connection: Connection, keys: Sequence[str]) -> None:
    """Update the people's own rows first: on PostgreSQL a claim holds or waits for those, so it sees what follows."""
    rows = incoming(connection)
    theirs = subscriber.c.email_key.in_(select(cell(rows, 0)))
    parameters = packed([[key] for key in keys])
    connection.execute(select(subscriber.c.id).where(theirs).order_by(subscriber.c.id).with_for_update(), parameters)
    connection.execute(update(subscriber).where(theirs).values(updated_at=database_now()), parameters)


def _upsert_suppressions(connection: Connection, reasons: dict[str, SuppressionReason]) -> None:
    """In the order of the keys; a reason gives way only to a stronger one."""
    rows = incoming(connection)
    source = select(cell(rows, 0), cell(rows, 1), database_now()).where(literal(True)).order_by(cell(rows, 0))
    upsert = sqlite_insert if is_sqlite(connection) else postgresql_insert
    statement = upsert(suppression).from_select(["email_key", "reason", "since_at"], source)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["email_key"],
            set_={"reason": statement.excluded.reason, "since_at": statement.excluded.since_at},
            where=_rank(statement.excluded.reason) < _rank(suppression.c.reason),
        ),
        packed([[key, reason.value] for key, reason in sorted(reasons.items())]),
    )


def _rank(reason: ColumnElement[str]) -> ColumnElement[int]:
    return case({known.value: rank for rank, known in enumerate(STRONGEST_FIRST)}, value=reason)
