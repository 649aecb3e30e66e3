"""A batch of readers put on a list: what is known of them is read, and what `join` decided is written, set by set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Text,
    bindparam,
    cast,
    func,
    literal,
    select,
    type_coerce,
    update,
)
from sqlalchemy import true as sql_true
from sqlalchemy.types import TypeEngine

from newsletter.consent.join import BroughtReaders, Decided, KnownReader, SubscribedRow
from newsletter.db.engine import is_sqlite
from newsletter.db.rows import cell, incoming, instant, is_named, packed
from newsletter.db.types import FieldsJson, database_now
from newsletter.db.upsert import insert_into
from newsletter.ledger.account.late_sql import note_late
from newsletter.readers.former_addresses_sql import find_former
from newsletter.readers.rows import ReaderRow
from newsletter.readers.tables import subscriber, subscription, suppression
from newsletter.readers.tags_sql import find_tags, insert_tags
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason, address_key


def look_up(
    connection: Connection,
    list_id: int | None,
    readers: Sequence[ReaderRow],
    erased: frozenset[str] = frozenset(),
    *,
    lock: bool,
) -> BroughtReaders:
    """What is known of readers whom somebody else adds; of rows with one address the first counts.

    `erased` are the keys of those who asked to be forgotten. `lock` keeps the known people as they are until the
    transaction ends.
    """
    by_key: dict[str, ReaderRow] = {}
    for reader in readers:
        by_key.setdefault(address_key(reader.email), reader)
    keys = packed([[key] for key in by_key])
    known = _find_known(connection, list_id, keys, lock=lock)
    return BroughtReaders(
        readers=by_key,
        erased=erased,
        suppressed=_find_suppressed(connection, keys),
        # Only after the known people are locked: one of them may be changing their address at this moment.
        former=find_former(connection, keys) - known.keys(),
        known=known,
        # Most files have no tags; then nobody's are looked up.
        tags=find_tags(connection, keys) if any(reader.tags for reader in readers) else {},
    )


def insert_new(connection: Connection, decided: Decided) -> dict[str, int]:
    """Add the people who are new. Returns their numbers by address key.

    Two imports may add one person at the same time: the first inserts the row, and only it gets the number.
    """
    return _insert_people(connection, decided.new) if decided.new else {}


def write(connection: Connection, list_id: int, decided: Decided, made: Mapping[str, int]) -> None:
    """Do what was decided, in the caller's transaction, once the new people are `made`."""
    if decided.ended:
        end(connection, decided.ended, list_id=list_id)
    if decided.changed:
        connection.execute(
            update(subscriber)
            .where(subscriber.c.id == bindparam("person"))
            .values(
                first_name=bindparam("first"),
                last_name=bindparam("last"),
                fields=bindparam("facts", type_=FieldsJson),
                updated_at=database_now(),
            ),
            decided.changed,
        )
    if decided.subscribed:
        _insert_subscriptions(connection, list_id, _by_number(connection, decided.subscribed, made))
    if decided.raised:
        connection.execute(
            update(subscription)
            .where(
                subscription.c.list_id == list_id,
                subscription.c.subscriber_id == bindparam("person"),
                subscription.c.status == SubscriptionStatus.PENDING,
            )
            .values(
                status=SubscriptionStatus.ACTIVE.value,
                consent=func.coalesce(bindparam("proof", type_=Text), subscription.c.consent),
                since_at=database_now(),
            ),
            decided.raised,
        )
    if decided.tagged:
        insert_tags(connection, decided.tagged)


def end(connection: Connection, people: Sequence[int], *, list_id: int | None) -> int:
    """End subscriptions, to one list or all. Returns how many ended."""
    parameters = packed([[person] for person in sorted(people)])
    touch(connection, is_named(connection, subscriber.c.id), parameters)
    leaving = (
        update(subscription)
        .where(is_named(connection, subscription.c.subscriber_id), subscription.c.status != SubscriptionStatus.ENDED)
        .values(status=SubscriptionStatus.ENDED.value, since_at=database_now())
    )
    if list_id is not None:
        leaving = leaving.where(subscription.c.list_id == list_id)
    note_late(connection, people, list_id=list_id)
    return connection.execute(leaving, parameters).rowcount


