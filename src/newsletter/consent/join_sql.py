"""A batch of readers put on a list: read what is there, decide, and write only what differs, in set-based SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Text,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
    update,
)
from sqlalchemy import true as sql_true
from sqlalchemy.types import TypeEngine

from newsletter.consent.admission import Bar, Step, bar_to_brought, step_for_brought
from newsletter.db.engine import is_sqlite
from newsletter.db.rows import cell, incoming, packed
from newsletter.db.types import FieldsJson, UtcDateTime, database_now
from newsletter.db.upsert import insert_into
from newsletter.ledger.account.late_sql import note_late
from newsletter.readers.former_addresses_sql import find_former
from newsletter.readers.rows import JoinResult, ReaderChange, ReaderRow
from newsletter.readers.tables import subscriber, subscription, suppression
from newsletter.readers.tags_sql import find_tags, insert_tags
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason, address_key


@dataclass(frozen=True, slots=True)
class _Known:
    id: int
    first_name: str
    last_name: str
    fields: dict[str, str]
    status: SubscriptionStatus | None


@dataclass(slots=True)
class Decided:
    """What a batch comes to. The lists hold rows for the statements below, in the order of their columns."""

    joined: JoinResult = field(default_factory=JoinResult)
    new: list[list[str]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    subscribed: list[list[str | None]] = field(default_factory=list)
    raised: list[dict[str, Any]] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    tagged: list[list[str]] = field(default_factory=list)


def decide(
    connection: Connection,
    list_id: int | None,
    readers: Sequence[ReaderRow],
    erased: frozenset[str] = frozenset(),
    *,
    status: SubscriptionStatus,
    consent: str | None,
    lock: bool,
) -> Decided:
    """What joining would do, without doing it. `erased` are the keys of those who asked to be forgotten.

    `lock` keeps the known people as they are until the transaction ends; without it, the changes are spelled out.
    """
    by_key: dict[str, ReaderRow] = {}
    for reader in readers:
        by_key.setdefault(address_key(reader.email), reader)
    keys = packed([[key] for key in by_key])
    suppressed = _find_suppressed(connection, keys)
    known = _find_known(connection, list_id, keys, lock=lock)
    # After the known ones are locked: somebody may be changing their address at this moment.
    former = find_former(connection, keys) - known.keys()
    # Most files have no tags; then nobody's are looked up.
    tags = find_tags(connection, keys) if any(reader.tags for reader in readers) else {}
    result = Decided()
    changes: list[ReaderChange] = []
    became: dict[str, list[str]] = {"added": [], "updated": [], "unchanged": []}
    left: dict[str, SuppressionReason | None] = {}
    moved: set[str] = set()
    for key, reader in by_key.items():
        reason = suppressed.get(key)
        match bar_to_brought(is_erased=key in erased, suppressed=reason, is_former=key in former):
            case Bar.ERASED:
                continue
            case Bar.SUPPRESSED:
                left[key] = reason
                continue
            case Bar.MOVED:
                moved.add(key)
                continue
        person, wanted = known.get(key), reader.status or status
        before = person.status if person else None
        step = step_for_brought(before, wanted)
        if SubscriptionStatus.ENDED in {before, wanted}:
            left[key] = None
            _decide_end(result, key, reader, person, step)
            if person is None:
                result.tagged += [[key, tag] for tag in reader.tags]
            continue
        what = _decide_join(result, key, reader, person, step, wanted, _proof(reader, consent))
        missing = [tag for tag in reader.tags if tag not in tags.get(key, ())]
        result.tagged += [[key, tag] for tag in missing]
        what = "updated" if missing and what == "unchanged" else what
        became[what].append(key)
        if not lock and what != "unchanged":
            changes.append(_change(reader, person, step, wanted, missing))
    result.joined = JoinResult(
        added=became["added"],
        updated=became["updated"],
        unchanged=became["unchanged"],
        suppressed=left,
        erased=erased,
        moved=frozenset(moved),
        changes=changes,
    )
    return result


def _change(
    reader: ReaderRow, person: _Known | None, step: Step, wanted: SubscriptionStatus, tags: Sequence[str]
) -> ReaderChange:
    """What joining makes of one person, for people to read."""
    before = {} if person is None else {"first name": person.first_name, "last name": person.last_name, **person.fields}
    after = {"first name": reader.first_name, "last name": reader.last_name, **reader.fields}
    values = [
        (name, before.get(name, ""), value) for name, value in after.items() if value and before.get(name, "") != value
    ]
    if step is not Step.KEEP:
        values.append(("status", (person.status if person else None) or "", wanted))
    values += [("tag", "", tag) for tag in tags]
    return ReaderChange(email=reader.email, is_new=person is None, values=values)


def _decide_join(
    result: Decided,
    key: str,
    reader: ReaderRow,
    person: _Known | None,
    step: Step,
    wanted: SubscriptionStatus,
    proof: str | None,
) -> str:
    """Note what has to be written for a reader who may be on the list; says what that makes of them."""
    changed = _changed(key, reader, person) if person else None
    if changed:
        result.changed.append(changed)
    if step is Step.ADD:
        if person is None:
            result.new.append(_new_row(key, reader))
        result.subscribed.append([key, wanted, proof, _instant(reader.since_at)])
        return "added"
    if step is Step.RAISE and person is not None:
        result.raised.append({"person": person.id, "proof": proof})
        return "updated"
    return "updated" if changed else "unchanged"


def write(connection: Connection, list_id: int, decided: Decided) -> None:
    """Do what was decided, in the caller's transaction. Departures come first: a sender waits for those rows."""
    if decided.ended:
        end(connection, decided.ended, list_id=list_id)
    if decided.new:
        _insert_people(connection, decided.new)
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
        _insert_subscriptions(connection, list_id, decided.subscribed)
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
    rows = incoming(connection)
    ids = select(type_coerce(cast(cell(rows, 0), subscriber.c.id.type), Integer))
    parameters = packed([[person] for person in sorted(people)])
    touch(connection, subscriber.c.id.in_(ids), parameters)
    leaving = (
        update(subscription)
        .where(subscription.c.subscriber_id.in_(ids), subscription.c.status != SubscriptionStatus.ENDED)
        .values(status=SubscriptionStatus.ENDED.value, since_at=database_now())
    )
    if list_id is not None:
        leaving = leaving.where(subscription.c.list_id == list_id)
    note_late(connection, people, list_id=list_id)
    return connection.execute(leaving, parameters).rowcount


