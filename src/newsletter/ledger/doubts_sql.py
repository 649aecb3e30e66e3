"""Doubts: what evidence or the owner says about tries that nobody saw the end of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, func, or_, select, true, update

from newsletter.db.engine import reading, writing
from newsletter.db.id_lists import ids_in
from newsletter.db.types import AnyRow, database_now
from newsletter.db.until import lies_ahead
from newsletter.ledger.carried_sql import carried_by, is_last_of_its_parcel, lock_parcels_of
from newsletter.ledger.mailings_sql import UNFINISHED
from newsletter.ledger.moves_sql import accept, move, recount, recount_all
from newsletter.ledger.rows import DoubtfulAttempt
from newsletter.ledger.split_sql import new_child
from newsletter.ledger.status_sql import move_mailings
from newsletter.ledger.tables import attempt, delivery, is_in, mailing, parcel, unanswered
from newsletter.ports.provider import Tried
from newsletter.readers.tables import subscriber
from newsletter.words.ledger import HandOver, MailingStatus, ParcelStatus, SkipReason
from newsletter.words.mistake import NotNow
from newsletter.words.subscriber import address_key

# What became of a call can be found out within minutes or not at all; a hundred in doubt must not be a hundred
# questions a tick.
_FIRST_BETWEEN_LOOKS, _LONGEST_BETWEEN_LOOKS = 30.0, 3_600.0


class Doubts:
    """Decides about tries in doubt."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def list_attempts(self, issue: int, *, left: bool = False, email: str = "") -> Sequence[DoubtfulAttempt]:
        """Tries in doubt; with `left` those that the owner left as well, with `email` only the copies of one reader."""
        states = (HandOver.UNCERTAIN, HandOver.LEFT) if left else (HandOver.UNCERTAIN,)
        rows = _doubtful(states).where(mailing.c.issue == issue, mailing.c.is_practice == self._practice)
        if email:
            person = select(subscriber.c.id).where(subscriber.c.email_key == address_key(email))
            rows = rows.where(delivery.c.subscriber_id == person.scalar_subquery())
        with reading(self._engine) as connection:
            return _attempts(connection, rows)

    def list_unasked(self, *, provider: str, most: int) -> Sequence[DoubtfulAttempt]:
        """Attempts in doubt, of any issue, about which this provider was not asked lately; longest waiting first."""
        # A reader in doubt is in a batch that is not done: few batches even of a large issue.
        doubtful = _doubtful((HandOver.UNCERTAIN,)).where(
            parcel.c.status != ParcelStatus.DONE,
            mailing.c.status != MailingStatus.FINISHED,
            mailing.c.is_practice == self._practice,
            attempt.c.provider == provider,
        )
        waits = or_(attempt.c.look_after.is_(None), ~lies_ahead(attempt.c.look_after, _LONGEST_BETWEEN_LOOKS))
        turn = (func.coalesce(attempt.c.look_after, attempt.c.started_at), attempt.c.id)
        first = doubtful.where(waits).with_only_columns(*turn).distinct().order_by(None).order_by(*turn).limit(most)
        with reading(self._engine) as connection:
            ids = [row[1] for row in connection.execute(first)]
            return _attempts(connection, doubtful.where(attempt.c.id.in_(ids))) if ids else []

    def find_try(self, token: str, deliveries: Sequence[int]) -> Tried | None:
        """The try of this name, as a provider's log is asked about it: when it was, and to which addresses it went.

        Without those whose reader is not known any more; None where there was no such try.
        """
        with reading(self._engine) as connection:
            of = connection.execute(
                select(attempt.c.id, attempt.c.started_at, attempt.c.deadline_at).where(attempt.c.token == token)
            ).first()
            if of is None:
                return None
            rows = connection.execute(
                select(delivery.c.id, subscriber.c.email)
                .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
                .where(delivery.c.id.in_(carried_by(of.id, deliveries)))
            )
            addresses = {delivery_id: email for delivery_id, email in rows}  # noqa: C416 - a Row is not a pair to dict()
        return Tried(started_at=of.started_at, deadline_at=of.deadline_at, addresses=addresses)

    def note_look(self, attempt_id: int) -> None:
        """The provider was asked: not again before 30 s have passed, then a minute, and so on up to an hour."""
        mine = attempt.c.id == attempt_id
        with writing(self._engine) as connection:
            looks = connection.scalar(select(attempt.c.looks).where(mine).with_for_update()) or 0
            seconds = min(_LONGEST_BETWEEN_LOOKS, _FIRST_BETWEEN_LOOKS * 2 ** min(looks, 10))
            values = {"looks": looks + 1, "look_after": database_now(seconds)}
            connection.execute(update(attempt).where(mine).values(**values))

    def prove(self, attempt_id: int, deliveries: Sequence[int]) -> int:
        """Record the evidence that these were accepted."""
        with writing(self._engine) as connection:
            lock_parcels_of(connection, deliveries)
            moved = accept(connection, attempt_id, deliveries)
            recount_all(connection, deliveries)
        return moved

    def requeue(self, attempt_id: int, deliveries: Sequence[int], *, by_owner: bool = False) -> int:
        """Queue these again in a parcel of their own: surely absent, or `by_owner`, who may take back what was left.

        Those of a cancelled mailing are skipped, a finished one is opened again. After a correction the owner queues
        nobody again who may have the words before it: they would get both versions. Returns how many were queued. Raises
        NotNow where a finished one can't be opened because another sending to the same list is under way.
        """
        states = (HandOver.UNCERTAIN, HandOver.LEFT) if by_owner else (HandOver.UNCERTAIN,)
        with writing(self._engine) as connection:
            # Mailing before parcel, as everyone takes them: a cancel waits for us, or we see it.
            of = connection.execute(
                select(attempt.c.parcel_id, attempt.c.edition_id.label("tried_edition_id"), mailing)
                .join(parcel, parcel.c.id == attempt.c.parcel_id)
                .join(mailing, mailing.c.id == parcel.c.mailing_id)
                .where(attempt.c.id == attempt_id)
                .with_for_update(of=mailing)
            ).one()
            if by_owner and of.tried_edition_id != of.edition_id:
                return 0
            connection.execute(select(parcel.c.id).where(parcel.c.id == of.parcel_id).with_for_update())
            doubtful = list(
                connection.scalars(
                    select(delivery.c.id).where(
                        delivery.c.id.in_(deliveries),
                        delivery.c.parcel_id == of.parcel_id,
                        is_in(*states),
                    )
                )
            )
            if doubtful and of.status == MailingStatus.FINISHED:
                _open_again(connection, of)
            moved = move(connection, attempt_id, HandOver.PENDING, deliveries=doubtful, by_owner=by_owner)
            if of.status == MailingStatus.CANCELLED:
                reason = SkipReason.CANCELLED
                move(connection, attempt_id, HandOver.SKIPPED, deliveries=doubtful, reason=reason)
                moved = 0
            elif moved:
                new_child(connection, of.parcel_id, _moved(connection, doubtful))
            recount(connection, of.parcel_id)
        return moved

    def leave(self, attempt_id: int, deliveries: Sequence[int]) -> int:
        """The owner decided not to send again."""
        with writing(self._engine) as connection:
            lock_parcels_of(connection, deliveries)
            moved = move(connection, attempt_id, HandOver.LEFT, deliveries=deliveries, reason="left by the owner")
            recount_all(connection, deliveries)
        return moved


