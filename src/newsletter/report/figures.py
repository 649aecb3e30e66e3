"""What came of an issue, and of one reader's copy of it, as the pages that tell it need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.words.alarm import Alarm, IssueHealth
from newsletter.words.event import EventKind
from newsletter.words.ledger import Fate, HandOver


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One try to hand over the batch that a reader was in. `outcome` is None where no answer was ever written down.

    `proved_at` is when an event proved that the provider has it.
    """

    provider: str
    started_at: datetime
    outcome: str | None = None
    ended_at: datetime | None = None
    reference: str | None = None
    proved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event about one reader's copy."""

    kind: EventKind
    happened_at: datetime
    reason: str = ""
    by_machine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One reader's copy of one issue: a delivery with all that is known of it.

    `left_late_at`: they left while it was on its way, too late to keep it back.
    """

    issue: int
    email: str
    list_name: str
    handover: HandOver
    fate: Fate
    reason: str = ""
    is_doubled: bool = False
    is_practice: bool = False
    left_late_at: datetime | None = None
    # For the mail of a correction: the issue that it is about.
    corrects: int | None = None
    tries: Sequence[Try] = ()
    happenings: Sequence[Happening] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRow:
    """A line of the ledger as evidence. `email` is empty where the reader was erased since."""

    email: str
    list_name: str
    handover: str
    reason: str
    fate: str
    doubled: bool
    attempt: str
    provider: str
    reference: str
    started_at: datetime | None
    ended_at: datetime | None
    proved_at: datetime | None
    last_heard: str
    last_heard_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """What became of the mail to one domain. Bounces and complaints are part of `handed_over`."""

    name: str
    handed_over: int
    delivered: int
    bounced: int
    complained: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """An issue in numbers of readers.

    `counted_opens` and `counted_clicks` are anonymous. Opens by machines are those
    that no open by the reader confirmed.

    `heard_by_hour` are fates as they were first heard, by whole hours since the first hand-over.
    """

    issue: int
    planned: int
    handover: Mapping[HandOver, int]
    fates: Mapping[Fate, int]
    skipped: Mapping[str, int]
    health: IssueHealth
    late: int = 0
    # Readers by the version of the words that they were handed, the first that went first; empty where nothing was corrected.
    versions: Sequence[int] = ()
    opened: int = 0
    opened_by_machine: int = 0
    clicked: int = 0
    counted_opens: int = 0
    counted_clicks: int = 0
    unsubscribed: int = 0
    links: Sequence[tuple[str, int]] = ()
    domains: Sequence[Domain] = ()
    delivered_by_hour: Sequence[int] = ()
    alarms: Sequence[Alarm] = field(default=())
