"""Plan: freeze the edition and its audience, cut into parcels, in slices short enough for everyone else to get in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from newsletter.ports.clock import Clock
from newsletter.ports.ledger import MailingRow, Planning
from newsletter.words.edition import Edition
from newsletter.words.ledger import MailingStatus

# A writer that holds SQLite's lock for longer starves an unsubscribe (measured: a million at once held it 6 s).
LONGEST_SLICE_SECONDS = 0.3
_FIRST_SLICE = 5_000


def plan(
    ledger: Planning,
    clock: Clock,
    edition: Edition,
    *,
    list_name: str,
    parcel_size: int,
    start_at: datetime | None = None,
    on_progress: Callable[[int], None] = lambda planned: None,
) -> tuple[MailingRow, bool]:
    """The mailing of an edition to a list, and whether it was resumed.

    An unfinished one is resumed with the words that it was planned with: what some readers have, all get.
    """
    unfinished = ledger.find_unfinished(edition.issue, list_name)
    mailing = unfinished or ledger.open_mailing(
        edition, list_name=list_name, parcel_size=parcel_size, start_at=start_at
    )
    finish_plan(ledger, clock, mailing, parcel_size=parcel_size, on_progress=on_progress)
    return ledger.get_mailing(mailing.id), unfinished is not None


def finish_plan(
    ledger: Planning,
    clock: Clock,
    mailing: MailingRow,
    *,
    parcel_size: int,
    on_progress: Callable[[int], None] = lambda planned: None,
) -> None:
    """Plan the rest of a mailing, however much of it an earlier process had planned."""
    n_readers = max(parcel_size, _FIRST_SLICE)
    while mailing.status is MailingStatus.PLANNING:
        begun = clock.monotonic()
        if not ledger.plan_slice(mailing.id, n_readers=n_readers):
            return
        took = clock.monotonic() - begun
        n_readers = _next_slice(n_readers, took, parcel_size)
        on_progress(ledger.get_mailing(mailing.id).planned)


def _next_slice(n_readers: int, took: float, parcel_size: int) -> int:
    """Twice as many while there is room, half as many when near the limit; whole parcels where possible."""
    if took > LONGEST_SLICE_SECONDS * 0.7:
        n_readers //= 2
    elif took < LONGEST_SLICE_SECONDS * 0.3:
        n_readers *= 2
    n_readers = max(n_readers, 500)
    return n_readers - n_readers % parcel_size if n_readers > parcel_size else n_readers
