"""What an import found, written down in the transaction that changes it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, cast, exists, literal, or_, select, update
from sqlalchemy import true as sql_true

from newsletter.consent.do_not_mail_sql import rank
from newsletter.consent.tables import import_change, import_newcomers, import_run, import_suppression, import_tag
from newsletter.db.rows import cell, incoming, packed
from newsletter.db.types import FieldsJson
from newsletter.db.upsert import insert_into
from newsletter.readers.tables import subscriber, subscription, suppression
from newsletter.words.mistake import NotNow
from newsletter.words.subscriber import SuppressionReason


def check_goes_on(connection: Connection, run: int) -> None:
    """Called before a batch of an import is noted.

    Raises NotNow where somebody has taken the import back while it ran.
    """
    row = select(import_run.c.undone_at).where(import_run.c.id == run).with_for_update(read=True)
    if connection.scalar(row) is not None:
        raise NotNow(
            f"Import {run} was taken back while it ran, and stops here.",
            fix="Import the file again if that was a mistake.",
        )


def note_newcomers(connection: Connection, run: int, people: Collection[int]) -> None:
    """Note that this import made these people. Their numbers mostly follow each other: a million are one row."""
    ranges = list(_ranges(people))
    if not ranges:
        return
    first, last = ranges[0]
    mine = import_newcomers.c.run_id == run
    longer = update(import_newcomers).where(mine, import_newcomers.c.last_id == first - 1).values(last_id=last)
    if connection.execute(longer).rowcount:
        del ranges[0]
    if ranges:
        rows = incoming(connection)
        numbers = (cast(cell(rows, number), BigInteger) for number in range(2))
        source = select(literal(run), *numbers).select_from(rows).where(sql_true())
        statement = insert_into(connection, import_newcomers).from_select(["run_id", "first_id", "last_id"], source)
        connection.execute(statement, packed(ranges))


def _ranges(numbers: Collection[int]) -> Iterator[tuple[int, int]]:
    """(first, last) of each run of numbers that follow each other."""
    ordered = sorted(numbers)
    if not ordered:
        return
    first = ordered[0]
    for one, after in pairwise(ordered):
        if after != one + 1:
            yield first, one
            first = after
    yield first, ordered[-1]


def note_people(connection: Connection, run: int, list_id: int, keys: Sequence[str]) -> None:
    """Note how these people stand now, but for those whom this import made or has noted before."""
    if not keys:
        return
    rows = incoming(connection)
    is_newcomer = exists().where(
        import_newcomers.c.run_id == run,
        subscriber.c.id.between(import_newcomers.c.first_id, import_newcomers.c.last_id),
    )
    columns = (
        "run_id",
        "email_key",
        "subscriber_id",
        "first_name",
        "last_name",
        "fields",
        "status",
        "consent",
        "since_at",
    )
    source = (
        select(
            literal(run),
            cell(rows, 0),
            subscriber.c.id,
            subscriber.c.first_name,
            subscriber.c.last_name,
            subscriber.c.fields,
            subscription.c.status,
            subscription.c.consent,
            subscription.c.since_at,
        )
        .select_from(rows)
        .join(subscriber, subscriber.c.email_key == cell(rows, 0))
        .outerjoin(
            subscription, (subscription.c.subscriber_id == subscriber.c.id) & (subscription.c.list_id == list_id)
        )
        .where(~is_newcomer)
    )
    statement = insert_into(connection, import_change).from_select(columns, source).on_conflict_do_nothing()
    connection.execute(statement, packed([[key] for key in keys]))


def note_changed(connection: Connection, run: int, changed: Sequence[Mapping[str, Any]]) -> None:
    """Note names and fields as the import leaves them."""
    if changed:
        statement = (
            update(import_change)
            .where(import_change.c.run_id == run, import_change.c.email_key == bindparam("key"))
            .values(made=bindparam("made_now", type_=FieldsJson))
        )
        rows = [
            {"key": one["key"], "made_now": {"first": one["first"], "last": one["last"], "fields": one["facts"]}}
            for one in changed
        ]
        connection.execute(statement, rows)


def note_tags(connection: Connection, run: int, tagged: Sequence[Sequence[str]]) -> None:
    """Note tags that are new with this import, as (address key, tag)."""
    if tagged:
        rows = incoming(connection)
        source = select(literal(run), cell(rows, 0), cell(rows, 1)).select_from(rows).where(sql_true())
        statement = (
            insert_into(connection, import_tag)
            .from_select(["run_id", "email_key", "name"], source)
            .on_conflict_do_nothing()
        )
        connection.execute(statement, packed(tagged))


def note_suppressions(connection: Connection, run: int, reasons: Mapping[str, SuppressionReason]) -> None:
    """Note the do-not-mail entries that these reasons are about to change."""
    rows = incoming(connection)
    source = (
        select(literal(run), cell(rows, 0), cell(rows, 1), suppression.c.reason, suppression.c.since_at)
        .select_from(rows)
        .outerjoin(suppression, suppression.c.email_key == cell(rows, 0))
        .where(or_(suppression.c.reason.is_(None), rank(cell(rows, 1)) < rank(suppression.c.reason)))
    )
    columns = ("run_id", "email_key", "reason", "reason_before", "since_before")
    statement = insert_into(connection, import_suppression).from_select(columns, source)
    # A second file of the same import may know a stronger reason: what stood there before stays what it was.
    statement = statement.on_conflict_do_update(
        index_elements=["run_id", "email_key"], set_={"reason": statement.excluded.reason}
    )
    connection.execute(statement, packed([[key, reason.value] for key, reason in sorted(reasons.items())]))
