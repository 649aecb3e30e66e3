"""Waits that end: a time further ahead than any wait ever is was written by a clock that has been set back since."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_

from newsletter.db.types import database_now

# The longest that a provider is left alone, and that a batch or a look waits. A clock may be put right by seconds.
LONGEST_WAIT_SECONDS = 3_600.0
_PUT_RIGHT_SECONDS = 60.0


def lies_ahead(moment: ColumnElement[datetime | None], longest: float) -> ColumnElement[bool]:
    """The moment is still to come, by no more than the `longest` wait in seconds that is ever written down there."""
    return and_(moment > database_now(), moment <= database_now(longest + _PUT_RIGHT_SECONDS))


def is_ahead(moment: datetime | None, now: datetime, longest: float) -> bool:
    """The same for a moment that was read from a row."""
    return moment is not None and 0 < (moment - now).total_seconds() <= longest + _PUT_RIGHT_SECONDS
