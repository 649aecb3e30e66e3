"""Control: mailings are started, finished, paused, resumed and cancelled, by a person or when their time has come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, or_, select, true, update

from newsletter.db.engine import is_sqlite, let_others_in, reading, writing
from newsletter.db.frozen import patiently
from newsletter.db.types import database_now
from newsletter.ledger.mailings_sql import UNFINISHED
from newsletter.ledger.moves_sql import recount
from newsletter.ledger.pace.canary_sql import pause_to_look
from newsletter.ledger.pace.refusals_sql import stop_instead_of_finishing
from newsletter.ledger.pace.waits_sql import forget_all_waits
from newsletter.ledger.split_sql import forget_refusals
from newsletter.ledger.status_sql import move_mailings
from newsletter.ledger.tables import delivery, mailing, moved_to, parcel, unanswered_in
from newsletter.words.ledger import HandOver, MailingStatus, ParcelStatus, SkipReason

# Readers of a cancelled mailing are marked in slices: a million at once would hold SQLite's lock for seconds.
_READERS_A_SLICE = 20_000
_RUNNING = (MailingStatus.SCHEDULED, MailingStatus.SENDING)


class Control:
    """Starts, finishes, pauses, resumes and cancels mailings."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    @patiently
    def start_due(self, now: datetime | None = None) -> int:
        """Open the scheduled mailings whose time has come: by `now` on an SQLite file, else by the database's clock."""
        with writing(self._engine) as connection:
            # Machines that share a server share its clock; an SQLite file has that of the one machine it is on.
            by = now if now and is_sqlite(connection) else database_now()
            due = (mailing.c.start_at <= by, mailing.c.is_practice == self._practice)
            return move_mailings(connection, *due, out_of=[MailingStatus.SCHEDULED], to=MailingStatus.SENDING)

    @patiently
    def finish_if_done(self, mailing_id: int) -> bool:
        """Close the mailing where every reader is done; pause it where a person is to look at the canary."""
        open_parcels = exists().where(
            parcel.c.mailing_id == mailing_id,
            parcel.c.status.in_((ParcelStatus.READY, ParcelStatus.SENDING, ParcelStatus.UNCERTAIN)),
        )
        done = (mailing.c.id == mailing_id, mailing.c.status == MailingStatus.SENDING, ~open_parcels)
        to_look = (mailing.c.id == mailing_id, mailing.c.canary > 0, mailing.c.canary_waits)
        with reading(self._engine) as connection:
            looks = connection.scalar(select(mailing.c.id).where(*to_look)) is not None
            if not looks and connection.scalar(select(mailing.c.id).where(*done)) is None:
                return False
        with writing(self._engine) as connection:
            if looks:
                pause_to_look(connection, mailing_id)
            if connection.scalar(select(mailing.c.id).where(*done)) is not None and stop_instead_of_finishing(
                connection, mailing_id
            ):
                return False
            finished = move_mailings(
                connection,
                *done,
                out_of=[MailingStatus.SENDING],
                to=MailingStatus.FINISHED,
                finished_at=database_now(),
            )
            return finished == 1

    @patiently
    def pause(self, issue: int, reason: str, *, only: int | None = None) -> int:
        """Pause the mailings of an issue; with `only`, that one of them.

        One that is still being planned is planned to its end, and then opens paused.
        """
        with writing(self._engine) as connection:
            ids = self._lock(connection, issue, _is(only), mailing.c.status.in_((MailingStatus.PLANNING, *_RUNNING)))
            theirs = mailing.c.id.in_(ids)
            connection.execute(update(mailing).where(theirs).values(pause_reason=reason))
            move_mailings(connection, theirs, out_of=_RUNNING, to=MailingStatus.PAUSED)
        return len(ids)

    @patiently
    def resume(self, issue: int) -> int:
        """Go on; before its time a mailing goes back to waiting for it. A person who resumes has looked at the canary, too."""
        still_planned = and_(mailing.c.status == MailingStatus.PLANNING, mailing.c.pause_reason.is_not(None))
        with writing(self._engine) as connection:
            ids = self._lock(connection, issue, or_(mailing.c.status == MailingStatus.PAUSED, still_planned))
            theirs = mailing.c.id.in_(ids)
            # That person has repaired something: earlier requests to wait no longer count.
            forget_refusals(connection, ids)
            waiting = (parcel.c.mailing_id.in_(ids), parcel.c.not_before.is_not(None))
            connection.execute(update(parcel).where(*waiting).values(not_before=None))
            forget_all_waits(connection)
            values = {"pause_reason": None, "failures_in_a_row": 0, "canary": 0}
            connection.execute(update(mailing).where(theirs).values(**values))
            early = mailing.c.start_at > database_now()
            move_mailings(connection, theirs, early, out_of=[MailingStatus.PAUSED], to=MailingStatus.SCHEDULED)
            move_mailings(connection, theirs, out_of=[MailingStatus.PAUSED], to=MailingStatus.SENDING)
        return len(ids)

    def _ours(self, issue: int) -> ColumnElement[bool]:
        return and_(mailing.c.issue == issue, mailing.c.is_practice == self._practice)

    def _lock(self, connection: Connection, issue: int, *which: ColumnElement[bool]) -> list[int]:
        mine = select(mailing.c.id).where(self._ours(issue), *which).order_by(mailing.c.id)
        return list(connection.scalars(mine.with_for_update()))

    @patiently
    def cancel(self, issue: int, *, only: int | None = None) -> int:
        """Cancel the mailings of an issue, or `only` one, with the first commit: nothing is claimed after it. Then their readers are marked."""
        with writing(self._engine) as connection:
            ended = move_mailings(
                connection,
                self._ours(issue),
                _is(only),
                out_of=UNFINISHED,
                to=MailingStatus.CANCELLED,
                finished_at=database_now(),
            )
        self.finish_cancelled()
        return ended

    @patiently
    def finish_cancelled(self) -> int:
        skipped = 0
        with reading(self._engine) as connection:
            if not _left_in_queue(connection):
                return 0
        while True:
            with writing(self._engine) as connection:
                parcels = _left_in_queue(connection)
                theirs = select(parcel.c.id).where(parcel.c.id.in_(parcels))
                connection.execute(theirs.order_by(parcel.c.id).with_for_update())
                for parcel_id in parcels:
                    skipped += connection.execute(
                        update(delivery)
                        .where(unanswered_in(parcel_id))
                        .values(**moved_to(HandOver.SKIPPED, [HandOver.PENDING]), reason=SkipReason.CANCELLED)
                    ).rowcount
                    recount(connection, parcel_id)
            if not parcels:
                return skipped
            if len(parcels) > 1:
                let_others_in(self._engine)


def _is(mailing_id: int | None) -> ColumnElement[bool]:
    """Whether it is this mailing; None for any."""
    return true() if mailing_id is None else mailing.c.id == mailing_id


def _left_in_queue(connection: Connection) -> Sequence[int]:
    """Some parcels that wait in vain, because their mailing was cancelled: about a slice of readers.

    One that is in a call is not among them: its readers are on their way.
    """
    rows = connection.execute(
        select(parcel.c.id, parcel.c.n_readers)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(mailing.c.status == MailingStatus.CANCELLED, parcel.c.status == ParcelStatus.READY)
        .order_by(parcel.c.id)
        .limit(100)
    ).all()
    n_readers = 0
    taken: list[int] = []
    for row in rows:
        if taken and n_readers + row.n_readers > _READERS_A_SLICE:
            break
        n_readers += row.n_readers
        taken.append(row.id)
    return taken
