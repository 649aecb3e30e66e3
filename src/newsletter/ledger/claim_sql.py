"""Step 1 of a hand-over: one durable transaction that takes a parcel and says who exactly is in the call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    bindparam,
    insert,
    literal,
    select,
    update,
)

from newsletter.db.engine import is_sqlite, writing
from newsletter.db.frozen import patiently
from newsletter.db.types import AnyRow, database_now
from newsletter.ledger.moves_sql import settle_parcel
from newsletter.ledger.pace.canary_sql import may_go
from newsletter.ledger.pace.pace_sql import NotYetError, may_call, rest_until, take_turn
from newsletter.ledger.pace.waits_sql import waits
from newsletter.ledger.rows import NOBODY_LEFT, Claim
from newsletter.ledger.tables import attempt, carried, delivery, mailing, parcel
from newsletter.readers.mailable_sql import planned, why_not
from newsletter.readers.tables import subscriber
from newsletter.words.ledger import HandOver, MailingStatus, ParcelStatus
from newsletter.words.pace import NO_LIMIT, Pace


@dataclass(frozen=True, slots=True)
class _Call:
    token: str
    sender: str
    provider: str
    deadline_seconds: float


class Claims:
    """Takes parcels, one for each attempt."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def claim(
        self,
        mailing_id: int,
        *,
        token: str,
        sender: str,
        provider: str,
        deadline_seconds: float,
        with_fields: bool,
        pace: Pace = NO_LIMIT,
    ) -> Claim | None:
        """Take the next due parcel. The call begins when this commits: who left before that is not in it.

        The order is the promise. The parcel is taken by compare-and-set; the readers are locked, so that an
        unsubscribe waits for us or we for it; those who may no longer be mailed are marked; and only then is
        the attempt written, with its deadline by the database's clock. A call before its turn is undone as a whole.
        """
        call = _Call(token, sender, provider, deadline_seconds)
        try:
            return self._claim(mailing_id, call, with_fields, pace)
        except NotYetError as not_yet:
            if not_yet.until is not None:
                with writing(self._engine) as connection:
                    rest_until(connection, provider, not_yet.until)
            return None

    @patiently
    def _claim(self, mailing_id: int, call: _Call, with_fields: bool, pace: Pace) -> Claim | None:
        with writing(self._engine) as connection:
            taken = _take_parcel(connection, mailing_id, may_call(call.provider, pace), self._practice)
            if taken is None:
                return None
            _lock_readers(connection, taken.id)
            rows = sorted(_readers_of(connection, taken, with_fields), key=_was_turned_away)
            skipped = _skip(connection, rows)
            carries = [row for row in rows if row.skip is None] if skipped else rows
            if not carries:
                settle_parcel(connection, taken.id)
                return NOBODY_LEFT
            attempt_id, deadline_at = _begin_attempt(connection, taken.id, call)
            _mark_sending(connection, taken.id, attempt_id)
            if pace.is_limited:
                take_turn(connection, call.provider, len(carries), pace)
        # Turned at once: asking a thousand rows for each of their columns by name takes as long as reading them.
        columns = zip(*carries, strict=True)
        _, _, deliveries, subscribers, addresses, first_names, last_names, *fields = columns
        return Claim(
            attempt_id=attempt_id,
            token=call.token,
            parcel_id=taken.id,
            deadline_at=deadline_at,
            deliveries=deliveries,
            subscribers=subscribers,
            addresses=addresses,
            first_names=first_names,
            last_names=last_names,
            fields=fields[0] if with_fields else (),
            n_skipped=skipped,
        )


def _due() -> ColumnElement[bool]:
    """A parcel may be claimed: it is ready and has not to wait, its mailing is sending."""
    return and_(
        parcel.c.status == ParcelStatus.READY,
        ~waits(),
        mailing.c.status == MailingStatus.SENDING,
        may_go(),
    )


