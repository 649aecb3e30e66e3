"""A mail to the owner, as it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

TRY_AGAIN_AFTER = timedelta(minutes=10)
GIVE_UP_AFTER = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A mail to the owner. `about` and `kind` together come once: "slot:12", "result".

    `shows` is the digest of a version of an issue: the mail is that, as a reader gets it, with the words above it.
    """

    about: str
    kind: str
    tell: tuple[str, ...]
    subject: str
    body: str
    made_at: datetime
    shows: str | None = None
    id: int = 0
    tried_at: datetime | None = None
    handed_over_at: datetime | None = None

    def may_be_tried(self, now: datetime) -> bool:
        """A mail that is not taken is tried again, but not every 15 seconds, and not without end."""
        lately = self.tried_at is not None and timedelta(0) <= now - self.tried_at < TRY_AGAIN_AFTER
        return not lately and now - self.made_at < GIVE_UP_AFTER
