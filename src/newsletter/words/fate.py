"""What became of a delivery, as a pure function of the set of events: the same in whatever order they are heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from newsletter.words.event import Event, EventKind
from newsletter.words.ledger import Fate

# The fixed precedence: of all that was heard of a delivery, what stands furthest down here counts.
# A mail server may take a mail and bounce it a minute later, so a final bounce outweighs a delivery. A soft one does
# not: there the reader was tried twice, and one of the two arrived. A drop says nothing where anything else is known.
FATES: tuple[Fate, ...] = (
    Fate.NONE,
    Fate.DEFERRED,
    Fate.DROPPED,
    Fate.BOUNCED,  # not now
    Fate.DELIVERED,
    Fate.BOUNCED,  # never
    Fate.COMPLAINED,
)
SOFT_BOUNCE = FATES.index(Fate.BOUNCED)
HARD_BOUNCE = FATES.index(Fate.BOUNCED, SOFT_BOUNCE + 1)

# A reader who opens, clicks, leaves or complains has the mail, even where the message about its delivery was lost.
_WEIGHTS = {
    EventKind.PROCESSED: FATES.index(Fate.NONE),
    EventKind.UNKNOWN: FATES.index(Fate.NONE),
    EventKind.DEFERRED: FATES.index(Fate.DEFERRED),
    EventKind.DROPPED: FATES.index(Fate.DROPPED),
    EventKind.DELIVERED: FATES.index(Fate.DELIVERED),
    EventKind.OPENED: FATES.index(Fate.DELIVERED),
    EventKind.CLICKED: FATES.index(Fate.DELIVERED),
    EventKind.UNSUBSCRIBED: FATES.index(Fate.DELIVERED),
    EventKind.COMPLAINED: FATES.index(Fate.COMPLAINED),
}

# A mailbox that was full, or a server that was wary, for this many issues on end is not being read.
SOFT_BOUNCES_IN_A_ROW = 5


def weight(event: Event) -> int:
    """The place of an event in the precedence: an index into `FATES`."""
    if event.kind is EventKind.BOUNCED:
        return SOFT_BOUNCE if event.is_soft else HARD_BOUNCE
    return _WEIGHTS[event.kind]


def fate_of(events: Iterable[Event]) -> Fate:
    """The fate of one delivery, from all events about it in any order and with any repetitions."""
    return FATES[max(map(weight, events), default=0)]


def bounces_for_good(fates: Sequence[Fate]) -> bool:
    """Whether a reader's handed-over issues, oldest first, hold enough bounces in a row that mailing should end."""
    run = 0
    for fate in fates:
        run = run + 1 if fate is Fate.BOUNCED else 0
        if run >= SOFT_BOUNCES_IN_A_ROW:
            return True
    return False
