"""Issues that have gone out, as anybody may read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsletter.words.edition import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicIssue:
    """An issue that was sent to an open list: its frozen version, and when its sending ended."""

    edition: Edition
    sent_at: datetime


class Archive(Protocol):
    def list_issues(self, *, most: int, before: int | None = None) -> Sequence[PublicIssue]:
        """The newest first, those with a smaller number than `before`."""
        ...

    def find_issue(self, number: int) -> PublicIssue | None: ...

    def is_well(self) -> bool:
        """Whether the database answers."""
        ...
