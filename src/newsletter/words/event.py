"""What a provider tells after a mail was handed over: one happening to one reader's mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from newsletter.words.subscriber import SuppressionReason

if TYPE_CHECKING:
    from newsletter.words.tracking import Tracking


class EventKind(StrEnum):
    """What happened. `UNKNOWN` is a kind that this version has no word for; it is kept as it came."""

    PROCESSED = "processed"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    DROPPED = "dropped"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    OPENED = "opened"
    CLICKED = "clicked"
    UNSUBSCRIBED = "unsubscribed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One message of a provider. `id` is the provider's own, by which a repetition is known.

    `attempt` and `delivery` travelled with the mail and came back; `reference` is the provider's name for the call.
    Any of them may be missing. `is_soft` is a bounce that says "not now" rather than "never".
    `suppresses` is why the address must not be mailed again, where the event says that much.
    `bounced_at` are the addresses that a bounce names, if any: where the reader's is not among them, mail was forwarded.
    `raw` is the message as it came, for an UNKNOWN one only. `promised` is the tracking that the mail went out with, where
    it says so. Of one that `is_counted_only` nothing is kept by which its reader could be found.
    """

    id: str
    kind: EventKind
    at: datetime
    email: str = ""
    attempt: str | None = None
    delivery: int | None = None
    reference: str | None = None
    is_soft: bool = False
    by_machine: bool = False
    suppresses: SuppressionReason | None = None
    reason: str = ""
    bounced_at: tuple[str, ...] = ()
    url: str = ""
    raw: str | None = None
    promised: Tracking | None = None
    is_counted_only: bool = False
