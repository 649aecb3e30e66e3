"""Who may be mailed, and who not and why: one rule, in one order of reasons, for all that counts, plans and hands over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Case, ColumnElement, Connection, FromClause, Select, and_, case, exists, func, or_, select, union

from newsletter.db.types import database_now
from newsletter.ledger.tables import delivery, holds
from newsletter.readers.tables import had_before, mailing_list, rest, subscriber, subscription, suppression
from newsletter.words.ledger import SkipReason
from newsletter.words.subscriber import SubscriptionStatus

# Each reason with what says that it holds and that it does not, over the rows of `listed` and `planned`: spelled so
# that planners find their indexes in both. Whoever may not be mailed for several reasons is counted for the first.
_REASONS: tuple[tuple[SkipReason, ColumnElement[bool], ColumnElement[bool]], ...] = (
    (SkipReason.ERASED, subscriber.c.id.is_(None), subscriber.c.id.is_not(None)),
    (SkipReason.SUPPRESSED, suppression.c.email_key.is_not(None), suppression.c.email_key.is_(None)),
    # Who has not confirmed is here too: they are not on the list yet.
    (
        SkipReason.UNSUBSCRIBED,
        subscription.c.status.is_distinct_from(SubscriptionStatus.ACTIVE),
        subscription.c.status == SubscriptionStatus.ACTIVE,
    ),
    (SkipReason.RESTING, rest.c.subscriber_id.is_not(None), rest.c.subscriber_id.is_(None)),
)


def mailable(*columns: Any, lists: Collection[int], at: datetime | None = None) -> Select[Any]:
    """These columns of everybody on these lists who may be mailed, once for each list.

    `at` is when they would be: a break that is over by then keeps nobody out. None is now.
    """
    return select(*columns).select_from(listed(at)).where(*on(lists), *(clear for _, _, clear in _REASONS))


def why_not(*further: tuple[ColumnElement[bool], str], otherwise: str | None = None) -> Case[Any]:
    """The first reason why the reader of a row of `listed` or `planned` may not be mailed, as a SkipReason's value.

    `further` are reasons of the caller's own, which come after these; `otherwise` is what stands where none holds.
    """
    whens = [(holds_so, reason.value) for reason, holds_so, _ in _REASONS]
    return case(*whens, *further, else_=otherwise)


def listed(at: datetime | None = None) -> FromClause:
    """Subscriptions of any status with what `why_not` asks about; `at` as in `mailable`."""
    return _with_bars(subscription.join(subscriber, subscriber.c.id == subscription.c.subscriber_id), at)


def planned(list_id: ColumnElement[Any], at: datetime | None = None) -> FromClause:
    """Deliveries of a mailing to this list with what `why_not` asks about; `at` as in `mailable`.

    Their readers may have left or been erased since.
    """
    theirs = and_(
        subscription.c.list_id == list_id,
        subscription.c.subscriber_id == delivery.c.subscriber_id,
        # Who is not active is not found at all: an index answers, and no row of a subscription is read.
        subscription.c.status == SubscriptionStatus.ACTIVE,
    )
    people = delivery.outerjoin(subscriber, subscriber.c.id == delivery.c.subscriber_id)
    return _with_bars(people.outerjoin(subscription, theirs), at)


def on(lists: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    """Active on one of these lists: of those who may be mailed, and of those who take a break or must not be."""
    # One by itself: planners walk its index in the order of the readers.
    which = subscription.c.list_id.in_(lists) if len(lists) != 1 else subscription.c.list_id == next(iter(lists))
    return which, subscription.c.status == SubscriptionStatus.ACTIVE


def has_issue(issue: int, *, practice: bool) -> ColumnElement[bool]:
    """The subscriber of a subscription holds the issue, in that account of the ledger: they are not planned again.

    Or they had it before they were erased and came back.
    """
    return or_(*_copies(issue, practice))


def lacks_issue(issue: int, *, practice: bool) -> ColumnElement[bool]:
    """The opposite, spelled so that planners join the tables once instead of asking them for each reader."""
    return and_(*(~copy for copy in _copies(issue, practice)))


def _copies(issue: int, practice: bool) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    held = exists().where(
        delivery.c.issue == issue,
        delivery.c.subscriber_id == subscription.c.subscriber_id,
        delivery.c.is_practice == practice,
        holds,
    )
    before = exists().where(
        had_before.c.issue == issue,
        had_before.c.subscriber_id == subscription.c.subscriber_id,
        had_before.c.is_practice == practice,
    )
    return held, before


def list_numbers(connection: Connection, names: Collection[str]) -> list[int]:
    """The numbers of these lists, as far as they are there; of all lists where none is named."""
    query = select(mailing_list.c.id).order_by(mailing_list.c.id)
    return list(connection.scalars(query.where(mailing_list.c.name.in_(names)) if names else query))


@dataclass(frozen=True, slots=True)
class ListStandings:
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


def count_standings(connection: Connection, list_id: int | None = None, *, at: datetime | None = None) -> ListStandings:
    """Of one list, or of all; `at` as in `mailable`.

    Everybody is counted in an index, and few have anything against them: nobody else's own row is looked at.
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
    parts = (few.c.list_id, few.c.status, few.c.why)
    reasons = select(*parts, func.count()).where(few.c.why.is_not(None)).group_by(*parts)
    return ListStandings(
        Counter({(number, status): n for number, status, n in connection.execute(everybody)}),
        Counter({(number, status, why): n for number, status, why, n in connection.execute(reasons)}),
    )


def set_aside(at: datetime | None = None) -> Any:
    """Those who may be mailed on no list, whatever their subscriptions say: few, and quick to find among very many."""
    blocked = select(subscriber.c.id).join(suppression, suppression.c.email_key == subscriber.c.email_key)
    return union(blocked, select(rest.c.subscriber_id).where(*_not_over(at)))


def _with_bars(people: FromClause, at: datetime | None) -> FromClause:
    barred = people.outerjoin(suppression, suppression.c.email_key == subscriber.c.email_key)
    return barred.outerjoin(rest, rests_now(at))


def rests_now(at: datetime | None = None) -> ColumnElement[bool]:
    """The row of `rest` that is a subscriber's, while it lasts."""
    return and_(rest.c.subscriber_id == subscriber.c.id, *_not_over(at))


def _not_over(at: datetime | None) -> list[ColumnElement[bool]]:
    """A break lasts until the mail would go; by the database's clock, if that time has passed."""
    lasts = [rest.c.until_at > database_now()]
    return [*lasts, rest.c.until_at > at] if at is not None else lasts
