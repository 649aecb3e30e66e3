"""What to look for among readers, and what was found: a page of people, or of the do-not-mail list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.words.subscriber import Subscriber, SubscriptionStatus, SuppressionReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Among:
    """The readers to look among: those on a list, those with a status there, or those who must not be mailed.

    Without a list, any list will do. Readers who must not be mailed count as neither pending nor active anywhere. Of the
    active, those who get it, or with `is_resting` those who take a break.
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

    There may be fewer people than asked for, or none, and still more to come: one query looks at a bounded number.
    """

    people: Sequence[Subscriber] = ()
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """An address on the do-not-mail list. `subscriber` is the reader who has it, if one is known.

    `issue` is the one that bounced, where a bounce is the reason and its issue is known.
    """

    address: str
    reason: SuppressionReason
    since_at: datetime
    subscriber: int | None
    issue: int | None = None
