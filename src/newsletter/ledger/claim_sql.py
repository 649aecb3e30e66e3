"""The statements of a claim, in the order in which `claim.py` runs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from newsletter.db.engine import is_sqlite
from newsletter.db.types import AnyRow, database_now
from newsletter.ledger.pace.canary_sql import may_go
from newsletter.ledger.pace.pace_sql import may_call
from newsletter.ledger.pace.waits_sql import waits
from newsletter.ledger.status_sql import move_parcel
from newsletter.ledger.tables import attempt, delivery, edition, mailing, moved_to, parcel, unanswered_in
from newsletter.readers.mailable_sql import planned, why_not
from newsletter.readers.tables import subscriber
from newsletter.words.ledger import HandOver, MailingStatus, ParcelStatus
from newsletter.words.pace import Pace


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the sender that makes it, to which provider, under which name, and how many seconds it may take.

    `edition` is the digest of the words that it carries.
    """

    token: str
    edition: str
    sender: str
    provider: str
    deadline_seconds: float


def _due() -> ColumnElement[bool]:
    """A parcel may be claimed: it is ready and does not have to wait, and its mailing is sending."""
    return and_(
        parcel.c.status == ParcelStatus.READY,
        ~waits(),
        mailing.c.status == MailingStatus.SENDING,
        may_go(),
    )


def take_parcel(connection: Connection, mailing_id: int, call: Call, pace: Pace, practice: bool) -> AnyRow | None:
    """The next due parcel, where the mailing still goes with these words. None where nothing is due in them."""
    of = {"of_mailing": mailing_id, "with_words": call.edition}
    # On PostgreSQL a pause, cancel or correction updates the mailing's row: it waits for us, or we see it.
    connection.execute(_mailing, of)
    taken = connection.execute(_next_due(call.provider, pace, practice), of).first()
    if taken is None:
        return None
    won = move_parcel(connection, taken.id, out_of=[ParcelStatus.READY], to=ParcelStatus.SENDING)
    return taken if won else None


# Statements are put together once: that takes longer than the database needs for a small parcel.
_mailing = select(mailing.c.id).where(mailing.c.id == bindparam("of_mailing")).with_for_update(read=True)


@lru_cache(maxsize=8)
def _next_due(provider: str, pace: Pace, practice: bool) -> Select[Any]:
    with_words = select(edition.c.id).where(edition.c.digest == bindparam("with_words")).scalar_subquery()
    return (
        select(parcel.c.id, mailing.c.list_id, mailing.c.edition_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(mailing.c.edition_id == with_words, parcel.c.mailing_id == bindparam("of_mailing"))
        # Practice is never handed to a provider that carries mail, and real mail never to one for practice.
        .where(mailing.c.is_practice == practice, _due(), may_call(provider, pace))
        .order_by(parcel.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=parcel)
    )


def lock_readers(connection: Connection, parcel_id: int) -> None:
    if is_sqlite(connection):
        return  # the whole database is ours until we commit
    inside = select(delivery.c.subscriber_id).where(delivery.c.parcel_id == parcel_id)
    connection.execute(
        select(subscriber.c.id).where(subscriber.c.id.in_(inside)).order_by(subscriber.c.id).with_for_update(read=True)
    )


def readers_of(connection: Connection, taken: AnyRow, with_fields: bool) -> Sequence[AnyRow]:
    """The pending deliveries of the parcel: `skip` says why one may not be mailed, `reason` why it was turned away before.

    A reader whose mailbox said later goes last: a server that stops there must not keep the others waiting without end.
    """
    rows = connection.execute(_readers(with_fields), {"of_parcel": taken.id, "on_list": taken.list_id}).all()
    return rows if not any(map(_why_turned_away, rows)) else sorted(rows, key=lambda row: bool(_why_turned_away(row)))


@lru_cache(maxsize=2)
def _readers(with_fields: bool) -> Select[Any]:
    columns = [why_not().label("skip"), delivery.c.reason, delivery.c.id, delivery.c.subscriber_id]
    columns += [subscriber.c.email, subscriber.c.first_name, subscriber.c.last_name]
    columns += [subscriber.c.fields] if with_fields else []
    return (
        select(*columns)
        .select_from(planned(bindparam("on_list")))
        # Late evidence about an earlier try locks the parcel of these very readers: it waits for us, or we see it.
        .where(unanswered_in(bindparam("of_parcel")))
        .order_by(delivery.c.id)
    )


# Access by name is slow for a thousand rows: this looks up once which column has which name.
_NAMES = tuple(_readers(True).selected_columns.keys())
_why_to_skip, _why_turned_away = (itemgetter(_NAMES.index(name)) for name in ("skip", "reason"))


def may_be_mailed(row: AnyRow) -> bool:
    return _why_to_skip(row) is None


def columns_of(rows: Sequence[AnyRow]) -> dict[str, Sequence[Any]]:
    """The same rows column by column, each under its name; `fields` only where they were asked for."""
    return dict(zip(_NAMES, zip(*rows, strict=True), strict=False))


def skip(connection: Connection, rows: Sequence[AnyRow]) -> int:
    """Mark the readers who may no longer be mailed. Returns how many they are."""
    skipped = 0
    for reason in set(map(_why_to_skip, rows)) - {None}:
        ids = [row.id for row in rows if row.skip == reason]
        skipped += len(ids)
        theirs = update(delivery).where(delivery.c.id.in_(ids))
        connection.execute(theirs.values(**moved_to(HandOver.SKIPPED, [HandOver.PENDING]), reason=reason))
    return skipped


def begin_attempt(connection: Connection, taken: AnyRow, call: Call, deliveries: Sequence[int]) -> int:
    values = {
        "token": call.token,
        "parcel_id": taken.id,
        "edition_id": taken.edition_id,
        "sender": call.sender,
        "provider": call.provider,
        "carried": sorted(deliveries),
    }
    return int(connection.execute(_attempt(call.deadline_seconds), values).scalar_one())


@lru_cache(maxsize=8)
def _attempt(deadline_seconds: float) -> ReturningInsert[Any]:
    times = {"started_at": database_now(), "deadline_at": database_now(deadline_seconds)}
    return insert(attempt).values(**times).returning(attempt.c.id)
