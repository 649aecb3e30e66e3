"""The one rule for who may be mailed, with the reasons why not in their order: all that counts, plans or sends asks here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Case, ColumnElement, FromClause, Select, and_, case, select

from newsletter.db.types import only_compared
from newsletter.ledger.tables import delivery
from newsletter.readers.breaks_sql import rests_now
from newsletter.readers.id_range_sql import IdRange
from newsletter.readers.tables import rest, subscriber, subscription, suppression
from newsletter.words.ledger import SkipReason
from newsletter.words.subscriber import SubscriptionStatus

# Each reason why not, with what says that it holds and that it does not, over the rows of `listed` and `planned`: both
# are spelled so that query planners find their indexes. A reader is counted for the first reason that holds.
_REASONS: tuple[tuple[SkipReason, ColumnElement[bool], ColumnElement[bool]], ...] = (
    (SkipReason.ERASED, subscriber.c.id.is_(None), subscriber.c.id.is_not(None)),
    (SkipReason.SUPPRESSED, suppression.c.email_key.is_not(None), suppression.c.email_key.is_(None)),
    # A reader who has not confirmed is here too: they are not on the list yet.
    (
        SkipReason.UNSUBSCRIBED,
        subscription.c.status.is_distinct_from(SubscriptionStatus.ACTIVE),
        subscription.c.status == SubscriptionStatus.ACTIVE,
    ),
    (SkipReason.RESTING, rest.c.subscriber_id.is_not(None), rest.c.subscriber_id.is_(None)),
)
# Of a range of readers: the do-not-mail list is not in the order of their ids, and a join would read all of it each time.
_their_entry = (
    select(suppression.c.email_key).where(suppression.c.email_key == subscriber.c.email_key).scalar_subquery()
)
_ASKED_OF_EACH: Mapping[SkipReason, ColumnElement[bool]] = {SkipReason.SUPPRESSED: _their_entry.is_(None)}


def mailable(
    *columns: Any, lists: Collection[int], at: datetime | None = None, readers: IdRange | None = None
) -> Select[Any]:
    """These columns of everybody on these lists who may be mailed, once for each list.

    `at` is when they would be: a break that is over by then keeps nobody out. None is now. `readers` are all of whom this
    asks; None is everybody.
    """
    clear = {reason: clear for reason, _, clear in _REASONS}
    if readers is None:
        return select(*columns).select_from(listed(at)).where(*on(lists), *clear.values())
    theirs = and_(subscriber.c.id == subscription.c.subscriber_id, readers.has(subscriber.c.id))
    rests = and_(rests_now(at), readers.has(rest.c.subscriber_id))
    people = subscription.join(subscriber, theirs).outerjoin(rest, rests)
    ours = [*on(lists), readers.has(subscription.c.subscriber_id)]
    return select(*columns).select_from(people).where(*ours, *{**clear, **_ASKED_OF_EACH}.values())


def why_not(*further: tuple[ColumnElement[bool], str], otherwise: str | None = None) -> Case[Any]:
    """The first reason why the reader of a row of `listed` or `planned` may not be mailed, as a SkipReason's value.

    `further` are reasons of the caller's own, which come after these; `otherwise` is what stands where none holds.
    """
    whens = [(holds, reason.value) for reason, holds, _ in _REASONS]
    return case(*whens, *further, else_=otherwise)


def listed(at: datetime | None = None) -> FromClause:
    """Subscriptions of any status with what `why_not` asks about; `at` as in `mailable`."""
    return _with_bars(subscription.join(subscriber, subscriber.c.id == subscription.c.subscriber_id), at)


def planned(list_id: ColumnElement[Any], at: datetime | None = None) -> FromClause:
    """Deliveries of a mailing to this list with what `why_not` asks about; `at` as in `mailable`.

    Their readers may have left or been erased since.
    """
    # Only active ones are looked for: an index answers, and no row of a subscription is read.
    ours = and_(only_compared(subscription.c.list_id) == list_id, subscription.c.status == SubscriptionStatus.ACTIVE)
    theirs = and_(ours, subscription.c.subscriber_id == delivery.c.subscriber_id)
    people = delivery.outerjoin(subscriber, subscriber.c.id == delivery.c.subscriber_id)
    return _with_bars(people.outerjoin(subscription, theirs), at)


def on(lists: Collection[Any]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Active on one of these lists: of those who may be mailed, and of those who take a break or must not be."""
    # One by itself: query planners walk its index in the order of the readers.
    which = subscription.c.list_id.in_(lists) if len(lists) != 1 else subscription.c.list_id == next(iter(lists))
    return which, subscription.c.status == SubscriptionStatus.ACTIVE


def _with_bars(people: FromClause, at: datetime | None) -> FromClause:
    barred = people.outerjoin(suppression, suppression.c.email_key == subscriber.c.email_key)
    return barred.outerjoin(rest, rests_now(at))
