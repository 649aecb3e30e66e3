"""Who is there, looked through a page at a time: the newest, and those whose address or name begins with a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.words.subscriber import Subscriber, SubscriptionStatus, SuppressionReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Among:
    """Whom to look among: those on a list, those who stand there so, or those who must not be mailed.

    Without a list, any list will do. Who must not be mailed is neither pending nor active anywhere. Of the active, those
    who get it, or with `is_resting` those who take a break.
    """

    list_name: str = ""
    status: SubscriptionStatus | None = None
    is_blocked: bool = False
    is_resting: bool = False

    @property
    def is_everybody(self) -> bool:
        return not (self.list_name or self.status or self.is_blocked)


EVERYBODY = Among()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundReaders:
    """People in the order asked for, with every subscription. `after` leads on from there; None at the end.

    There may be fewer people than asked for, or none, and yet a way on: a rare kind is looked for among so many at once.
    """

    people: Sequence[Subscriber] = ()
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """An address on the do-not-mail list. `subscriber` is who has it, if anybody is known by it.

    `issue` is the one that bounced, where a bounce is the reason and its issue is known.
    """

    address: str
    reason: SuppressionReason
    since_at: datetime
    subscriber: int | None
    issue: int | None = None
