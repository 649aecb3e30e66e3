"""Approvals and times set by hand: which words of an issue may go, and when a sending that waits begins."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Exists, and_, delete, exists, insert, or_, select, update

from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.ledger.mailings_sql import mailing_row, mailings
from newsletter.ledger.rows import MailingRow
from newsletter.ledger.status_sql import move_status
from newsletter.ledger.tables import attempt, edition, mailing, parcel
from newsletter.schedule.tables import approval, self_draft
from newsletter.words.edition import Edition
from newsletter.words.ledger import MailingStatus
from newsletter.words.slot import Approval

# A sending without a time of its own begins with its plan.
_AT_ONCE = timedelta(seconds=1)


class Approvals:
    """Which words of an issue may go, and which issue goes next."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find_approval(self, issue: int) -> Approval | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(approval).where(approval.c.issue == issue)).first()
        if row is None:
            return None
        return Approval(
            issue=row.issue,
            digest=row.digest,
            approved_by=row.approved_by,
            approved_at=row.approved_at,
            is_next=row.is_next,
            segment=row.segment,
        )

    def approve(self, words: Edition, *, by: str, now: datetime, is_next: bool, segment: str | None = None) -> Approval:
        """Freeze an edition and pin its issue to exactly these words. `segment` None leaves its question as it is."""
        values = {"digest": words.digest, "approved_by": by, "approved_at": now, "is_next": is_next}
        values |= {} if segment is None else {"segment": segment}
        with writing(self._engine) as connection:
            _keep(connection, words)
            known = update(approval).where(approval.c.issue == words.issue).values(values)
            if not connection.execute(known).rowcount:
                connection.execute(insert(approval).values(issue=words.issue, **values))
        found = self.find_approval(words.issue)
        assert found is not None
        return found

    def withdraw(self, issue: int) -> bool:
        with writing(self._engine) as connection:
            return connection.execute(delete(approval).where(approval.c.issue == issue)).rowcount == 1

    def note_self_drafted(self, issue: int, *, now: datetime) -> None:
        """The schedule is about to write this issue by itself, from unused posts."""
        with writing(self._engine) as connection:
            into = insert_into(connection, self_draft)
            connection.execute(into.values(issue=issue, drafted_at=now).on_conflict_do_nothing())

    def self_drafted(self) -> Collection[int]:
        """The issues that the schedule wrote by itself."""
        with reading(self._engine) as connection:
            return frozenset(connection.scalars(select(self_draft.c.issue)))

    def next_issues(self) -> Sequence[int]:
        """Issues that were asked to go next, in the order of asking."""
        with reading(self._engine) as connection:
            return list(
                connection.scalars(
                    select(approval.c.issue)
                    .where(approval.c.is_next)
                    .order_by(approval.c.approved_at, approval.c.issue)
                )
            )

    def keep_edition(self, words: Edition) -> str:
        """Freeze an edition; returns its digest."""
        with writing(self._engine) as connection:
            _keep(connection, words)
        return words.digest


class OneOffs:
    """Sendings that somebody set to a time."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def move_start(self, mailing_id: int, start_at: datetime) -> bool:
        """Another time for a mailing that has not begun, scheduled or held. False where it has."""
        held = and_(mailing.c.status == MailingStatus.PAUSED, ~_begun())
        with writing(self._engine) as connection:
            moved = move_status(
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
            _keep(connection, words)
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

    def list_sendings(self, *, only_timed: bool = False) -> Sequence[tuple[MailingRow, datetime | None]]:
        """Every mailing with the time at which it ended, oldest first; or those alone that were set to a later time."""
        with reading(self._engine) as connection:
            ours = mailings().where(mailing.c.is_practice == self._practice)
            rows = connection.execute(ours.order_by(mailing.c.start_at, mailing.c.id)).all()
        return [
            (mailing_row(row), row.finished_at)
            for row in rows
            if not only_timed or row.start_at - row.created_at > _AT_ONCE
        ]


def _begun() -> Exists:
    """Whether anybody of a mailing was handed over, or is about to be."""
    return exists().where(parcel.c.mailing_id == mailing.c.id, attempt.c.parcel_id == parcel.c.id)


def _keep(connection: Connection, words: Edition) -> None:
    into = insert_into(connection, edition)
    connection.execute(
        into.values(
            digest=words.digest, issue=words.issue, document=words.to_json(), frozen_at=database_now()
        ).on_conflict_do_nothing()
    )
