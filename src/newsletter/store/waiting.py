"""Reasons to wait: a provider that asks for it, a parcel that was just turned away, a mailing that gets nowhere."""

from __future__ import annotations

from sqlalchemy import Connection, case, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from newsletter.store.engine import is_sqlite
from newsletter.store.tables import attempt, mailing, parcel, provider_state
from newsletter.store.types import database_now
from newsletter.words.ledger import MailingStatus

# After so many calls in a row that were in doubt or never got through, people should look before more go out.
FAILURES_BEFORE_PAUSE = 5
_LONGEST_WAIT_SECONDS = 60.0


def pause(connection: Connection, mailing_id: int, reason: str) -> None:
    connection.execute(
        update(mailing)
        .where(mailing.c.id == mailing_id, mailing.c.status == MailingStatus.SENDING)
        .values(status=MailingStatus.PAUSED, pause_reason=reason)
    )


def count_failure(connection: Connection, mailing_id: int, reason: str | None) -> int:
    """One more call that got nowhere, or none: an acceptance starts the count again."""
    if reason is None:
        connection.execute(
            update(mailing)
            .where(mailing.c.id == mailing_id, mailing.c.failures_in_a_row > 0)
            .values(failures_in_a_row=0)
        )
        return 0
    failures: int = connection.execute(
        update(mailing)
        .where(mailing.c.id == mailing_id)
        .values(failures_in_a_row=mailing.c.failures_in_a_row + 1)
        .returning(mailing.c.failures_in_a_row)
    ).scalar_one()
    if failures >= FAILURES_BEFORE_PAUSE:
        pause(connection, mailing_id, f"{failures} calls in a row got no clear answer. The last: {reason}")
    return failures


def provider_waits(connection: Connection, provider: str, seconds: float) -> None:
    """Nobody calls this provider for so many seconds; of two such requests the longer counts."""
    upsert = sqlite_insert if is_sqlite(connection) else postgresql_insert
    statement = upsert(provider_state).values(provider=provider, not_before=database_now(seconds))
    until = statement.excluded.not_before
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["provider"],
            set_={"not_before": case((provider_state.c.not_before > until, provider_state.c.not_before), else_=until)},
        )
    )


def parcel_waits(connection: Connection, parcel_id: int) -> None:
    """A parcel turned away without a word on how long waits 1, 2, 4 ... 60 s: asking at once would never end."""
    tries = connection.scalar(select(func.count()).where(attempt.c.parcel_id == parcel_id)) or 1
    seconds = min(_LONGEST_WAIT_SECONDS, 2.0 ** (min(tries, 10) - 1))
    connection.execute(update(parcel).where(parcel.c.id == parcel_id).values(not_before=database_now(seconds)))
