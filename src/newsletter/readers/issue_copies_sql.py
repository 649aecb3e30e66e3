"""Whether the reader of a subscription has an issue already, so that they are not planned again."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_

from newsletter.ledger.tables import delivery, holds
from newsletter.readers.id_range_sql import IdRange, in_range
from newsletter.readers.tables import had_before, subscription


def has_issue(issue: int, *, practice: bool) -> ColumnElement[bool]:
    """They hold the issue in that account of the ledger, or had it before they were erased and came back."""
    return or_(*_copies(issue, practice, None))


def lacks_issue(issue: int, *, practice: bool, readers: IdRange | None = None) -> ColumnElement[bool]:
    """The opposite, spelled so that planners join the tables once instead of asking them for each reader.

    `readers` are all of whom this asks; None is everybody.
    """
    return and_(*(~copy for copy in _copies(issue, practice, readers)))


def _copies(issue: int, practice: bool, readers: IdRange | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    held = exists().where(
        delivery.c.issue == issue,
        delivery.c.subscriber_id == subscription.c.subscriber_id,
        delivery.c.is_practice == practice,
        holds,
        *in_range(delivery.c.subscriber_id, readers),
    )
    before = exists().where(
        had_before.c.issue == issue,
        had_before.c.subscriber_id == subscription.c.subscriber_id,
        had_before.c.is_practice == practice,
        *in_range(had_before.c.subscriber_id, readers),
    )
    return held, before
