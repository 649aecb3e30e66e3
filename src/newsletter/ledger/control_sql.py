"""A person's hand on the ledger and its own: doubt after a deadline, start, finish, pause, resume, cancel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, exists, func, or_, select, update

from newsletter.db.engine import is_sqlite, let_others_in, reading, writing
from newsletter.db.frozen import end_frozen, patiently
from newsletter.db.types import database_now
from newsletter.ledger.moves_sql import move, open_attempt, settle_parcel
from newsletter.ledger.pace.canary_sql import may_go, pause_to_look
from newsletter.ledger.pace.pace_sql import waits_until
from newsletter.ledger.pace.refusals_sql import stop_instead_of_finishing
from newsletter.ledger.pace.waits_sql import forget_all_waits, waits
from newsletter.ledger.plan_sql import UNFINISHED
from newsletter.ledger.split_sql import forget_refusals
from newsletter.ledger.tables import attempt, delivery, mailing, parcel
from newsletter.words.ledger import HandOver, MailingStatus, ParcelStatus, SkipReason
from newsletter.words.pace import NO_LIMIT, Pace

# Readers of a cancelled mailing are marked in slices: a million at once would hold SQLite's lock for seconds.
_READERS_A_SLICE = 20_000
# A clock that is a little off is put right by seconds all the time, and no lease is much longer for it.
_CLOCK_IS_PUT_RIGHT_SECONDS = 60.0


class Control:
    """Sweep, start, finish, pause, resume and cancel over SQLAlchemy Core."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def sweep(self, *, alive: str | None = None) -> int:
        """Put attempts past their deadline in doubt, and those of every sender but `alive` where one is named.

        Naming one is right only for the holder of the lock on an SQLite file: nobody else can be sending there.
        """
        # What they hold could not be swept, nor finished.
        end_frozen(self._engine)
        overdue: ColumnElement[bool] = attempt.c.deadline_at < database_now()
        if alive is not None:
            overdue = or_(overdue, attempt.c.sender != alive)
        dead = (
            select(attempt.c.id, attempt.c.parcel_id)
            .join(parcel, parcel.c.id == attempt.c.parcel_id)
            .where(open_attempt(), overdue)
        )
        self._put_leases_right()
        with reading(self._engine) as connection:
            # Nearly always there is nothing to do: then nobody has to wait for a writer.
            if connection.execute(dead.limit(1)).first() is None:
                return 0
        with writing(self._engine) as connection:
            rows = connection.execute(dead.with_for_update(of=parcel, skip_locked=True)).all()
            for row in rows:
                move(connection, row.id, HandOver.UNCERTAIN, reason="nobody saw how this try ended")
                settle_parcel(connection, row.parcel_id)
                # The attempt stays open: its own sender may still come back and tell.
        return len(rows)

    def _put_leases_right(self) -> None:
        """A try that began in time to come was written by a clock that has been set back: its lease is counted from now."""
        ahead = (
            select(attempt.c.id, attempt.c.started_at, attempt.c.deadline_at)
            .join(parcel, parcel.c.id == attempt.c.parcel_id)
            .where(open_attempt(), attempt.c.started_at > database_now(_CLOCK_IS_PUT_RIGHT_SECONDS))
        )
        with reading(self._engine) as connection:
            found = connection.execute(ahead).all()
        for row in found:
            seconds = (row.deadline_at - row.started_at).total_seconds()
            lease = {"started_at": database_now(), "deadline_at": database_now(seconds)}
            with writing(self._engine) as connection:
                mine = (attempt.c.id == row.id, attempt.c.started_at == row.started_at)
                connection.execute(update(attempt).where(*mine).values(**lease))

    @patiently
    def start_due(self, now: datetime | None = None) -> int:
        """Open the scheduled mailings whose time has come: by `now` on an SQLite file, else by the database's clock."""
        with writing(self._engine) as connection:
            # Machines that share a server share its clock; an SQLite file has that of the one machine it is on.
            by = now if now and is_sqlite(connection) else database_now()
            due = (
                mailing.c.status == MailingStatus.SCHEDULED,
                mailing.c.start_at <= by,
                mailing.c.is_practice == self._practice,
            )
            return connection.execute(update(mailing).where(*due).values(status=MailingStatus.SENDING)).rowcount

    def next_due_seconds(self, mailing_id: int, *, provider: str, pace: Pace = NO_LIMIT) -> float | None:
        """Seconds until a parcel of this mailing may be claimed or swept; None where nothing is waiting."""
        with reading(self._engine) as connection:
            if connection.scalar(select(mailing.c.status).where(mailing.c.id == mailing_id)) != MailingStatus.SENDING:
                return None
            now = connection.execute(select(database_now())).scalar_one()
            mine = parcel.c.mailing_id == mailing_id
            not_before = case((waits(), parcel.c.not_before), else_=database_now())
            ready = connection.execute(
                select(func.count(), func.min(not_before))
                .join(mailing, mailing.c.id == parcel.c.mailing_id)
                .where(mine, parcel.c.status == ParcelStatus.READY, may_go())
            ).one()
            times = [connection.scalar(_first_deadline(mine))]
            if ready[0]:
                asked = waits_until(connection, provider, pace)
                times.append(max(time for time in (ready[1], asked) if time is not None))
        known = [time for time in times if time is not None]
        return max(0.0, (min(known) - now).total_seconds()) if known else None

    @patiently
    def finish_if_done(self, mailing_id: int) -> bool:
        """Close the mailing where every reader is settled; pause it where a person is to look at the few that went first."""
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
            finished = update(mailing).where(*done)
            values = {"status": MailingStatus.FINISHED, "finished_at": database_now()}
            return connection.execute(finished.values(**values)).rowcount == 1

    def pause(self, issue: int, reason: str) -> int:
        """A mailing that is still being planned is planned to its end, and then opens paused."""
        planning = mailing.c.status == MailingStatus.PLANNING
        running = (MailingStatus.SENDING, MailingStatus.SCHEDULED, MailingStatus.PLANNING)
        status = case((planning, MailingStatus.PLANNING), else_=MailingStatus.PAUSED)
        return self._set(issue, mailing.c.status.in_(running), status=status, pause_reason=reason)

    def resume(self, issue: int) -> int:
        """Go on; before its time a mailing goes back to waiting for it. Whoever resumes has looked at the canary, too."""
        paused = or_(
            mailing.c.status == MailingStatus.PAUSED,
            (mailing.c.status == MailingStatus.PLANNING) & mailing.c.pause_reason.is_not(None),
        )
        status = case(
            (mailing.c.status == MailingStatus.PLANNING, MailingStatus.PLANNING),
            (mailing.c.start_at > database_now(), MailingStatus.SCHEDULED),
            else_=MailingStatus.SENDING,
        )
        return self._set(issue, paused, status=status, pause_reason=None, failures_in_a_row=0, canary=0)

    def _ours(self, issue: int) -> ColumnElement[bool]:
        return and_(mailing.c.issue == issue, mailing.c.is_practice == self._practice)

    @patiently
    def _set(self, issue: int, which: ColumnElement[bool], **values: Any) -> int:
        mine = select(mailing.c.id).where(self._ours(issue), which)
        with writing(self._engine) as connection:
            ids = list(connection.scalars(mine.order_by(mailing.c.id).with_for_update()))
            if values.get("failures_in_a_row") == 0:
                forget_refusals(connection, ids)
                # Whoever resumes has mended something: nobody has to wait for what was before.
                waiting = (parcel.c.mailing_id.in_(ids), parcel.c.not_before.is_not(None))
                connection.execute(update(parcel).where(*waiting).values(not_before=None))
                forget_all_waits(connection)
            connection.execute(update(mailing).where(mailing.c.id.in_(ids)).values(**values))
        return len(ids)

    @patiently
    def cancel(self, issue: int) -> int:
        """The mailings end with the first commit: nothing is claimed after it. Then their readers are marked."""
        unfinished = (self._ours(issue), mailing.c.status.in_(UNFINISHED))
        with writing(self._engine) as connection:
            ended = connection.execute(
                update(mailing).where(*unfinished).values(status=MailingStatus.CANCELLED, finished_at=database_now())
            ).rowcount
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
                for parcel_id in parcels:
                    skipped += connection.execute(
                        update(delivery)
                        .where(delivery.c.parcel_id == parcel_id, delivery.c.handover == HandOver.PENDING)
                        .values(handover=HandOver.SKIPPED, reason=SkipReason.CANCELLED)
                    ).rowcount
                    settle_parcel(connection, parcel_id)
            if not parcels:
                return skipped
            if len(parcels) > 1:
                let_others_in(self._engine)


def _left_in_queue(connection: Connection) -> Sequence[int]:
    """Some parcels that wait in vain, because their mailing was cancelled: about a slice of readers."""
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


def _first_deadline(mine: ColumnElement[bool]) -> Any:
    return (
        select(func.min(attempt.c.deadline_at))
        .join(parcel, parcel.c.id == attempt.c.parcel_id)
        .where(mine, open_attempt())
    )
