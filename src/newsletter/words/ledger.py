"""The states of the ledger and the only moves allowed between them."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar


class HandOver(StrEnum):
    """What we did with one delivery.

    `SENDING` is in no row of a delivery: one that is pending, in a parcel that is in a call, is on its way.
    """

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


# The tables of allowed moves: nothing in the database changes its state by another way, and the tests walk them.
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

MAILING_MOVES: frozenset[tuple[MailingStatus, MailingStatus]] = frozenset(
    {
        (MailingStatus.PLANNING, MailingStatus.SCHEDULED),  # planned to the end
        (MailingStatus.PLANNING, MailingStatus.SENDING),
        (MailingStatus.PLANNING, MailingStatus.PAUSED),  # paused while it was being planned
        (MailingStatus.SCHEDULED, MailingStatus.SENDING),  # its time has come
        (MailingStatus.SCHEDULED, MailingStatus.PAUSED),
        (MailingStatus.SENDING, MailingStatus.PAUSED),
        (MailingStatus.SENDING, MailingStatus.FINISHED),
        (MailingStatus.PAUSED, MailingStatus.SENDING),  # resumed
        (MailingStatus.PAUSED, MailingStatus.SCHEDULED),  # resumed before its time, or set to another time
        (MailingStatus.PLANNING, MailingStatus.CANCELLED),
        (MailingStatus.SCHEDULED, MailingStatus.CANCELLED),
        (MailingStatus.SENDING, MailingStatus.CANCELLED),
        (MailingStatus.PAUSED, MailingStatus.CANCELLED),
        (MailingStatus.FINISHED, MailingStatus.SENDING),  # readers whom the owner had left are queued again
        (MailingStatus.FINISHED, MailingStatus.PAUSED),  # its refusals turned out to be a no to everybody
    }
)

PARCEL_MOVES: frozenset[tuple[ParcelStatus, ParcelStatus]] = frozenset(
    {
        (ParcelStatus.READY, ParcelStatus.SENDING),  # claimed by an attempt
        (ParcelStatus.READY, ParcelStatus.UNCERTAIN),  # evidence saved those who were queued; the others are in doubt
        (ParcelStatus.READY, ParcelStatus.DONE),  # cancelled, or evidence saved everybody
        (ParcelStatus.SENDING, ParcelStatus.READY),  # some were surely not taken: try again
        (ParcelStatus.SENDING, ParcelStatus.UNCERTAIN),
        (ParcelStatus.SENDING, ParcelStatus.DONE),
        (ParcelStatus.UNCERTAIN, ParcelStatus.READY),  # a late answer: surely not taken
        (ParcelStatus.UNCERTAIN, ParcelStatus.DONE),
        (ParcelStatus.DONE, ParcelStatus.READY),  # its refusals turned out to be a no to everybody
        (ParcelStatus.READY, ParcelStatus.SPLIT),  # halved
        (ParcelStatus.SENDING, ParcelStatus.SPLIT),
        (ParcelStatus.UNCERTAIN, ParcelStatus.SPLIT),
    }
)

# A reader in one of these states holds the issue: nothing may plan it for them again.
HOLDS: frozenset[HandOver] = frozenset(HandOver) - {HandOver.SKIPPED, HandOver.REFUSED}

# What stands in the row of a delivery, in the order of the enum.
WRITTEN: tuple[HandOver, ...] = tuple(state for state in HandOver if state is not HandOver.SENDING)


# Nobody may come to wait in a parcel that is so: in a call they would be on their way, and a divided one is never taken.
NO_PLACE_TO_WAIT: frozenset[ParcelStatus] = frozenset({ParcelStatus.SENDING, ParcelStatus.SPLIT})


_State = TypeVar("_State", bound=StrEnum)
# By kind: the words of one kind of state are those of another, and as text they are equal.
_MOVES_OF: dict[type[StrEnum], frozenset[tuple[StrEnum, StrEnum]]] = {
    HandOver: frozenset(MOVES),
    MailingStatus: frozenset(MAILING_MOVES),
    ParcelStatus: frozenset(PARCEL_MOVES),
}


def sources(target: _State) -> tuple[_State, ...]:
    """The states from which `target` may be reached, in the order of the enum."""
    moves = _MOVES_OF[type(target)]
    return tuple(state for state in type(target) if (state, target) in moves)
