"""Tags of many people at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, select
from sqlalchemy import true as sql_true

from newsletter.db.rows import cell, incoming, packed
from newsletter.db.upsert import insert_into
from newsletter.readers.tables import subscriber, tag


def find_tags(connection: Connection, keys: dict[str, str]) -> Mapping[str, Collection[str]]:
    """The tags of the people with these packed address keys; people without any are left out."""
    rows = incoming(connection)
    query = (
        select(subscriber.c.email_key, tag.c.name)
        .join(tag, tag.c.subscriber_id == subscriber.c.id)
        .where(subscriber.c.email_key.in_(select(cell(rows, 0))))
    )
    found: dict[str, set[str]] = defaultdict(set)
    for key, name in connection.execute(query, keys):
        found[key].add(name)
    return found


def tags_by_number(connection: Connection, people: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """The tags of these subscribers, sorted; those without any are left out."""
    query = select(tag.c.subscriber_id, tag.c.name).where(tag.c.subscriber_id.in_(people))
    found: dict[int, list[str]] = defaultdict(list)
    for person, name in connection.execute(query.order_by(tag.c.subscriber_id, tag.c.name)):
        found[person].append(name)
    return found


def insert_tags(connection: Connection, tagged: Sequence[Sequence[str]]) -> None:
    """Put (address key, tag) on the people who are there; a tag that somebody has stays one."""
    rows = incoming(connection)
    source = (
        select(subscriber.c.id, cell(rows, 1))
        .select_from(rows)
        .join(subscriber, subscriber.c.email_key == cell(rows, 0))
        .where(sql_true())
    )
    statement = insert_into(connection, tag).from_select(["subscriber_id", "name"], source).on_conflict_do_nothing()
    connection.execute(statement, packed(tagged))
