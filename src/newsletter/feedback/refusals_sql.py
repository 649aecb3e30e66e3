"""Readers whom a provider refused while their mail was handed over, once that is final and nothing has followed from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, exists, select

from newsletter.db.id_lists import ids_in
from newsletter.db.types import database_now
from newsletter.feedback.tables import event
from newsletter.ledger.carried_sql import is_last_of_its_parcel
from newsletter.ledger.tables import attempt, delivery, fresh_refusal, is_in, mailing, not_held, parcel
from newsletter.words.ledger import HandOver, MailingStatus

# As long as an issue is watched otherwise.
_LOOKED_AT_FOR = timedelta(days=10)
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalRefusal:
    """The provider took others after it, so it meant this reader. `reason` is what it said, without any address."""

    delivery: int
    attempt: str
    reason: str
    at: datetime


def list_final_refusals(connection: Connection, provider: str, *, after: int) -> Sequence[FinalRefusal]:
    """The next ones of issues that ended lately, by delivery; those after `after`, a delivery's number."""
    inside = ids_in(attempt.c.carried)
    query = (
        select(delivery.c.id, delivery.c.reason, attempt.c.token, attempt.c.started_at)
        .select_from(mailing)
        .join(
            delivery,
            and_(delivery.c.issue == mailing.c.issue, delivery.c.is_practice == mailing.c.is_practice, not_held),
        )
        .join(parcel, and_(parcel.c.id == delivery.c.parcel_id, parcel.c.mailing_id == mailing.c.id))
        .join(attempt, and_(attempt.c.parcel_id == parcel.c.id, attempt.c.provider == provider))
        .join(inside, inside.c.value == delivery.c.id)
        .where(
            mailing.c.status == MailingStatus.FINISHED,
            mailing.c.finished_at > database_now(-_LOOKED_AT_FOR.total_seconds()),
            ~mailing.c.is_practice,
            is_in(HandOver.REFUSED),
            delivery.c.id > after,
            is_last_of_its_parcel(),
            ~exists().where(fresh_refusal.c.delivery_id == delivery.c.id),
            ~exists().where(event.c.delivery_id == delivery.c.id),
        )
        .order_by(delivery.c.id)
        .limit(_AT_ONCE)
    )
    return [
        FinalRefusal(delivery=row.id, attempt=row.token, reason=row.reason or "", at=row.started_at)
        for row in connection.execute(query)
    ]
