"""The sendings that the schedule sees: every mailing with its time, those set to a time, and each one counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, Exists, and_, exists, func, or_, select, update

from newsletter.db.engine import reading, writing
from newsletter.db.types import AnyRow, database_now
from newsletter.ledger.mailings_sql import mailing_row, mailings
from newsletter.ledger.rows import MailingRow
from newsletter.ledger.status_sql import move_mailings
from newsletter.ledger.tables import attempt, delivery, edition, is_correction_mail, is_in, mailing, parcel, state_of
from newsletter.schedule.approvals_sql import keep
from newsletter.words.edition import Edition
from newsletter.words.ledger import HandOver, MailingStatus

# A sending without a time of its own begins with its plan.
_AT_ONCE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingTally:
    """Where the readers of one sending stand. The hand-over counts add up to those who were planned for it."""

    mailing: MailingRow
    handover: Mapping[HandOver, int]
    skipped: Mapping[str, int]


class Sendings:
    """Each sending by itself: what the owner is told of a slot is about its list alone."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def move_start(self, mailing_id: int, start_at: datetime) -> bool:
        """Another time for a mailing that has not begun, scheduled or held. False where it has."""
        held = and_(mailing.c.status == MailingStatus.PAUSED, ~_begun())
        with writing(self._engine) as connection:
            moved = move_mailings(
                connection,
                mailing.c.id == mailing_id,
                or_(mailing.c.status == MailingStatus.SCHEDULED, held),
                out_of=[MailingStatus.SCHEDULED, MailingStatus.PAUSED],
                to=MailingStatus.SCHEDULED,
                start_at=start_at,
                pause_reason=None,
            )
        return moved == 1

    def reword(self, words: Edition) -> int:
        """The sendings of its issue that have not begun go with these words. Returns how many had others."""
        # One that is planned for now is taken up as soon as it is planned: it keeps its words.
        planned_ahead = and_(mailing.c.status == MailingStatus.PLANNING, mailing.c.start_at > database_now())
        waits = or_(mailing.c.status.in_((MailingStatus.SCHEDULED, MailingStatus.PAUSED)), planned_ahead)
        with writing(self._engine) as connection:
            keep(connection, words)
            theirs = select(edition.c.id).where(edition.c.digest == words.digest).scalar_subquery()
            return connection.execute(
                update(mailing)
                .where(
                    mailing.c.issue == words.issue,
                    mailing.c.is_practice == self._practice,
                    waits,
                    mailing.c.edition_id != theirs,
                    ~_begun(),
                )
                .values(edition_id=theirs)
            ).rowcount

    def has_begun(self, mailing_id: int) -> bool:
        """Whether anybody of it was handed over, or is about to be."""
        with reading(self._engine) as connection:
            begun = select(mailing.c.id).where(mailing.c.id == mailing_id, _begun())
            return connection.scalar(begun) is not None

    def list_all(self) -> Sequence[MailingRow]:
        """Every mailing of an issue, by its time; the mail of a correction goes beside the schedule."""
        return [mailing_row(row) for row in self._rows()]

    def list_timed(self) -> Sequence[MailingRow]:
        """Those that were set to a later time than that of their plan."""
        return [mailing_row(row) for row in self._rows() if row.start_at - row.created_at > _AT_ONCE]

    def _rows(self) -> Sequence[AnyRow]:
        ours = mailings().where(mailing.c.is_practice == self._practice, ~is_correction_mail)
        with reading(self._engine) as connection:
            return connection.execute(ours.order_by(mailing.c.start_at, mailing.c.id)).all()

    def tally(self, issue: int) -> Sequence[SendingTally]:
        """Every sending of an issue by itself, oldest first."""
        of_issue = and_(mailing.c.issue == issue, mailing.c.is_practice == self._practice)
        state = state_of()
        counted = (
            select(parcel.c.mailing_id, state, func.count().label("n"))
            .join(delivery, delivery.c.parcel_id == parcel.c.id)
            .join(mailing, mailing.c.id == parcel.c.mailing_id)
            .where(of_issue)
        )
        skipped = counted.add_columns(delivery.c.reason).where(is_in(HandOver.SKIPPED))
        with reading(self._engine) as connection:
            rows = connection.execute(mailings().where(of_issue).order_by(mailing.c.id)).all()
            counts = connection.execute(counted.group_by(parcel.c.mailing_id, state)).all()
            whys = connection.execute(skipped.group_by(parcel.c.mailing_id, state, delivery.c.reason)).all()
        return [
            SendingTally(
                mailing=mailing_row(row),
                handover={each: sum(n for of, one, n in counts if (of, one) == (row.id, each)) for each in HandOver},
                skipped={str(reason): n for of, _, n, reason in whys if of == row.id},
            )
            for row in rows
        ]


def _begun() -> Exists:
    """Whether anybody of a mailing was handed over, or is about to be."""
    return exists().where(parcel.c.mailing_id == mailing.c.id, attempt.c.parcel_id == parcel.c.id)
