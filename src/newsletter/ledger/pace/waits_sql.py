"""Reasons to wait: a provider that asks for it, a parcel that was just turned away, a mailing that gets nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, case, false, func, or_, select, true, update

from newsletter.db.id_lists import ids_in
from newsletter.db.types import database_now
from newsletter.db.until import LONGEST_WAIT_SECONDS, lies_ahead
from newsletter.db.upsert import insert_into
from newsletter.ledger.carried_sql import family
from newsletter.ledger.pace.policy import (
    GIVE_UP_AFTER,
    WAITS_BEFORE_PAUSE,
    parcel_wait_seconds,
    provider_wait_seconds,
)
from newsletter.ledger.status_sql import move_mailings
from newsletter.ledger.tables import attempt, delivery, mailing, parcel, provider_state, unanswered_in
from newsletter.words.ledger import HandOver, MailingStatus


def pause(connection: Connection, mailing_id: int, reason: str) -> None:
    sending, paused = MailingStatus.SENDING, MailingStatus.PAUSED
    move_mailings(connection, mailing.c.id == mailing_id, out_of=[sending], to=paused, pause_reason=reason)


def count_failure(connection: Connection, mailing_id: int) -> int:
    """Count one more call that got nowhere. Returns how many there were without an acceptance."""
    failures: int = connection.execute(
        update(mailing)
        .where(mailing.c.id == mailing_id)
        .values(failures_in_a_row=mailing.c.failures_in_a_row + 1)
        .returning(mailing.c.failures_in_a_row)
    ).scalar_one()
    return failures


def failed_together(connection: Connection, mailing_id: int, started_at: datetime) -> bool:
    """Whether a call that began then was under way when the first call in a row ended that got nowhere."""
    mine = attempt.c.parcel_id.in_(select(parcel.c.id).where(parcel.c.mailing_id == mailing_id))
    is_taken = attempt.c.outcome == HandOver.ACCEPTED
    last_taken = select(func.max(attempt.c.ended_at)).where(mine, is_taken).scalar_subquery()
    since = or_(last_taken.is_(None), attempt.c.ended_at > last_taken)
    first_failed = connection.scalar(select(func.min(attempt.c.ended_at)).where(mine, ~is_taken, since))
    return first_failed is not None and started_at < first_failed


def forget_failures(connection: Connection, mailing_id: int) -> None:
    """Start the count again: somebody was accepted."""
    some = (mailing.c.id == mailing_id, mailing.c.failures_in_a_row > 0)
    connection.execute(update(mailing).where(*some).values(failures_in_a_row=0))


def provider_waits(connection: Connection, provider: str, seconds: float, reason: str) -> int:
    """Let nobody call this provider for so many seconds. Returns how often it asked since it last accepted somebody.

    Calls under way at the same time that hear the same count once; of two requests the longer wait counts.
    """
    mine = provider_state.c.provider == provider
    connection.execute(insert_into(connection, provider_state).values(provider=provider).on_conflict_do_nothing())
    lasts = lies_ahead(provider_state.c.not_before, LONGEST_WAIT_SECONDS)
    columns = (provider_state.c.not_before, provider_state.c.waits_in_a_row, case((lasts, 1), else_=0).label("lasts"))
    row = connection.execute(select(*columns).where(mine).with_for_update()).one()
    in_a_row: int = row.waits_in_a_row + (0 if row.lasts else 1)
    until = database_now(min(provider_wait_seconds(seconds, in_a_row), LONGEST_WAIT_SECONDS))
    longer = case((lasts & (provider_state.c.not_before > until), provider_state.c.not_before), else_=until)
    values = {"not_before": longer, "wait_reason": reason, "waits_in_a_row": in_a_row}
    connection.execute(update(provider_state).where(mine).values(**values))
    return in_a_row


def is_waited_for(connection: Connection, provider: str) -> bool:
    """Whether nobody calls this provider for now.

    A call that can't reach it meanwhile began before that, and met the same fault as the call that began the wait.
    """
    lasts = lies_ahead(provider_state.c.not_before, LONGEST_WAIT_SECONDS)
    return (
        connection.scalar(select(provider_state.c.provider).where(provider_state.c.provider == provider, lasts))
        is not None
    )


def forget_waits(connection: Connection, provider: str) -> None:
    """Start the count again: somebody was accepted, or a person has repaired the cause."""
    if connection.scalar(_has_asked, {"of_provider": provider}) is not None:
        some = (provider_state.c.provider == provider, provider_state.c.waits_in_a_row > 0)
        connection.execute(update(provider_state).where(*some).values(waits_in_a_row=0))


_has_asked = select(provider_state.c.provider).where(
    provider_state.c.provider == bindparam("of_provider"), provider_state.c.waits_in_a_row > 0
)


def forget_all_waits(connection: Connection) -> None:
    """A person resumes: start every count again.

    A wait stays, unless the provider asked so often that the sending paused.
    """
    too_often = case((provider_state.c.waits_in_a_row >= WAITS_BEFORE_PAUSE, None), else_=provider_state.c.not_before)
    some = provider_state.c.waits_in_a_row > 0
    connection.execute(update(provider_state).where(some).values(waits_in_a_row=0, not_before=too_often))


def waits() -> ColumnElement[bool]:
    """For a parcel: it is not its turn yet."""
    return func.coalesce(lies_ahead(parcel.c.not_before, LONGEST_WAIT_SECONDS), false())


def parcel_waits(connection: Connection, parcel_id: int, *, for_a_reader: bool = False) -> None:
    """Make a parcel wait longer with each try that names no time: asking at once would never end.

    The tries of its readers count, whichever part of the family they were in; those of its first reader are as good as any.
    """
    inside = ids_in(attempt.c.carried)
    one = select(func.min(delivery.c.id)).where(unanswered_in(parcel_id)).scalar_subquery()
    carried = (attempt.c.parcel_id.in_(family(parcel_id)), inside.c.value == one)
    counted = select(func.count()).select_from(attempt.join(inside, true())).where(*carried)
    tries = connection.scalar(counted) or 1
    seconds = parcel_wait_seconds(tries, for_a_reader=for_a_reader)
    connection.execute(update(parcel).where(parcel.c.id == parcel_id).values(not_before=database_now(seconds)))


def tried_for_long(connection: Connection, parcel_id: int, deliveries: Sequence[int]) -> list[int]:
    """Those of a parcel's deliveries whose first try is so long ago that nobody should ask their mailbox once more."""
    inside = ids_in(attempt.c.carried)
    began_long_ago = attempt.c.started_at < database_now(-GIVE_UP_AFTER.total_seconds())
    tried = (
        select(inside.c.value)
        .select_from(attempt.join(inside, true()))
        .where(attempt.c.parcel_id.in_(family(parcel_id)), began_long_ago, inside.c.value.in_(deliveries))
    )
    return list(connection.scalars(tried.distinct()))
