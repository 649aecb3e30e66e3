"""Where every reader of an issue stands, counted from the ledger itself."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, func, select

from newsletter.ports.ledger import Account
from newsletter.store.engine import reading
from newsletter.store.planning import mailing_row, mailings
from newsletter.store.tables import delivery, mailing, parcel
from newsletter.words.ledger import Fate, HandOver, ParcelStatus


class SqlAccounts:
    """The `Accounts` port."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find_account(self, issue: int) -> Account | None:
        with reading(self._engine) as connection:
            rows = [mailing_row(row) for row in connection.execute(mailings().where(mailing.c.issue == issue))]
            if not rows:
                return None
            inside = (
                select(delivery.c.handover, delivery.c.fate, func.count(), func.count().filter(delivery.c.doubled))
                .join(parcel, parcel.c.id == delivery.c.parcel_id)
                .join(mailing, mailing.c.id == parcel.c.mailing_id)
                .where(mailing.c.issue == issue)
            )
            counts = connection.execute(inside.group_by(delivery.c.handover, delivery.c.fate)).all()
            reasons = connection.execute(
                inside.with_only_columns(delivery.c.reason, func.count())
                .where(delivery.c.handover == HandOver.SKIPPED)
                .group_by(delivery.c.reason)
            ).all()
        handover = dict.fromkeys(HandOver, 0)
        fates = dict.fromkeys(Fate, 0)
        for state, fate, n, _ in counts:
            handover[HandOver(state)] += n
            fates[Fate(fate)] += n
        return Account(
            issue=issue,
            planned=sum(handover.values()),
            handover=handover,
            fates=fates,
            skipped={str(reason): n for reason, n in reasons},
            mailings=rows,
            doubled=sum(n_doubled for *_, n_doubled in counts),
        )

    def list_issues_sent(self) -> Sequence[int]:
        with reading(self._engine) as connection:
            return list(connection.scalars(select(mailing.c.issue).distinct().order_by(mailing.c.issue.desc())))

    def progress(self, mailing_id: int) -> tuple[int, int]:
        with reading(self._engine) as connection:
            settled = connection.scalar(
                select(func.coalesce(func.sum(parcel.c.n_readers), 0)).where(
                    parcel.c.mailing_id == mailing_id,
                    parcel.c.status.in_((ParcelStatus.DONE, ParcelStatus.UNCERTAIN)),
                )
            )
            planned = connection.scalar(select(mailing.c.planned).where(mailing.c.id == mailing_id))
        return int(settled or 0), int(planned or 0)
