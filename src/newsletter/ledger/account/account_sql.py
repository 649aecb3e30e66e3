"""Where every reader of an issue stands, counted from the ledger itself."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, func, or_, select

from newsletter.db.engine import reading
from newsletter.ledger.account.late_sql import count_late
from newsletter.ledger.mailings_sql import mailing_row, mailings
from newsletter.ledger.rows import Account
from newsletter.ledger.tables import delivery, holding, holds, is_correction_mail, is_in, mailing, parcel, state_of
from newsletter.words.ledger import Fate, HandOver, ParcelStatus


class Accounts:
    """Where the readers of issues stand, counted reader by reader."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def find(self, issue: int) -> Account | None:
        """The account of real sendings; while practising that of the practice, if there is any."""
        with reading(self._engine) as connection:
            shown = account_shown(connection, issue, practice=self._practice)
            if shown is None:
                return None
            ours = and_(mailing.c.issue == issue, mailing.c.is_practice == shown)
            rows = [mailing_row(row) for row in connection.execute(mailings().where(ours).order_by(mailing.c.id))]
            state = state_of()
            inside = (
                select(state, delivery.c.fate, func.count(), func.count().filter(delivery.c.doubled))
                .join(parcel, parcel.c.id == delivery.c.parcel_id)
                .join(mailing, mailing.c.id == parcel.c.mailing_id)
                .where(ours)
            )
            if len(rows) > 1:
                inside = inside.where(or_(holds, is_last_word(issue, practice=shown)))
            counts = connection.execute(inside.group_by(state, delivery.c.fate)).all()
            reasons = connection.execute(
                inside.with_only_columns(delivery.c.reason, func.count())
                .where(is_in(HandOver.SKIPPED))
                .group_by(delivery.c.reason)
            ).all()
            late = count_late(connection, delivery.c.issue == issue, delivery.c.is_practice == shown)
        handover = dict.fromkeys(HandOver, 0)
        fates = dict.fromkeys(Fate, 0)
        for what, fate, n, _ in counts:
            handover[HandOver(what)] += n
            fates[Fate(fate)] += n
        return Account(
            issue=issue,
            planned=sum(handover.values()),
            handover=handover,
            fates=fates,
            skipped={str(reason): n for reason, n in reasons},
            mailings=rows,
            doubled=sum(n_doubled for *_, n_doubled in counts),
            late=late,
            is_practice=shown,
        )

    def list_issues_sent(self) -> Sequence[int]:
        """Numbers of the issues that were ever planned, newest first."""
        with reading(self._engine) as connection:
            known = select(mailing.c.issue).where(~is_correction_mail).distinct().order_by(mailing.c.issue.desc())
            return list(connection.scalars(known if self._practice else known.where(~mailing.c.is_practice)))

    def progress(self, mailing_id: int) -> tuple[int, int]:
        """(settled, planned) readers of one mailing, from the parcels: cheap enough for a progress bar."""
        with reading(self._engine) as connection:
            settled = connection.scalar(
                select(func.coalesce(func.sum(parcel.c.n_readers), 0)).where(
                    parcel.c.mailing_id == mailing_id,
                    parcel.c.status.in_((ParcelStatus.DONE, ParcelStatus.UNCERTAIN, ParcelStatus.SPLIT)),
                )
            )
            planned = connection.scalar(select(mailing.c.planned).where(mailing.c.id == mailing_id))
        return int(settled or 0), int(planned or 0)


def is_last_word(issue: int, *, practice: bool) -> ColumnElement[bool]:
    """For a delivery that does not hold the issue: it is the reader's last.

    A reader who is planned again counts once.
    """
    ours = (delivery.c.issue == issue, delivery.c.is_practice == practice)
    turn = func.row_number().over(partition_by=delivery.c.subscriber_id, order_by=delivery.c.id.desc())
    not_held = select(delivery.c.id, delivery.c.subscriber_id, turn.label("turn")).where(*ours, ~holds).subquery()
    kept = delivery.alias("kept")
    held_by = exists().where(
        kept.c.issue == issue,
        kept.c.subscriber_id == not_held.c.subscriber_id,
        kept.c.is_practice == practice,
        holding(kept),
    )
    return delivery.c.id.in_(select(not_held.c.id).where(not_held.c.turn == 1, ~held_by))


def account_shown(connection: Connection, issue: int, *, practice: bool) -> bool | None:
    """Whether people are shown the practice account of an issue or the real one; None where there is nothing to show.

    Never the practice where mail goes to real readers: three files on a disk must not pass for three who have it.
    """
    accounts = set(connection.scalars(select(mailing.c.is_practice).where(mailing.c.issue == issue).distinct()))
    if practice and True in accounts:
        return True
    return False if False in accounts else None
