"""Plan: freeze the edition and its audience, cut into parcels, in slices short enough for other writers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from newsletter.ledger.ledger import Ledger
from newsletter.ledger.rows import MailingRow
from newsletter.ports.clock import Clock
from newsletter.words.edition import Edition
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import NotNow

# A writer that holds SQLite's lock for longer starves an unsubscribe (measured: a million at once held it 6 s).
LONGEST_SLICE_SECONDS = 0.3
_FIRST_SLICE = 5_000
# What a slice costs apart from its readers is soon more than they cost: on a busy machine, smaller ones only take longer.
_SMALLEST_SLICE = 2_000
_SHORT_SECONDS = 0.05


def plan(
    ledger: Ledger,
    clock: Clock,
    edition: Edition,
    *,
    list_name: str,
    parcel_size: int,
    start_at: datetime | None = None,
    canary: int = 0,
    canary_waits: bool = False,
    segment: str = "",
    on_progress: Callable[[int], None] = lambda planned: None,
) -> tuple[MailingRow, bool]:
    """The mailing of an edition to a list, and whether it was resumed.

    An unfinished mailing is resumed with the words that it was planned with: all readers get the same. `canary` readers
    go first, in a parcel of their own; the others wait until everyone in it is settled, and with `canary_waits` until
    somebody has looked and resumes. Readers have to fit the question `segment`; "" is everyone.

    Raises NotNow where the unfinished mailing has another question.
    """
    # Readers of a mailing that was cancelled half-way would still hold the issue.
    ledger.control.finish_cancelled()
    unfinished = ledger.mailings.find_unfinished(edition.issue, list_name)
    mailing = unfinished or ledger.planning.open_mailing(
        edition,
        list_name=list_name,
        parcel_size=parcel_size,
        start_at=start_at,
        canary=canary,
        canary_waits=canary_waits,
        segment=segment,
    )
    if segment and mailing.segment != segment:
        raise NotNow(
            f"Issue {edition.issue} is on its way to {list_name!r} already, to other readers of it.",
            fix=f"When that is done, send it again. See where it stands: newsletter status {edition.issue}",
        )
    seen = finish_plan(ledger, clock, mailing, parcel_size=parcel_size, on_progress=on_progress)
    latest = ledger.mailings.find_latest(edition.issue, list_name)
    if latest is None or latest.id == mailing.id:
        return latest or seen, unfinished is not None
    # Everybody has it already: show the sending that they got it from.
    return replace(latest, already_had_it=seen.already_had_it), False


def finish_plan(
    ledger: Ledger,
    clock: Clock,
    mailing: MailingRow,
    *,
    parcel_size: int,
    on_progress: Callable[[int], None] = lambda planned: None,
) -> MailingRow:
    """Plan the rest of a mailing, however much an earlier process had planned.

    Returns the row from before the last slice.
    """
    n_readers = max(parcel_size, _FIRST_SLICE)
    while mailing.status is MailingStatus.PLANNING:
        begun = clock.monotonic()
        if not ledger.planning.plan_slice(mailing.id, n_readers=n_readers):
            break
        took = clock.monotonic() - begun
        if took > _SHORT_SECONDS:
            clock.sleep(ledger.planning.rest_seconds)
        n_readers = _next_slice(n_readers, took, parcel_size)
        mailing = ledger.mailings.get(mailing.id)
        on_progress(mailing.planned)
    return mailing


def _next_slice(n_readers: int, took: float, parcel_size: int) -> int:
    """The size of the next slice: doubled while there is room, halved near the limit; whole parcels where possible."""
    if took > LONGEST_SLICE_SECONDS * 0.7:
        n_readers //= 2
    elif took < LONGEST_SLICE_SECONDS * 0.3:
        n_readers *= 2
    n_readers = max(n_readers, _SMALLEST_SLICE)
    return n_readers - n_readers % parcel_size if n_readers > parcel_size else n_readers