def touch(
    connection: Connection, theirs: ColumnElement[bool], parameters: Mapping[str, str] | None = None
) -> Sequence[int]:
    """Lock and update people's own rows before what is said of them changes: a sender's claim holds or waits for those.

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


def _find_known(connection: Connection, list_id: int | None, keys: dict[str, str], *, lock: bool) -> dict[str, _Known]:
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
        key: _Known(person, first, last, facts, SubscriptionStatus(status) if status else None)
        for key, person, first, last, facts, status in connection.execute(query, keys)
    }


def _decide_end(result: Decided, key: str, reader: ReaderRow, person: _Known | None, step: Step) -> None:
    """A reader who is off the list. One who was never on it is kept as one who left it."""
    if person is None:
        result.new.append(_new_row(key, reader))
    if step is Step.ADD:
        ended = SubscriptionStatus.ENDED.value
        result.subscribed.append([key, ended, reader.consent, _instant(reader.since_at)])
    elif step is Step.END and person is not None:
        result.ended.append(person.id)


def _proof(reader: ReaderRow, consent: str | None) -> str | None:
    """The row's own proof; what was declared for all does not cover a row that brings its own status."""
    return reader.consent or (consent if reader.status is None else None)


def _changed(key: str, reader: ReaderRow, person: _Known) -> dict[str, Any] | None:
    first = person.first_name if reader.first_name is None else reader.first_name
    last = person.last_name if reader.last_name is None else reader.last_name
    facts = {**person.fields, **reader.fields}
    if (first, last, facts) == (person.first_name, person.last_name, person.fields):
        return None
    return {"key": key, "person": person.id, "first": first, "last": last, "facts": facts}


def _new_row(key: str, reader: ReaderRow) -> list[str]:
    facts = orjson.dumps(reader.fields).decode() if reader.fields else "{}"
    return [key, reader.email, reader.first_name or "", reader.last_name or "", facts]


def _instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if at else None


def _insert_people(connection: Connection, people: list[list[str]]) -> None:
    """Two imports may bring one person at once: the first makes the row.

    On PostgreSQL in the order of the keys, so that they can't wait for each other; on SQLite in that of the file.
    """
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
    connection.execute(
        insert_into(connection, subscriber)
        .from_select(columns, source)
        .on_conflict_do_nothing(index_elements=["email_key"]),
        packed(people),
    )


def _insert_subscriptions(connection: Connection, list_id: int, people: list[list[str | None]]) -> None:
    rows = incoming(connection)
    since: ColumnElement[Any] = cell(rows, 3)
    if not is_sqlite(connection):
        since = cast(since + literal_column("'+00'"), UtcDateTime())
    source = (
        select(
            literal(list_id),
            subscriber.c.id,
            cell(rows, 1),
            cell(rows, 2),
            func.coalesce(since, database_now()),
        )
        .select_from(rows)
        .join(subscriber, subscriber.c.email_key == cell(rows, 0))
        .order_by(subscriber.c.id)
    )
    connection.execute(
        insert_into(connection, subscription)
        .from_select(["list_id", "subscriber_id", "status", "consent", "since_at"], source.where(sql_true()))
        .on_conflict_do_nothing(index_elements=["list_id", "subscriber_id"]),
        packed(people),
    )