def touch(
    connection: Connection, theirs: ColumnElement[bool], parameters: Mapping[str, str] | None = None
) -> Sequence[int]:
    """Lock and update people's own rows before anything else about them changes: a sender's claim holds them or waits.

    Everybody who locks several people does so in this order: without it two of them could wait for each other.
    """
    locked = select(subscriber.c.id).where(theirs).order_by(subscriber.c.id).with_for_update()
    people = connection.scalars(locked, parameters).all()
    connection.execute(update(subscriber).where(theirs).values(updated_at=database_now()), parameters)
    return people


def _find_suppressed(connection: Connection, keys: dict[str, str]) -> dict[str, SuppressionReason]:
    rows = incoming(connection)
    found = connection.execute(
        select(suppression.c.email_key, suppression.c.reason).where(suppression.c.email_key.in_(select(cell(rows, 0)))),
        keys,
    )
    return {key: SuppressionReason(reason) for key, reason in found}


def _find_known(
    connection: Connection, list_id: int | None, keys: dict[str, str], *, lock: bool
) -> dict[str, KnownReader]:
    rows = incoming(connection)
    query = (
        select(
            subscriber.c.email_key,
            subscriber.c.id,
            subscriber.c.first_name,
            subscriber.c.last_name,
            subscriber.c.fields,
            subscription.c.status,
        )
        .outerjoin(
            subscription,
            (subscription.c.subscriber_id == subscriber.c.id)
            & (subscription.c.list_id == (-1 if list_id is None else list_id)),
        )
        .where(subscriber.c.email_key.in_(select(cell(rows, 0))))
        .order_by(subscriber.c.id)
    )
    if lock:
        query = query.with_for_update(of=subscriber, key_share=True)
    return {
        key: KnownReader(person, first, last, facts, SubscriptionStatus(status) if status else None)
        for key, person, first, last, facts, status in connection.execute(query, keys)
    }


def _insert_people(connection: Connection, people: list[list[str]]) -> dict[str, int]:
    """On PostgreSQL in the order of the keys, so that two can't wait for each other; on SQLite in that of the file."""
    rows = incoming(connection)
    facts: TypeEngine[Any] = Text() if is_sqlite(connection) else FieldsJson()
    columns = ("email_key", "email", "first_name", "last_name", "fields", "created_at", "updated_at")
    source = select(
        *(cell(rows, number) for number in range(4)),
        type_coerce(cast(cell(rows, 4), facts), FieldsJson),
        database_now(),
        database_now(),
    ).where(sql_true())
    if not is_sqlite(connection):
        source = source.order_by(cell(rows, 0))
    inserted = connection.execute(
        insert_into(connection, subscriber)
        .from_select(columns, source)
        .on_conflict_do_nothing(index_elements=["email_key"])
        .returning(subscriber.c.email_key, subscriber.c.id),
        packed(people),
    )
    return {row.email_key: row.id for row in inserted}


def _by_number(
    connection: Connection, subscribed: Sequence[SubscribedRow], made: Mapping[str, int]
) -> Sequence[tuple[int, str, str | None, str | None]]:
    """The rows with the numbers of their people in place of address keys, in the order of the numbers."""
    numbers = made
    if others := [[row[0]] for row in subscribed if row[0] not in made]:
        theirs = is_named(connection, subscriber.c.email_key)
        found = connection.execute(select(subscriber.c.email_key, subscriber.c.id).where(theirs), packed(others))
        numbers = {**made, **{row.email_key: row.id for row in found}}
    return sorted((numbers[row[0]], row[1], row[2], row[3]) for row in subscribed if row[0] in numbers)


def _insert_subscriptions(connection: Connection, list_id: int, people: Sequence[Sequence[object]]) -> None:
    rows = incoming(connection)
    source = select(
        literal(list_id),
        cast(cell(rows, 0), BigInteger),
        cell(rows, 1),
        cell(rows, 2),
        func.coalesce(instant(connection, rows, 3), database_now()),
    ).select_from(rows)
    connection.execute(
        insert_into(connection, subscription)
        .from_select(["list_id", "subscriber_id", "status", "consent", "since_at"], source.where(sql_true()))
        .on_conflict_do_nothing(index_elements=["list_id", "subscriber_id"]),
        packed(people),
    )
