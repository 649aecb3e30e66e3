"""The do-not-mail list, written: which reason gives way to which, and the owner's word that mail may go there again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Insert,
    Integer,
    and_,
    case,
    cast,
    delete,
    literal,
    literal_column,
    or_,
    select,
)

from newsletter.consent.tables import pardon
from newsletter.db.rows import built_once, cell, incoming, packed
from newsletter.db.types import Id, database_now
from newsletter.db.upsert import insert_into
from newsletter.feedback.tables import event
from newsletter.readers.tables import suppression
from newsletter.words.subscriber import STRONGEST_FIRST, SuppressionReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The bounce behind an entry: the number of its event, and its issue where that is known."""

    event_id: int
    issue: int | None


def block(
    connection: Connection, reasons: Mapping[str, SuppressionReason], causes: Mapping[str, Cause] | None = None
) -> None:
    """Put addresses on the list, in the order of the keys.

    A reason gives way only to a stronger one; beside a bounce any other reason is noted."""
    told = [_row(key, reason, (causes or {}).get(key)) for key, reason in sorted(reasons.items())]
    connection.execute(_blocking(connection), packed(told))


@built_once
def _blocking(connection: Connection) -> Insert:
    rows = incoming(connection)
    by = event.alias("cause")
    source = (
        select(cell(rows, 0), cell(rows, 1), database_now(), by.c.id, cast(cell(rows, 3), Integer), by.c.happened_at)
        .select_from(rows)
        .outerjoin(by, by.c.id == cast(cell(rows, 2), BigInteger))
        .where(literal(True))
        .order_by(cell(rows, 0))
    )
    names = ["email_key", "reason", "since_at", "event_id", "issue", "bounced_at"]
    statement = insert_into(connection, suppression).from_select(names, source)
    new, old = statement.excluded, suppression.c
    is_stronger = rank(new.reason) < rank(old.reason)
    is_stronger_bounce = and_(is_stronger, new.event_id.is_not(None))
    is_first = or_(old.besides.is_(None), rank(new.reason) < rank(old.besides))
    is_beside = and_(~is_stronger, old.event_id.is_not(None), new.event_id.is_(None), is_first)
    set_ = {name: case((is_stronger, new[name]), else_=old[name]) for name in names[1:3]}
    set_ |= {name: case((is_stronger_bounce, new[name]), else_=old[name]) for name in names[3:]}
    for name, source_name in (("besides", "reason"), ("besides_since", "since_at")):
        set_[name] = case((is_stronger_bounce, old[source_name]), (is_beside, new[source_name]), else_=old[name])
    return statement.on_conflict_do_update(index_elements=["email_key"], set_=set_, where=or_(is_stronger, is_beside))


def _row(key: str, reason: SuppressionReason, cause: Cause | None) -> list[object]:
    return [key, reason.value, cause.event_id if cause else None, cause.issue if cause else None]


def take_off(connection: Connection, keys: Sequence[str], *, undo: int | None) -> None:
    """Take addresses off the list, and note the owner's decision that mail may go there."""
    pardon_all(connection, keys, undo=undo)
    connection.execute(delete(suppression).where(suppression.c.email_key.in_(keys)))


def pardon_all(connection: Connection, keys: Sequence[str], *, undo: int | None) -> None:
    """What machines reported about these addresses up to now no longer counts, even if they report it again."""
    off = suppression.c
    entries = select(off.email_key, database_now(), literal(undo, Id), off.event_id, off.issue, off.bounced_at)
    names = ["email_key", "pardoned_at", "undo_id", "event_id", "issue", "bounced_at"]
    noting = insert_into(connection, pardon).from_select(names, entries.where(off.email_key.in_(keys)))
    changed = {name: noting.excluded[name] for name in names[1:]}
    connection.execute(noting.on_conflict_do_update(index_elements=["email_key"], set_=changed))


def rank(reason: ColumnElement[str]) -> ColumnElement[int]:
    """The place of a reason among those that give way to it: the strongest is 0."""
    # Spelled out: as parameters they would be hundreds in one statement, which psycopg then parses again each time.
    places = [
        (reason == literal_column(f"'{known.value}'"), literal_column(str(place), Integer))
        for place, known in enumerate(STRONGEST_FIRST)
    ]
    return case(*places)
