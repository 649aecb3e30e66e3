"""The sendings of an issue, each counted by itself: what the owner is told of a slot is about its list alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, and_, func, select

from newsletter.db.engine import reading
from newsletter.ledger.mailings_sql import mailing_row, mailings
from newsletter.ledger.rows import MailingRow
from newsletter.ledger.tables import delivery, mailing, parcel
from newsletter.words.ledger import HandOver


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingTally:
    """Where the readers of one sending stand. The hand-over counts add up to those who were planned for it."""

    mailing: MailingRow
    handover: Mapping[HandOver, int]
    skipped: Mapping[str, int]


class SendingTallies:
    """Each sending of an issue by itself."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def tally(self, issue: int) -> Sequence[SendingTally]:
        """Every sending of an issue by itself, oldest first."""
        of_issue = and_(mailing.c.issue == issue, mailing.c.is_practice == self._practice)
        counted = (
            select(parcel.c.mailing_id, delivery.c.handover, func.count().label("n"))
            .join(delivery, delivery.c.parcel_id == parcel.c.id)
            .join(mailing, mailing.c.id == parcel.c.mailing_id)
            .where(of_issue)
        )
        skipped = counted.add_columns(delivery.c.reason).where(delivery.c.handover == HandOver.SKIPPED)
        with reading(self._engine) as connection:
            rows = connection.execute(mailings().where(of_issue).order_by(mailing.c.id)).all()
            counts = connection.execute(counted.group_by(parcel.c.mailing_id, delivery.c.handover)).all()
            whys = connection.execute(
                skipped.group_by(parcel.c.mailing_id, delivery.c.handover, delivery.c.reason)
            ).all()
        return [
            SendingTally(
                mailing=mailing_row(row),
                handover={state: sum(n for of, one, n in counts if (of, one) == (row.id, state)) for state in HandOver},
                skipped={str(reason): n for of, _, n, reason in whys if of == row.id},
            )
            for row in rows
        ]
