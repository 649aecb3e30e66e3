"""A person who asked for the newsletter, the lists they are on, and the addresses we never mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from newsletter.words.domain import NotADomain, ascii_domain


class SubscriptionStatus(StrEnum):
    """Where a person stands with a list. Only `ACTIVE` is mailed."""

    PENDING = "pending"
    ACTIVE = "active"
    ENDED = "ended"


class SuppressionReason(StrEnum):
    """Why an address is never mailed, whatever a list says."""

    HARD_BOUNCE = "hard_bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"
    INVALID = "invalid"
    MANUAL = "manual"


# Where two reasons meet, the earlier one here is kept: the person's own word outweighs what a mail server said,
# and the result does not depend on which was heard first.
STRONGEST_FIRST = (
    SuppressionReason.COMPLAINT,
    SuppressionReason.UNSUBSCRIBE,
    SuppressionReason.MANUAL,
    SuppressionReason.HARD_BOUNCE,
    SuppressionReason.INVALID,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A person on a list. `consent` is the wording or declaration kept as the proof."""

    list_name: str
    status: SubscriptionStatus
    since_at: datetime
    consent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A person: an address, names, and whatever fields the newsletter keeps about them.

    `rests_until` is there where they take a break now.
    """

    id: int
    email: str
    first_name: str = ""
    last_name: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    subscriptions: tuple[Subscription, ...] = ()
    tags: tuple[str, ...] = ()
    suppressed: SuppressionReason | None = None
    rests_until: datetime | None = None


def address_key(email: str) -> str:
    """The form under which two spellings are one address: case does not make another person, dots and plus do.

    A domain in another script and its ASCII form (`xn--...`) are one domain.
    """
    email = email.strip()
    if email.isascii():
        return email.lower()
    local, at, domain = email.rpartition("@")
    try:
        return f"{local.casefold()}{at}{ascii_domain(domain)}"
    except NotADomain:
        # Nobody can be mailed there; it still has to be one key for one spelling.
        return f"{local.casefold()}{at}{domain.lower()}"


def mailable_address(email: str) -> str:
    """The address as it goes to a mail server or provider: the local part as typed, the domain in ASCII.

    Raises NotADomain.
    """
    if email.isascii():
        return email
    local, at, domain = email.rpartition("@")
    return f"{local}{at}{ascii_domain(domain)}"
