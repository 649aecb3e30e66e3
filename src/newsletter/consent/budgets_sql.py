"""Budgets and the circuit breaker of the public pages, kept in the database so that all processes share them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, and_, delete, exists, func, select, update

from newsletter.consent.tables import allowance, breaker, consent_request
from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.notices.notice import Notice
from newsletter.notices.notices_sql import write_notice
from newsletter.words.consent import Asked, Mail

_NAME = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """`cost` out of a bucket that holds `limit` in every span of `seconds`."""

    bucket: str
    limit: int
    seconds: int
    cost: int = 1


class _OverBudgetError(Exception):
    """Rolls back what was taken from the other buckets."""


class Budgets:
    """Buckets that limit how often anybody may ask, and the breaker."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def spend(self, prices: Sequence[Price], now: datetime) -> bool:
        """Take every price or none. False where one bucket would hold too little."""
        try:
            with writing(self._engine) as connection:
                for price in sorted(prices, key=lambda price: price.bucket):
                    _take(connection, price, int(now.timestamp()))
        except _OverBudgetError:
            return False
        return True

    def count_sign_ups(self, *, within_seconds: int) -> tuple[int, int]:
        """An address counts once, however often it is typed; one that is on the list already can confirm nothing."""
        newest = consent_request.c.requested_at > database_now(-within_seconds)
        # What an owner has seen and accepted does not close the form again.
        seen = exists().where(breaker.c.name == _NAME, breaker.c.closes_at >= consent_request.c.requested_at)
        by_form = and_(consent_request.c.asked == Asked.FORM, newest, ~seen)
        addresses = select(func.count(func.distinct(consent_request.c.email_key)))
        is_confirmed = consent_request.c.confirmed_at.is_not(None)
        asked = consent_request.c.mail.in_(["", Mail.CONFIRM])
        with reading(self._engine) as connection:
            confirmed = connection.scalar(addresses.where(by_form, is_confirmed)) or 0
            open_ = connection.scalar(addresses.where(by_form, ~is_confirmed, asked)) or 0
        return open_, confirmed

    def open_breaker(self, reason: str, *, seconds: int, notice: Notice) -> bool:
        """Hold off public requests for a time, and leave the owner a notice of it. False where it is open already."""
        with writing(self._engine) as connection:
            is_open = select(breaker.c.name).where(breaker.c.name == _NAME, breaker.c.closes_at > database_now())
            if connection.scalar(is_open) is not None:
                return False
            values = {"opened_at": database_now(), "closes_at": database_now(seconds), "reason": reason}
            statement = insert_into(connection, breaker).values(name=_NAME, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
            write_notice(connection, notice)
            return True

    def close_breaker(self) -> bool:
        """Take public requests again. False where they were not held off."""
        with writing(self._engine) as connection:
            is_open = and_(breaker.c.name == _NAME, breaker.c.closes_at > database_now())
            done = connection.execute(update(breaker).where(is_open).values(closes_at=database_now()))
            return done.rowcount == 1

    def find_breaker(self) -> str | None:
        """Why public requests are held off now; None where they are not."""
        query = select(breaker.c.reason).where(breaker.c.name == _NAME, breaker.c.closes_at > database_now())
        with reading(self._engine) as connection:
            return connection.scalar(query)


def _take(connection: Connection, price: Price, seconds: int) -> None:
    span = seconds // price.seconds
    statement = (
        insert_into(connection, allowance)
        .values(bucket=price.bucket, span=span, used=price.cost)
        .on_conflict_do_update(index_elements=["bucket", "span"], set_={"used": allowance.c.used + price.cost})
        .returning(allowance.c.used)
    )
    used = connection.execute(statement).scalar_one()
    if used == price.cost:
        connection.execute(delete(allowance).where(allowance.c.bucket == price.bucket, allowance.c.span < span))
    if used > price.limit:
        raise _OverBudgetError
