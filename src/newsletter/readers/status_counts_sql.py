"""How many subscriptions stand where, and how many of those may not be mailed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, union

from newsletter.readers.breaks_sql import not_over
from newsletter.readers.mailable_sql import listed, why_not
from newsletter.readers.tables import rest, subscriber, subscription, suppression
from newsletter.words.ledger import SkipReason
from newsletter.words.subscriber import SubscriptionStatus


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How many subscriptions stand where, by (list, status), and of these who may not be mailed, by (list, status, reason)."""

    everybody: Counter[tuple[int, str]] = field(default_factory=Counter)
    barred: Counter[tuple[int, str, str]] = field(default_factory=Counter)

    def mailable(self, list_id: int) -> int:
        return self.standing(list_id, SubscriptionStatus.ACTIVE) - self.resting(list_id)

    def standing(self, list_id: int, status: SubscriptionStatus) -> int:
        """Those whose address may be mailed at all, whether they rest or not."""
        return self.everybody[list_id, status] - self.barred[list_id, status, SkipReason.SUPPRESSED]

    def suppressed(self, list_id: int) -> int:
        on_it = (SubscriptionStatus.PENDING, SubscriptionStatus.ACTIVE)
        return sum(self.barred[list_id, status, SkipReason.SUPPRESSED] for status in on_it)

    def resting(self, list_id: int) -> int:
        return self.barred[list_id, SubscriptionStatus.ACTIVE, SkipReason.RESTING]


def count_by_status(connection: Connection, list_id: int | None = None, *, at: datetime | None = None) -> StatusCounts:
    """Of one list, or of all; `at` as in `mailable`.

    Everybody is counted in an index. Only the few who have anything against them are looked at row by row.
    """
    where = (subscription.c.list_id, subscription.c.status)
    everybody = select(*where, func.count()).group_by(*where)
    barred = (
        select(*where, why_not().label("why"))
        .select_from(listed(at))
        .where(subscription.c.subscriber_id.in_(set_aside(at)))
    )
    if list_id is not None:
        everybody, barred = (query.where(where[0] == list_id) for query in (everybody, barred))
    few = barred.subquery()
    by = (few.c.list_id, few.c.status, few.c.why)
    reasons = select(*by, func.count()).where(few.c.why.is_not(None)).group_by(*by)
    return StatusCounts(
        Counter({(number, status): n for number, status, n in connection.execute(everybody)}),
        Counter({(number, status, why): n for number, status, why, n in connection.execute(reasons)}),
    )


def set_aside(at: datetime | None = None) -> Any:
    """Those who may be mailed on no list, whatever their subscriptions say: few, and quick to find among very many."""
    blocked = select(subscriber.c.id).join(suppression, suppression.c.email_key == subscriber.c.email_key)
    return union(blocked, select(rest.c.subscriber_id).where(*not_over(at)))
