"""Links that let somebody in by mail: an invitation, a new password, signing in. Each opens once, and ends after a time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class LinkKind(StrEnum):
    """What a link is for. Its name is kept in the database."""

    INVITATION = "invitation"
    RESET = "reset"
    SIGN_IN = "sign-in"

    @property
    def lasts(self) -> timedelta:
        return _LASTS[self]


_LASTS = {
    LinkKind.INVITATION: timedelta(days=3),
    LinkKind.RESET: timedelta(hours=1),
    LinkKind.SIGN_IN: timedelta(minutes=20),
}
# By these a password is chosen.
CHOOSING = (LinkKind.INVITATION, LinkKind.RESET)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLink:
    """A link that is still open. What is in its address is known to nobody but the person who has it."""

    id: int
    user: int
    kind: LinkKind
    made_at: datetime
    ends_at: datetime


def digest_of(token: str) -> str:
    """What the database keeps: the address can't be made from it."""
    return hashlib.sha256(f"access link:{token}".encode("utf-8", "replace")).hexdigest()
