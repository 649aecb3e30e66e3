"""How many readers a sending would reach, counted by the rule that planning and claiming go by, without planning anything."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, func, literal, select

from newsletter.db.engine import reading, writing
from newsletter.ledger.corrections.other_words_sql import whom_it_is_for
from newsletter.ledger.tables import delivery, mailing, parcel, unanswered
from newsletter.readers.issue_copies_sql import has_issue
from newsletter.readers.lists_sql import list_numbers
from newsletter.readers.mailable_sql import listed, planned, why_not
from newsletter.readers.tables import subscription
from newsletter.segments.audience import Forecast
from newsletter.segments.engagement_sql import roll_up
from newsletter.segments.segments_sql import condition
from newsletter.segments.tables import engagement
from newsletter.words.ledger import ParcelStatus, SkipReason
from newsletter.words.segment import read_segment
from newsletter.words.subscriber import SubscriptionStatus


class Forecasts:
    """Counts the readers that a sending would reach if it were planned now."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def make(self, issue: int, list_name: str, *, segment: str = "", at: datetime | None = None) -> Forecast:
        """By the rule that planning goes by. `segment` is a question; "" is the whole list.

        `at` is when it would go: a break that is over by then keeps nobody out. None is now.
        """
        if segment:
            with writing(self._engine) as connection:
                roll_up(connection)
        with reading(self._engine) as connection:
            further = [(has_issue(issue, practice=self._practice), "has_it")]
            rows = listed(at)
            if segment:
                further.insert(0, (~condition(connection, read_segment(segment)), "unfit"))
                rows = rows.outerjoin(engagement, engagement.c.subscriber_id == subscription.c.subscriber_id)
            on_it = (SubscriptionStatus.PENDING, SubscriptionStatus.ACTIVE)
            each = (
                select(why_not(*further, otherwise="goes").label("why"))
                .select_from(rows)
                .where(subscription.c.list_id.in_(list_numbers(connection, [list_name])))
                .where(subscription.c.status.in_(on_it))
                .where(*whom_it_is_for(connection, issue, practice=self._practice))
                .subquery()
            )
            counted = connection.execute(select(each.c.why, func.count()).group_by(each.c.why)).all()
        found = {str(why): int(n) for why, n in counted}
        return Forecast(
            goes=found.get("goes", 0),
            has_it=found.get("has_it", 0),
            do_not_mail=found.get(SkipReason.SUPPRESSED, 0),
            rests=found.get(SkipReason.RESTING, 0),
            unfit=found.get("unfit", 0),
            # Readers who left are not counted.
            pending=found.get(SkipReason.UNSUBSCRIBED, 0),
        )

    def count_waiting(self, mailing_id: int) -> int:
        """How many of a mailing's waiting readers would be handed over at its time.

        The others have left since, or take a break."""
        with reading(self._engine) as connection:
            query = select(mailing.c.list_id, mailing.c.start_at).where(mailing.c.id == mailing_id)
            found = connection.execute(query).one()
            inside = select(parcel.c.id).where(
                parcel.c.mailing_id == mailing_id, parcel.c.status != ParcelStatus.SENDING
            )
            waiting = (delivery.c.parcel_id.in_(inside), unanswered)
            people = planned(literal(found.list_id), found.start_at)
            counted = select(func.count()).select_from(people).where(*waiting, why_not().is_(None))
            return connection.scalar(counted) or 0
