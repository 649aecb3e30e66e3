"""The rest of the ledger's verbs: doubt after a deadline, pause and cancel, settling, and when to look again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, func, or_, select, update

from newsletter.ports.ledger import DoubtfulAttempt
from newsletter.store.engine import reading, writing
from newsletter.store.planning import UNFINISHED
from newsletter.store.recording import move, settle_parcel
from newsletter.store.splitting import new_child
from newsletter.store.tables import attempt, carried, delivery, mailing, parcel, provider_state
from newsletter.store.types import database_now
from newsletter.words.ledger import HandOver, MailingStatus, ParcelStatus, SkipReason


class SqlControl:
    """Sweep, start, finish, pause, resume, cancel and settle over SQLAlchemy Core."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sweep(self, *, alive: str | None = None) -> int:
        overdue: ColumnElement[bool] = attempt.c.deadline_at < database_now()
        if alive is not None:
            overdue = or_(overdue, attempt.c.sender != alive)
        with writing(self._engine) as connection:
            dead = connection.execute(
                select(attempt.c.id, attempt.c.parcel_id)
                .join(parcel, parcel.c.id == attempt.c.parcel_id)
                .where(attempt.c.outcome.is_(None), overdue, parcel.c.status == ParcelStatus.SENDING)
                .with_for_update(of=parcel, skip_locked=True)
            ).all()
            for row in dead:
                move(
                    connection,
                    row.id,
                    HandOver.UNCERTAIN,
                    reason="nobody saw how this try ended",
                    only_in=row.parcel_id,
                )
                settle_parcel(connection, row.parcel_id)
                # The attempt stays open: its own sender may still come back and tell.
        return len(dead)

    def start_due(self) -> int:
        with writing(self._engine) as connection:
            return connection.execute(
                update(mailing)
                .where(mailing.c.status == MailingStatus.SCHEDULED, mailing.c.start_at <= database_now())
                .values(status=MailingStatus.SENDING)
            ).rowcount

    def next_due_seconds(self, mailing_id: int) -> float | None:
        with reading(self._engine) as connection:
            if connection.scalar(select(mailing.c.status).where(mailing.c.id == mailing_id)) != MailingStatus.SENDING:
                return None
            now = connection.scalar(select(database_now()))
            mine = parcel.c.mailing_id == mailing_id
            ready = connection.execute(
                select(func.count(), func.min(func.coalesce(parcel.c.not_before, database_now()))).where(
                    mine, parcel.c.status == ParcelStatus.READY
                )
            ).one()
            times = [connection.scalar(_first_deadline(mine))]
            if ready[0]:
                waits = connection.scalar(select(func.max(provider_state.c.not_before)))
                times.append(max(time for time in (ready[1], waits) if time is not None))
        known = [time for time in times if time is not None]
        return max(0.0, (min(known) - now).total_seconds()) if known and now else None

    def finish_if_done(self, mailing_id: int) -> bool:
        open_parcels = exists().where(
            parcel.c.mailing_id == mailing_id,
            parcel.c.status.in_((ParcelStatus.READY, ParcelStatus.SENDING, ParcelStatus.UNCERTAIN)),
        )
        with writing(self._engine) as connection:
            done = connection.execute(
                update(mailing)
                .where(mailing.c.id == mailing_id, mailing.c.status == MailingStatus.SENDING, ~open_parcels)
                .values(status=MailingStatus.FINISHED, finished_at=database_now())
            )
        return done.rowcount == 1

    def pause(self, issue: int, reason: str) -> int:
        running = (MailingStatus.SENDING, MailingStatus.SCHEDULED)
        return self._set(issue, running, status=MailingStatus.PAUSED, pause_reason=reason)

    def resume(self, issue: int) -> int:
        return self._set(
            issue, (MailingStatus.PAUSED,), status=MailingStatus.SENDING, pause_reason=None, failures_in_a_row=0
        )

    def _set(self, issue: int, sources: Sequence[MailingStatus], **values: Any) -> int:
        with writing(self._engine) as connection:
            return connection.execute(
                update(mailing).where(mailing.c.issue == issue, mailing.c.status.in_(sources)).values(**values)
            ).rowcount

    def cancel(self, issue: int) -> int:
        with writing(self._engine) as connection:
            ended = list(
                connection.scalars(
                    update(mailing)
                    .where(mailing.c.issue == issue, mailing.c.status.in_(UNFINISHED))
                    .values(status=MailingStatus.CANCELLED, finished_at=database_now())
                    .returning(mailing.c.id)
                )
            )
            queued = select(parcel.c.id).where(parcel.c.mailing_id.in_(ended), parcel.c.status == ParcelStatus.READY)
            connection.execute(
                update(delivery)
                .where(delivery.c.parcel_id.in_(queued), delivery.c.handover == HandOver.PENDING)
                .values(handover=HandOver.SKIPPED, reason=SkipReason.CANCELLED)
            )
            for parcel_id in list(connection.scalars(queued)):
                settle_parcel(connection, parcel_id)
        return len(ended)

    def list_doubtful(self, issue: int) -> Sequence[DoubtfulAttempt]:
        rows = (
            select(attempt.c.id, attempt.c.token, attempt.c.parcel_id, attempt.c.deadline_at, delivery.c.id)
            .join(parcel, parcel.c.id == attempt.c.parcel_id)
            .join(mailing, mailing.c.id == parcel.c.mailing_id)
            .join(carried, carried.c.attempt_id == attempt.c.id)
            .join(delivery, and_(delivery.c.id == carried.c.delivery_id, delivery.c.parcel_id == parcel.c.id))
            .where(mailing.c.issue == issue, delivery.c.handover == HandOver.UNCERTAIN)
            .order_by(attempt.c.id, delivery.c.id)
        )
        found: dict[int, tuple[Any, list[int]]] = {}
        with reading(self._engine) as connection:
            for attempt_id, token, parcel_id, deadline_at, delivery_id in connection.execute(rows):
                found.setdefault(attempt_id, ((token, parcel_id, deadline_at), []))[1].append(delivery_id)
        return [
            DoubtfulAttempt(id=one, token=about[0], parcel_id=about[1], deadline_at=about[2], deliveries=ids)
            for one, (about, ids) in found.items()
        ]

    def prove(self, attempt_id: int, deliveries: Sequence[int]) -> int:
        with writing(self._engine) as connection:
            moved = move(connection, attempt_id, HandOver.ACCEPTED, deliveries=deliveries)
            _settle_all(connection, deliveries)
        return moved

    def requeue(self, attempt_id: int, deliveries: Sequence[int]) -> int:
        with writing(self._engine) as connection:
            of = connection.execute(
                select(attempt.c.parcel_id, mailing.c.status)
                .join(parcel, parcel.c.id == attempt.c.parcel_id)
                .join(mailing, mailing.c.id == parcel.c.mailing_id)
                .where(attempt.c.id == attempt_id)
            ).one()
            moved = move(connection, attempt_id, HandOver.PENDING, deliveries=deliveries, only_in=of.parcel_id)
            if of.status == MailingStatus.CANCELLED:
                move(
                    connection,
                    attempt_id,
                    HandOver.SKIPPED,
                    deliveries=deliveries,
                    reason=SkipReason.CANCELLED,
                    only_in=of.parcel_id,
                )
            waiting = list(
                connection.scalars(
                    select(delivery.c.id).where(
                        delivery.c.id.in_(deliveries),
                        delivery.c.parcel_id == of.parcel_id,
                        delivery.c.handover == HandOver.PENDING,
                    )
                )
            )
            if waiting:
                new_child(connection, of.parcel_id, waiting)
            settle_parcel(connection, of.parcel_id)
        return moved

    def leave(self, attempt_id: int, deliveries: Sequence[int]) -> int:
        with writing(self._engine) as connection:
            moved = move(connection, attempt_id, HandOver.LEFT, deliveries=deliveries, reason="left by the owner")
            _settle_all(connection, deliveries)
        return moved


def _first_deadline(mine: ColumnElement[bool]) -> Any:
    return (
        select(func.min(attempt.c.deadline_at))
        .join(parcel, parcel.c.id == attempt.c.parcel_id)
        .where(mine, attempt.c.outcome.is_(None), parcel.c.status == ParcelStatus.SENDING)
    )


def _settle_all(connection: Connection, deliveries: Sequence[int]) -> None:
    for parcel_id in connection.scalars(
        select(delivery.c.parcel_id).where(delivery.c.id.in_(deliveries)).distinct()
    ).all():
        settle_parcel(connection, parcel_id)
