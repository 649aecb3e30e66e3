"""Budgets and the circuit breaker of the public pages, kept in the database so that all processes share them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from newsletter.ports.consents import Price
from newsletter.store.consent_tables import allowance, breaker, consent_request
from newsletter.store.engine import is_sqlite, reading, writing
from newsletter.store.types import database_now
from newsletter.words.consent import Asked

_NAME = "public"


class _OverBudgetError(Exception):
    """Rolls back what was taken from the other buckets."""


class SqlHoldingOff:
    """The half of the `Consents` port that holds off those who ask too often."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def spend(self, prices: Sequence[Price], now: datetime) -> bool:
        try:
            with writing(self._engine) as connection:
                for price in sorted(prices, key=lambda price: price.bucket):
                    _take(connection, price, int(now.timestamp()))
        except _OverBudgetError:
            return False
        return True

    def count_unconfirmed(self, *, within_seconds: int) -> int:
        query = (
            select(func.count())
            .select_from(consent_request)
            .where(
                consent_request.c.asked == Asked.FORM,
                consent_request.c.confirmed_at.is_(None),
                consent_request.c.requested_at > database_now(-within_seconds),
            )
        )
        with reading(self._engine) as connection:
            return connection.scalar(query) or 0

    def open_breaker(self, reason: str, *, seconds: int) -> bool:
        with writing(self._engine) as connection:
            is_open = select(breaker.c.name).where(breaker.c.name == _NAME, breaker.c.closes_at > database_now())
            if connection.scalar(is_open) is not None:
                return False
            values = {"opened_at": database_now(), "closes_at": database_now(seconds), "reason": reason, "told": True}
            upsert = sqlite_insert if is_sqlite(connection) else postgresql_insert
            statement = upsert(breaker).values(name=_NAME, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
            return True

    def find_breaker(self) -> str | None:
        query = select(breaker.c.reason).where(breaker.c.name == _NAME, breaker.c.closes_at > database_now())
        with reading(self._engine) as connection:
            return connection.scalar(query)


def _take(connection: Connection, price: Price, seconds: int) -> None:
    span = seconds // price.seconds
    upsert = sqlite_insert if is_sqlite(connection) else postgresql_insert
    statement = (
        upsert(allowance)
        .values(bucket=price.bucket, span=span, used=price.cost)
        .on_conflict_do_update(index_elements=["bucket", "span"], set_={"used": allowance.c.used + price.cost})
        .returning(allowance.c.used)
    )
    used = connection.execute(statement).scalar_one()
    if used == price.cost:
        connection.execute(delete(allowance).where(allowance.c.bucket == price.bucket, allowance.c.span < span))
    if used > price.limit:
        raise _OverBudgetError