def _take_parcel(
    connection: Connection, mailing_id: int, may_be_called: ColumnElement[bool], practice: bool
) -> AnyRow | None:
    # On PostgreSQL a pause or cancel updates the mailing's row: it waits for us, or we see it.
    connection.execute(select(mailing.c.id).where(mailing.c.id == mailing_id).with_for_update(read=True))
    pick = (
        select(parcel.c.id, mailing.c.list_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        # What was practised is never handed to anybody who carries mail, and what is real never to the outbox.
        .where(parcel.c.mailing_id == mailing_id, mailing.c.is_practice == practice, _due(), may_be_called)
        .order_by(parcel.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=parcel)
    )
    taken = connection.execute(pick).first()
    if taken is None:
        return None
    won = connection.execute(
        update(parcel)
        .where(parcel.c.id == taken.id, parcel.c.status == ParcelStatus.READY)
        .values(status=ParcelStatus.SENDING)
    )
    return taken if won.rowcount == 1 else None


def _lock_readers(connection: Connection, parcel_id: int) -> None:
    if is_sqlite(connection):
        return  # the whole database is ours until we commit
    inside = select(delivery.c.subscriber_id).where(delivery.c.parcel_id == parcel_id)
    connection.execute(
        select(subscriber.c.id).where(subscriber.c.id.in_(inside)).order_by(subscriber.c.id).with_for_update(read=True)
    )


def _readers_of(connection: Connection, taken: AnyRow, with_fields: bool) -> Sequence[AnyRow]:
    """The pending deliveries of the parcel, each after why it must be skipped, or None, and why it waits."""
    return connection.execute(_readers(with_fields), {"of_parcel": taken.id, "on_list": taken.list_id}).all()


def _was_turned_away(row: AnyRow) -> bool:
    """Whose mailbox said later goes last: a server that stops at one of them must not keep the others waiting for ever."""
    return row[1] is not None


@lru_cache(maxsize=2)
def _readers(with_fields: bool) -> Select[Any]:
    """Built once: putting this statement together takes longer than the database needs for a small parcel."""
    columns = [delivery.c.reason, delivery.c.id, delivery.c.subscriber_id, subscriber.c.email, subscriber.c.first_name]
    columns += [subscriber.c.last_name, *([subscriber.c.fields] if with_fields else [])]
    return (
        select(why_not().label("skip"), *columns)
        .select_from(planned(bindparam("on_list")))
        .where(delivery.c.parcel_id == bindparam("of_parcel"), delivery.c.handover == HandOver.PENDING)
        .order_by(delivery.c.id)
        # Late evidence about an earlier try may be saving these very readers: it waits for us, or we see it.
        .with_for_update(of=delivery)
    )


def _skip(connection: Connection, rows: Sequence[AnyRow]) -> int:
    skipped = 0
    for reason in {row[0] for row in rows} - {None}:
        ids = [row.id for row in rows if row.skip == reason]
        skipped += len(ids)
        connection.execute(
            update(delivery).where(delivery.c.id.in_(ids)).values(handover=HandOver.SKIPPED, reason=reason)
        )
    return skipped


def _begin_attempt(connection: Connection, parcel_id: int, call: _Call) -> tuple[int, datetime]:
    row = connection.execute(
        insert(attempt)
        .values(
            token=call.token,
            parcel_id=parcel_id,
            sender=call.sender,
            provider=call.provider,
            started_at=database_now(),
            deadline_at=database_now(call.deadline_seconds),
        )
        .returning(attempt.c.id, attempt.c.deadline_at)
    ).one()
    return row.id, row.deadline_at


def _mark_sending(connection: Connection, parcel_id: int, attempt_id: int) -> None:
    pending = and_(delivery.c.parcel_id == parcel_id, delivery.c.handover == HandOver.PENDING)
    connection.execute(
        insert(carried).from_select(
            ["attempt_id", "delivery_id"], select(literal(attempt_id), delivery.c.id).where(pending)
        )
    )
    connection.execute(update(delivery).where(pending).values(handover=HandOver.SENDING))
