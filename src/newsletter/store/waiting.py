"""Reasons to wait: a provider that asks for it, a parcel that was just turned away, a mailing that gets nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, case, func, select, update

from newsletter.store.tables import attempt, carried, delivery, mailing, parcel, provider_state
from newsletter.store.types import database_now
from newsletter.store.upserting import insert_into
from newsletter.words.ledger import MailingStatus

# After so many calls in a row that were in doubt or never got through, people should look before more go out.
FAILURES_BEFORE_PAUSE = 5
_LONGEST_WAIT_SECONDS = 60.0
# RFC 5321, 4.5.4.1: at least 30 minutes between tries for a mailbox that says later, sooner ones at the beginning.
_LONGEST_WAIT_FOR_A_READER = 1_800.0
# The same section gives up after four or five days at the earliest. A newsletter is old by then, and the next one near.
GIVE_UP_AFTER = timedelta(days=3)


def pause(connection: Connection, mailing_id: int, reason: str) -> None:
    connection.execute(
        update(mailing)
        .where(mailing.c.id == mailing_id, mailing.c.status == MailingStatus.SENDING)
        .values(status=MailingStatus.PAUSED, pause_reason=reason)
    )


def count_failure(connection: Connection, mailing_id: int) -> int:
    """One more call that got nowhere. Returns how many there were without an acceptance."""
    failures: int = connection.execute(
        update(mailing)
        .where(mailing.c.id == mailing_id)
        .values(failures_in_a_row=mailing.c.failures_in_a_row + 1)
        .returning(mailing.c.failures_in_a_row)
    ).scalar_one()
    return failures


def forget_failures(connection: Connection, mailing_id: int) -> None:
    """Somebody was taken: the count starts again."""
    some = (mailing.c.id == mailing_id, mailing.c.failures_in_a_row > 0)
    connection.execute(update(mailing).where(*some).values(failures_in_a_row=0))


def provider_waits(connection: Connection, provider: str, seconds: float) -> None:
    """Nobody calls this provider for so many seconds; of two such requests the longer counts."""
    statement = insert_into(connection, provider_state).values(provider=provider, not_before=database_now(seconds))
    until = statement.excluded.not_before
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["provider"],
            set_={"not_before": case((provider_state.c.not_before > until, provider_state.c.not_before), else_=until)},
        )
    )


def parcel_waits(connection: Connection, parcel_id: int, *, for_a_reader: bool = False) -> None:
    """A parcel turned away without a word on how long waits 1, 2, 4 ... 60 s: asking at once would never end.

    Where the mailbox of a reader said later, up to half an hour.
    """
    tries = connection.scalar(select(func.count()).where(attempt.c.parcel_id == parcel_id)) or 1
    longest = _LONGEST_WAIT_FOR_A_READER if for_a_reader else _LONGEST_WAIT_SECONDS
    seconds = min(longest, 2.0 ** (min(tries, 12) - 1))
    connection.execute(update(parcel).where(parcel.c.id == parcel_id).values(not_before=database_now(seconds)))


def tried_for_long(connection: Connection, deliveries: Sequence[int]) -> list[int]:
    """Those whose first try is so long ago that nobody should ask their mailbox once more."""
    first = (
        select(func.min(attempt.c.started_at))
        .join(carried, carried.c.attempt_id == attempt.c.id)
        .where(carried.c.delivery_id == delivery.c.id)
        .correlate(delivery)
        .scalar_subquery()
    )
    long_ago = database_now(-GIVE_UP_AFTER.total_seconds())
    return list(connection.scalars(select(delivery.c.id).where(delivery.c.id.in_(deliveries), first < long_ago)))
