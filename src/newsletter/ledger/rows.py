"""What the ledger returns: mailings, claims, attempts in doubt, and where the readers of an issue stand.

A ledger is one of two accounts in the same database: practice, and what went to real readers. Each keeps every promise
by itself, and neither sees what the other one planned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.words.ledger import Fate, HandOver, MailingStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingRow:
    """One edition going to one list. `planned` grows while the status is PLANNING."""

    id: int
    issue: int
    edition_digest: str
    list_name: str
    list_id: int
    status: MailingStatus
    pause_reason: str | None
    start_at: datetime
    planned: int
    already_had_it: int
    segment: str = ""
    is_practice: bool = False
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A parcel taken for one attempt: these readers and no others are in the call.

    Lists are parallel. `fields` is empty unless the claim asked for it. `n_skipped` were planned but may not be mailed.
    """

    attempt_id: int
    token: str
    parcel_id: int
    deliveries: Sequence[int] = ()
    subscribers: Sequence[int] = ()
    addresses: Sequence[str] = ()
    first_names: Sequence[str] = ()
    last_names: Sequence[str] = ()
    fields: Sequence[Mapping[str, object]] = ()
    n_skipped: int = 0


# A parcel was due, but nobody in it may be mailed any more: it is settled, and no attempt was made.
NOBODY_LEFT = Claim(attempt_id=0, token="", parcel_id=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulAttempt:
    """An attempt whose end nobody saw, with the deliveries of it that are still uncertain, or were left.

    `deadline_at` and `now` are by the one clock that all senders share, the database's. `is_superseded`: it carried other
    words than those that hold since a correction.
    """

    id: int
    token: str
    deadline_at: datetime
    now: datetime
    deliveries: Sequence[int]
    provider: str = ""
    is_superseded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Where every planned reader of an issue stands. The hand-over counts add up to `planned`.

    `doubled` of those accepted were taken twice, as evidence about an earlier try showed later. `late` had left while
    their call was under way or in doubt, and have it or may have it. `is_practice`: nothing of it left this machine.
    """

    issue: int
    planned: int
    handover: Mapping[HandOver, int]
    skipped: Mapping[str, int] = field(default_factory=dict)
    mailings: Sequence[MailingRow] = ()
    doubled: int = 0
    late: int = 0
    is_practice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Tally):
    """A tally with the fates as well, counted reader by reader."""

    fates: Mapping[Fate, int]
