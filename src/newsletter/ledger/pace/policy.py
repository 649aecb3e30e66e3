"""When a mailing pauses by itself, how long calls wait, and why nothing goes out: decided from figures, without SQL.

A function that pauses returns a sentence for the owner; None lets the mailing go on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from newsletter.words.halt import Halt
from newsletter.words.ledger import ParcelStatus

# After so many calls in a row that were in doubt or never got through, people should look before more go out.
FAILURES_BEFORE_PAUSE = 5
# A provider that says "too fast" or "not now" so often, with longer and longer waits in between, has said it for over
# an hour.
WAITS_BEFORE_PAUSE = 13
# One bad address among a thousand takes ten refused calls to find; providers block senders who keep asking.
BISECTION_BUDGET = 24
# RFC 5321, 4.5.4.1: at least 30 minutes between tries for a mailbox that says later, sooner ones at the beginning; and
# it is given up after four or five days at the earliest. A newsletter is old by then, and the next one near.
GIVE_UP_AFTER = timedelta(days=3)

# How long nobody calls a provider that could not be reached; each time in a row twice as long.
FIRST_BACK_OFF_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0
_LONGEST_WAIT_FOR_A_READER_SECONDS = 1_800.0
_LONGEST_OF_OUR_OWN_SECONDS = 1_800.0

_FEW_FIRST = "The few who go first are not through."
_IN_DOUBT = "Nobody is left to be handed over, but some may or may not have it: they are to be settled."


def pause_for_failures(in_a_row: int, last: str) -> str | None:
    """`in_a_row` calls got nowhere, with nobody taken in between."""
    if in_a_row < FAILURES_BEFORE_PAUSE:
        return None
    return f"{in_a_row} calls in a row got no clear answer. The last: {last}"


def pause_for_waits(in_a_row: int, last: str) -> str | None:
    """The provider asked for a wait so often, with nobody taken in between: a person should look."""
    if in_a_row < WAITS_BEFORE_PAUSE:
        return None
    return f"The provider said {in_a_row} times in a row that we should wait, and took nobody since. The last: {last}"


def pause_for_parts(n_refused: int, last: str, *, halves_alike: bool) -> str | None:
    """Calls of one batch were refused without naming a reader, both halves of it perhaps in the same words."""
    if n_refused < BISECTION_BUDGET and not halves_alike:
        return None
    return f"The provider refuses every part of a batch: {last}"


def pause_for_refused_calls(n_refused: int, last: str) -> str | None:
    """Calls of one batch were refused for readers that were named, and nobody in them was taken."""
    if n_refused < BISECTION_BUDGET:
        return None
    return f"{BISECTION_BUDGET} calls of one batch were refused. The last: {last}"


def provider_wait_seconds(asked: float, in_a_row: int) -> float:
    """The provider asked for a wait of so many seconds, for the nth time in a row: each time we wait longer."""
    own = min(_LONGEST_OF_OUR_OWN_SECONDS, 2.0 ** (min(in_a_row, 20) - 1)) if in_a_row > 1 else 0.0
    return max(asked, own)


def parcel_wait_seconds(tries: int, *, for_a_reader: bool) -> float:
    """A parcel turned away without a time to wait waits 1, 2, 4 ... 60 s; for a reader's mailbox up to half an hour."""
    longest = _LONGEST_WAIT_FOR_A_READER_SECONDS if for_a_reader else _LONGEST_WAIT_SECONDS
    return min(longest, 2.0 ** (min(tries, 12) - 1))


def halt_of(
    n_parcels: Mapping[ParcelStatus, int], *, may_go: bool, reasons: Sequence[tuple[datetime, str]]
) -> Halt | None:
    """Why nothing goes out of a mailing that is being sent; None where something does, may at once, or nothing is left.

    `may_go`: a parcel is queued that the canary lets go. `reasons` hold back the next call, each until its time.
    """
    if not n_parcels.get(ParcelStatus.READY):
        only_doubt = n_parcels.get(ParcelStatus.UNCERTAIN) and not n_parcels.get(ParcelStatus.SENDING)
        return Halt(reason=_IN_DOUBT, until=None) if only_doubt else None
    if not may_go:
        return Halt(reason=_FEW_FIRST, until=None)
    if not reasons:
        return None
    until, why = max(reasons)
    return Halt(reason=why, until=until)
