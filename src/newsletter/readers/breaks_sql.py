"""Breaks that readers take from all mail, and how long one lasts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_

from newsletter.db.types import database_now
from newsletter.readers.tables import rest, subscriber


def rests_now(at: datetime | None = None) -> ColumnElement[bool]:
    """The row of `rest` that is a subscriber's, while it lasts; `at` as in `mailable`."""
    return and_(rest.c.subscriber_id == subscriber.c.id, *not_over(at))


def not_over(at: datetime | None) -> list[ColumnElement[bool]]:
    """A break lasts until the mail would go; by the database's clock, if that time has passed."""
    lasts = [rest.c.until_at > database_now()]
    return [*lasts, rest.c.until_at > at] if at is not None else lasts
