"""Settling: what evidence or the owner says about tries that nobody saw the end of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, and_, select

from newsletter.ports.ledger import DoubtfulAttempt
from newsletter.store.engine import reading, writing
from newsletter.store.moving import accept, move, settle_all, settle_parcel, superseded
from newsletter.store.splitting import new_child
from newsletter.store.tables import attempt, carried, delivery, mailing, parcel
from newsletter.words.ledger import HandOver, MailingStatus, SkipReason


class SqlSettling:
    """The `Settling` port over SQLAlchemy Core."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list_doubtful(self, issue: int) -> Sequence[DoubtfulAttempt]:
        rows = (
            select(attempt.c.id, attempt.c.token, attempt.c.parcel_id, attempt.c.deadline_at, delivery.c.id)
            .join(parcel, parcel.c.id == attempt.c.parcel_id)
            .join(mailing, mailing.c.id == parcel.c.mailing_id)
            .join(carried, carried.c.attempt_id == attempt.c.id)
            .join(delivery, and_(delivery.c.id == carried.c.delivery_id, delivery.c.parcel_id == parcel.c.id))
            .where(mailing.c.issue == issue, delivery.c.handover == HandOver.UNCERTAIN, ~superseded(attempt.c.id))
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
            moved = accept(connection, attempt_id, deliveries)
            settle_all(connection, deliveries)
        return moved

    def requeue(self, attempt_id: int, deliveries: Sequence[int]) -> int:
        with writing(self._engine) as connection:
            # Mailing before parcel, as everyone takes them: a cancel waits for us, or we see it.
            of = connection.execute(
                select(attempt.c.parcel_id, mailing.c.status)
                .join(parcel, parcel.c.id == attempt.c.parcel_id)
                .join(mailing, mailing.c.id == parcel.c.mailing_id)
                .where(attempt.c.id == attempt_id)
                .with_for_update(of=mailing)
            ).one()
            connection.execute(select(parcel.c.id).where(parcel.c.id == of.parcel_id).with_for_update())
            doubtful = list(
                connection.scalars(
                    select(delivery.c.id).where(
                        delivery.c.id.in_(deliveries),
                        delivery.c.parcel_id == of.parcel_id,
                        delivery.c.handover == HandOver.UNCERTAIN,
                    )
                )
            )
            moved = move(connection, attempt_id, HandOver.PENDING, deliveries=doubtful)
            if of.status == MailingStatus.CANCELLED:
                reason = SkipReason.CANCELLED
                move(connection, attempt_id, HandOver.SKIPPED, deliveries=doubtful, reason=reason)
                moved = 0
            elif moved:
                new_child(connection, of.parcel_id, _pending(connection, doubtful))
            settle_parcel(connection, of.parcel_id)
        return moved

    def leave(self, attempt_id: int, deliveries: Sequence[int]) -> int:
        with writing(self._engine) as connection:
            moved = move(connection, attempt_id, HandOver.LEFT, deliveries=deliveries, reason="left by the owner")
            settle_all(connection, deliveries)
        return moved


def _pending(connection: Connection, deliveries: Sequence[int]) -> list[int]:
    waiting = select(delivery.c.id).where(delivery.c.id.in_(deliveries), delivery.c.handover == HandOver.PENDING)
    return list(connection.scalars(waiting))
