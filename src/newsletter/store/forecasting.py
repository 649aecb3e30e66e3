"""How many readers a sending would reach, counted by the rules that planning goes by, without planning anything."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Engine, and_, case, exists, func, select, true

from newsletter.ports.forecast import Forecast
from newsletter.store.consent_tables import rest
from newsletter.store.engine import reading
from newsletter.store.segment_tables import engagement
from newsletter.store.segments import condition
from newsletter.store.tables import delivery, holds, mailing_list, subscriber, subscription, suppression
from newsletter.store.types import database_now
from newsletter.words.segment import read_segment
from newsletter.words.subscriber import SubscriptionStatus


class SqlForecasts:
    """The `Forecasts` port."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def forecast(self, issue: int, list_name: str, *, segment: str = "") -> Forecast:
        is_on = and_(mailing_list.c.id == subscription.c.list_id, mailing_list.c.name == list_name)
        with reading(self._engine) as connection:
            fits: ColumnElement[bool] = condition(connection, read_segment(segment)) if segment else true()
            why = case(
                (exists().where(suppression.c.email_key == subscriber.c.email_key), "do_not_mail"),
                (exists().where(rest.c.subscriber_id == subscriber.c.id, rest.c.until_at > database_now()), "rests"),
                (~fits, "unfit"),
                (self._has_it(issue), "has_it"),
                else_="goes",
            )
            active = (
                select(why.label("why"))
                .select_from(subscription)
                .join(mailing_list, is_on)
                .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
                .where(subscription.c.status == SubscriptionStatus.ACTIVE)
            )
            if segment:
                active = active.outerjoin(engagement, engagement.c.subscriber_id == subscription.c.subscriber_id)
            counted = active.subquery()
            rows = connection.execute(select(counted.c.why, func.count()).group_by(counted.c.why)).all()
            pending = connection.scalar(
                select(func.count())
                .select_from(subscription)
                .join(mailing_list, is_on)
                .where(subscription.c.status == SubscriptionStatus.PENDING)
            )
        found = {str(name): int(n) for name, n in rows}
        names = ("goes", "has_it", "do_not_mail", "rests", "unfit")
        return Forecast(**{name: found.get(name, 0) for name in names}, pending=int(pending or 0))

    def _has_it(self, issue: int) -> ColumnElement[bool]:
        return exists().where(
            delivery.c.issue == issue,
            delivery.c.subscriber_id == subscription.c.subscriber_id,
            delivery.c.is_practice == self._practice,
            holds,
        )
