"""Texts in which a person's address may stand though they are about something else: what providers said, segments, notices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import Column, ColumnElement, Connection, Table, func, or_, select, true, update

from newsletter.store.consent_tables import asking_again
from newsletter.store.event_tables import alarm, event
from newsletter.store.import_tables import import_run
from newsletter.store.schedule_tables import approval, notice, slot
from newsletter.store.segment_tables import segment
from newsletter.store.tables import attempt, carried, delivery, holds, mailing, not_held, parcel

ERASED = "(erased)"
# Few rows each, and none of them says whom it is about.
_SMALL = (
    mailing.c.pause_reason,
    mailing.c.segment,
    alarm.c.message,
    notice.c.subject,
    notice.c.body,
    slot.c.detail,
    slot.c.segment,
    approval.c.segment,
    asking_again.c.segment,
    segment.c.question,
    import_run.c.files,
)


def take_out(connection: Connection, person: int, keys: Sequence[str]) -> None:
    """Write `ERASED` for these address keys, in any case and as they stand in links. All else stays as it was said."""
    spellings = sorted({spelling for key in keys for spelling in (key, quote(key, safe=""), quote(key))})
    deliveries = _deliveries(connection, person)
    tries = connection.scalars(select(carried.c.attempt_id).where(carried.c.delivery_id.in_(deliveries))).all()
    batches = set(connection.scalars(select(delivery.c.parcel_id).where(delivery.c.id.in_(deliveries))))
    batches |= set(connection.scalars(select(attempt.c.parcel_id).where(attempt.c.id.in_(tries))))
    roots = connection.scalars(select(parcel.c.root_id).where(parcel.c.id.in_(batches), parcel.c.root_id.is_not(None)))
    batches |= set(roots)
    for column in (event.c.reason, event.c.url, event.c.raw):
        _replace(connection, column, event.c.delivery_id.in_(deliveries), spellings)
    _replace(connection, delivery.c.reason, delivery.c.id.in_(deliveries), spellings)
    _replace(connection, attempt.c.reason, attempt.c.id.in_(tries), spellings)
    _replace(connection, parcel.c.last_reason, parcel.c.id.in_(batches), spellings)
    for column in _SMALL:
        _replace(connection, column, true(), spellings)


def _deliveries(connection: Connection, person: int) -> Sequence[int]:
    """By the two indexes that find them: issue by issue where they are held."""
    issues = list(connection.scalars(select(mailing.c.issue).distinct()))
    theirs = select(delivery.c.id).where(delivery.c.subscriber_id == person)
    held = connection.scalars(theirs.where(delivery.c.issue.in_(issues), holds)).all()
    return [*held, *connection.scalars(theirs.where(not_held))]


def _replace(connection: Connection, column: Column[Any], which: ColumnElement[bool], spellings: Sequence[str]) -> None:
    table = column.table
    assert isinstance(table, Table)
    key = tuple(table.primary_key)
    names = or_(*(func.lower(column).contains(spelling.lower(), autoescape=True) for spelling in spellings))
    pattern = re.compile("|".join(re.escape(spelling) for spelling in spellings), re.IGNORECASE)
    for row in connection.execute(select(*key, column).where(which, names)).all():
        mine = [part == value for part, value in zip(key, row[:-1], strict=True)]
        connection.execute(update(table).where(*mine).values({column: pattern.sub(ERASED, row[-1])}))
