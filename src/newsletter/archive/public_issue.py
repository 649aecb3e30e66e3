"""Issues that have gone out, as anybody may read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.words.edition import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicIssue:
    """An issue that was sent to an open list: its frozen version, and when its sending ended."""

    edition: Edition
    sent_at: datetime