def _doubtful(states: Sequence[HandOver]) -> Select[Any]:
    """Deliveries in these states with the attempt that may have handed them over."""
    inside = ids_in(attempt.c.carried)
    return (
        select(
            attempt.c.id,
            attempt.c.token,
            attempt.c.deadline_at,
            database_now().label("now"),
            attempt.c.provider,
            (attempt.c.edition_id != mailing.c.edition_id).label("is_superseded"),
            delivery.c.id.label("delivery_id"),
        )
        .join(parcel, parcel.c.id == attempt.c.parcel_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .join(inside, true())
        .join(delivery, and_(delivery.c.id == inside.c.value, delivery.c.parcel_id == parcel.c.id))
        .where(is_in(*states), is_last_of_its_parcel())
        .order_by(attempt.c.id, delivery.c.id)
    )


def _attempts(connection: Connection, rows: Select[Any]) -> list[DoubtfulAttempt]:
    found: dict[int, tuple[AnyRow, list[int]]] = {}
    for row in connection.execute(rows):
        found.setdefault(row.id, (row, []))[1].append(row.delivery_id)
    return [
        DoubtfulAttempt(
            id=one.id,
            token=one.token,
            deadline_at=one.deadline_at,
            now=one.now,
            deliveries=ids,
            provider=one.provider,
            is_superseded=one.is_superseded,
        )
        for one, ids in found.values()
    ]


def _open_again(connection: Connection, of: AnyRow) -> None:
    """Reopen a finished mailing: readers who were left did not keep it open, but once queued again they need it."""
    other = select(mailing.c.id).where(
        mailing.c.issue == of.issue,
        mailing.c.list_id == of.list_id,
        mailing.c.is_practice == of.is_practice,
        mailing.c.status.in_(UNFINISHED),
    )
    if connection.scalar(other.limit(1)) is not None:
        raise NotNow(
            f"Another sending of issue {of.issue} to the same list is under way.",
            fix=f"When it is finished, ask again. See where it stands: newsletter status {of.issue}",
        )
    finished, sending = MailingStatus.FINISHED, MailingStatus.SENDING
    move_mailings(connection, mailing.c.id == of.id, out_of=[finished], to=sending, finished_at=None)


def _moved(connection: Connection, doubtful: Sequence[int]) -> list[int]:
    """Those of readers who were in doubt who are so no more."""
    return list(connection.scalars(select(delivery.c.id).where(delivery.c.id.in_(doubtful), unanswered)))
