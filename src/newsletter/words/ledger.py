"""The states of the ledger and the only moves allowed between them."""

from __future__ import annotations

from enum import StrEnum


class HandOver(StrEnum):
    """What we did with one delivery."""

    PENDING = "pending"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    SKIPPED = "skipped"
    LEFT = "left"


class Fate(StrEnum):
    """What we heard of one delivery afterwards."""

    NONE = "none"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    DROPPED = "dropped"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


class MailingStatus(StrEnum):
    """Where the sending of an issue stands. `SCHEDULED` waits for its time; `FINISHED` has nothing left to hand over."""

    PLANNING = "planning"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    FINISHED = "finished"


# Why a mailing stands still that somebody wanted to look at before it goes to everybody.
LOOK_FIRST = "The small first batch is handed over. Look at it as its readers got it; who resumes sends the rest."


class ParcelStatus(StrEnum):
    """Where a parcel stands in the queue that the parcel rows are. `SPLIT` lives on in its children."""

    READY = "ready"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    DONE = "done"
    SPLIT = "split"


class SkipReason(StrEnum):
    """Why a planned reader was not mailed after all."""

    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"
    ERASED = "erased"
    RESTING = "resting"  # they asked for a break
    CANCELLED = "cancelled"


# The one table of allowed moves; the CHECK constraints and the tests are made from it.
# Evidence (an event or the provider's own log) may prove acceptance late, even of a reader already queued again.
MOVES: frozenset[tuple[HandOver, HandOver]] = frozenset(
    {
        (HandOver.PENDING, HandOver.SENDING),  # claimed by an attempt
        (HandOver.PENDING, HandOver.SKIPPED),  # left, suppressed, erased or cancelled before the claim
        (HandOver.PENDING, HandOver.ACCEPTED),  # evidence saved a reader queued for a resend
        (HandOver.SENDING, HandOver.ACCEPTED),
        (HandOver.SENDING, HandOver.REFUSED),
        (HandOver.SENDING, HandOver.PENDING),  # surely not taken: try again
        (HandOver.SENDING, HandOver.SKIPPED),  # surely not taken, and cancelled meanwhile
        (HandOver.SENDING, HandOver.UNCERTAIN),
        (HandOver.UNCERTAIN, HandOver.ACCEPTED),  # evidence
        (HandOver.UNCERTAIN, HandOver.REFUSED),  # a late definite answer about its own attempt
        (HandOver.UNCERTAIN, HandOver.PENDING),  # evidence of absence, or the owner says: send again
        (HandOver.UNCERTAIN, HandOver.LEFT),  # the owner says: leave
        (HandOver.LEFT, HandOver.ACCEPTED),  # evidence
        (HandOver.LEFT, HandOver.PENDING),  # the owner asks for a resend of that very delivery
        (HandOver.REFUSED, HandOver.PENDING),  # the provider said no to everybody: it was not about this reader
    }
)

# A reader in one of these states holds the issue: nothing may plan it for them again.
HOLDS: frozenset[HandOver] = frozenset(HandOver) - {HandOver.SKIPPED, HandOver.REFUSED}


def sources(target: HandOver) -> tuple[HandOver, ...]:
    """The states from which `target` may be reached, in the order of the enum."""
    return tuple(state for state in HandOver if (state, target) in MOVES)
