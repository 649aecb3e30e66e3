"""What is kept only for a time: sign-ups that nobody confirmed, and where requests came from."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, delete, exists, or_, select, update

from newsletter.consent.tables import consent_request, consent_request_list
from newsletter.consent.unanswered_sql import add_in_vain
from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.ledger.tables import delivery
from newsletter.readers.tables import subscriber, subscription
from newsletter.words.consent import Asked
from newsletter.words.erasure import EraseKey
from newsletter.words.subscriber import SubscriptionStatus

# For how many days a request can be confirmed.
VALID_DAYS = 30
_DAY = 86_400
# Short transactions: an unsubscribe must not wait for housekeeping.
_SLICE = 500


class Expiry:
    """Deletes what nobody confirmed, and where requests came from."""

    def __init__(self, engine: Engine, erase_key: EraseKey | None = None, *, keep_visitor_days: int | None) -> None:
        """`keep_visitor_days`: how long IP and program stay with a request; 0 is never, None is always."""
        self._engine = engine
        self._erase_key = erase_key
        self._keep_visitor_days = keep_visitor_days

    def expire(self, *, valid_days: int) -> int:
        """Delete requests of public pages that nobody confirmed in time, and people of whom nothing else is known.

        Returns how many requests. A keyed hash keeps that the address was asked and did not answer.
        """
        forgotten = 0
        while some := self._expire_some(valid_days):
            forgotten += some
        return forgotten

    def forget_visitors(self) -> int:
        """Take IP and program off the requests that are older than the newsletter keeps them. Returns how many."""
        if self._keep_visitor_days is None:
            return 0
        old = (
            select(consent_request.c.id)
            .where(
                consent_request.c.requested_at <= database_now(-self._keep_visitor_days * _DAY),
                or_(
                    consent_request.c.ip.is_not(None),
                    consent_request.c.agent.is_not(None),
                    consent_request.c.confirmed_ip.is_not(None),
                    consent_request.c.confirmed_agent.is_not(None),
                ),
            )
            .limit(_SLICE)
        )
        nothing = {"ip": None, "agent": None, "confirmed_ip": None, "confirmed_agent": None}
        forgotten = 0
        while True:
            # Searched without a writer's lock: the search may take long, the change never does.
            with reading(self._engine) as connection:
                ids = connection.scalars(old).all()
            if not ids:
                return forgotten
            with writing(self._engine) as connection:
                connection.execute(update(consent_request).where(consent_request.c.id.in_(ids)).values(nothing))
            forgotten += len(ids)

    def _expire_some(self, valid_days: int) -> int:
        stale = (
            select(consent_request)
            .where(
                consent_request.c.asked == Asked.FORM,
                consent_request.c.confirmed_at.is_(None),
                consent_request.c.requested_at <= database_now(-valid_days * _DAY),
            )
            .limit(_SLICE)
        )
        with reading(self._engine) as connection:
            if connection.execute(stale.limit(1)).first() is None:
                return 0
        with writing(self._engine) as connection:
            rows = connection.execute(stale.with_for_update(skip_locked=True)).all()
            # An address that strangers sign up again and again must not be asked three times a month for that.
            if self._erase_key is not None:
                add_in_vain(connection, rows, self._erase_key)
            numbers = [row.id for row in rows]
            connection.execute(delete(consent_request_list).where(consent_request_list.c.request_id.in_(numbers)))
            connection.execute(delete(consent_request).where(consent_request.c.id.in_(numbers)))
            _forget_people(connection, sorted({row.email_key for row in rows}))
        return len(rows)


def _forget_people(connection: Connection, keys: Sequence[str]) -> None:
    """Delete people about whom nothing else is known: a stranger's sign-up leaves no trace."""
    asked_otherwise = exists().where(consent_request.c.email_key == subscriber.c.email_key)
    people = select(subscriber.c.id).where(subscriber.c.email_key.in_(keys), ~asked_otherwise)
    ids = connection.scalars(people.order_by(subscriber.c.id)).all()
    theirs = subscription.c.subscriber_id.in_(ids)
    connection.execute(delete(subscription).where(theirs, subscription.c.status == SubscriptionStatus.PENDING))
    connection.execute(
        delete(subscriber).where(
            subscriber.c.id.in_(ids),
            ~exists().where(subscription.c.subscriber_id == subscriber.c.id),
            ~exists().where(delivery.c.subscriber_id == subscriber.c.id),
        )
    )
