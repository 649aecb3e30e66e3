"""Step 3 of a hand-over: what became of an attempt, written in one transaction however late it comes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, exists, func, select, update

from newsletter.db.engine import is_sqlite
from newsletter.db.types import AnyRow, database_now
from newsletter.ledger.carried_sql import carried_by, whom_it_carried
from newsletter.ledger.moves_sql import accept, move, recount, recount_all
from newsletter.ledger.pace.pace_sql import give_back
from newsletter.ledger.pace.policy import (
    GIVE_UP_AFTER,
    back_off_seconds,
    pause_for_failures,
    pause_for_parts,
    pause_for_refused_calls,
    pause_for_waits,
)
from newsletter.ledger.pace.refusals_sql import (
    n_taken,
    note_accepted,
    note_refused,
    stop,
    stop_where_everybody_is_refused,
)
from newsletter.ledger.pace.waits_sql import (
    count_failure,
    forget_failures,
    forget_waits,
    parcel_waits,
    provider_waits,
    tried_for_long,
)
from newsletter.ledger.split_sql import halve, halves_fail_alike, root_refusals
from newsletter.ledger.tables import attempt, delivery, mailing, parcel
from newsletter.words.ledger import HandOver, MailingStatus, ParcelStatus, SkipReason
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused, Uncertain

Answers = Sequence[tuple[Sequence[int] | None, Outcome]]


def record(connection: Connection, attempt_id: int, answers: Answers, *, last: bool) -> None:
    """Write what became of an attempt. `last`: the call is over, nothing more will come."""
    of = _lock_attempt(connection, attempt_id, answers)
    is_open = of.outcome is None
    for deliveries, outcome in answers:
        if is_open or isinstance(outcome, Accepted):
            _apply(connection, of, deliveries, outcome)
    if last and is_open:
        _end_attempt(connection, of, answers)
        _stop_if_everybody_is_refused(connection, of, answers)
        _count_refused_call(connection, of, answers)
        if answers and all(isinstance(one, Deferred) for _, one in answers):
            give_back(connection, of.provider, len(whom_it_carried(connection, of.id)))
    if of.parcel_status != ParcelStatus.SENDING or of.latest != of.id:
        # The answer is late: some of its readers may be queued in another parcel by now.
        recount_all(connection, carried_by(of.id))
    if last:
        recount(connection, of.parcel_id)


def _lock_attempt(connection: Connection, attempt_id: int, answers: Answers) -> AnyRow:
    """The attempt with its parcel and mailing.

    Mailing before parcel, as everyone takes them: a cancel waits until we have written, or we see it. An acceptance
    does not depend on the mailing, and must not queue behind the claims that hold its row.
    """
    other = attempt.alias("other")
    latest = select(func.max(other.c.id)).where(other.c.parcel_id == parcel.c.id).scalar_subquery()
    query = (
        select(
            attempt.c.id,
            attempt.c.provider,
            attempt.c.parcel_id,
            attempt.c.outcome,
            (attempt.c.deadline_at < database_now()).label("is_late"),
            parcel.c.mailing_id,
            parcel.c.status.label("parcel_status"),
            mailing.c.status,
            mailing.c.failures_in_a_row,
            latest.label("latest"),
        )
        .join(parcel, parcel.c.id == attempt.c.parcel_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(attempt.c.id == attempt_id)
    )
    if not is_sqlite(connection):
        before = connection.execute(query).one()
        if before.failures_in_a_row or not all(isinstance(one, Accepted) for _, one in answers):
            connection.execute(select(mailing.c.id).where(mailing.c.id == before.mailing_id).with_for_update())
        connection.execute(select(parcel.c.id).where(parcel.c.id == before.parcel_id).with_for_update())
    return connection.execute(query).one()


def _apply(connection: Connection, of: AnyRow, deliveries: Sequence[int] | None, outcome: Outcome) -> None:
    match outcome:
        case Accepted():
            accept(connection, of.id, deliveries)
            if deliveries is None or deliveries:
                note_accepted(connection, of.provider, of.id)
                forget_waits(connection, of.provider)
            if of.failures_in_a_row:
                forget_failures(connection, of.mailing_id)
        case Deferred():
            if outcome.about_reader:
                _turned_away(connection, of, deliveries, outcome.reason)
            else:
                _back_to_pending(connection, of, deliveries)
            _defer(connection, of, outcome)
        case Refused():
            _refuse(connection, of, deliveries, outcome)
        case Uncertain(reason):
            move(connection, of.id, HandOver.UNCERTAIN, deliveries=deliveries, reason=reason)
            _count_failure(connection, of, reason)


def _count_failure(connection: Connection, of: AnyRow, reason: str) -> int:
    """How many calls in a row got nowhere. A call broken off because this process stood still does not count."""
    if of.is_late:
        return 1
    failures = count_failure(connection, of.mailing_id)
    if why := pause_for_failures(failures, reason):
        stop(connection, of.provider, of.mailing_id, why)
    return failures


def _turned_away(connection: Connection, of: AnyRow, deliveries: Sequence[int] | None, reason: str) -> None:
    """Their mailboxes say later: they wait with that reason, and after days are refused for it.

    All together, and last: where others were accepted in those days, the provider does not refuse everybody.
    """
    ids = whom_it_carried(connection, of.id) if deliveries is None else list(deliveries)
    if over := tried_for_long(connection, of.parcel_id, ids):
        last = f"It was tried for {GIVE_UP_AFTER.days} days. The last answer: {reason}"
        if n_taken(connection, of.mailing_id):
            move(connection, of.id, HandOver.REFUSED, deliveries=over, reason=last)
        else:
            _refused(connection, of, over, last)
    gone = set(over)
    _back_to_pending(connection, of, [one for one in ids if one not in gone], reason)


def _back_to_pending(
    connection: Connection, of: AnyRow, deliveries: Sequence[int] | None, reason: str | None = None
) -> None:
    move(connection, of.id, HandOver.PENDING, deliveries=deliveries, reason=reason)
    if of.status == MailingStatus.CANCELLED:
        move(connection, of.id, HandOver.SKIPPED, deliveries=deliveries, reason=SkipReason.CANCELLED)


def _defer(connection: Connection, of: AnyRow, outcome: Deferred) -> None:
    if outcome.halve:
        if not halve(connection, of.parcel_id):
            too_much = f"Even one reader is too much for one call: {outcome.reason}"
            stop(connection, of.provider, of.mailing_id, too_much)
    elif outcome.pauses:
        stop(connection, of.provider, of.mailing_id, outcome.reason)
    elif outcome.backs_off:
        failures = _count_failure(connection, of, outcome.reason)
        provider_waits(connection, of.provider, back_off_seconds(failures), outcome.reason)
    elif outcome.retry_after is not None:
        in_a_row = provider_waits(connection, of.provider, outcome.retry_after.total_seconds(), outcome.reason)
        if why := pause_for_waits(in_a_row, outcome.reason):
            stop(connection, of.provider, of.mailing_id, why)
    else:
        parcel_waits(connection, of.parcel_id, for_a_reader=outcome.about_reader)


def _refuse(connection: Connection, of: AnyRow, deliveries: Sequence[int] | None, outcome: Refused) -> None:
    """A reader who is named, or alone, is refused; an unnamed refusal of several is bisected."""
    ids = whom_it_carried(connection, of.id) if deliveries is None else list(deliveries)
    named = [delivery_id for delivery_id in ids if delivery_id in outcome.named]
    if not named and (why := _pause_for_parts(connection, of, outcome.reason)):
        _back_to_pending(connection, of, ids)
        stop(connection, of.provider, of.mailing_id, why)
        return
    blamed = set(named or (ids if len(ids) == 1 else []))
    if blamed and outcome.is_ours:
        move(connection, of.id, HandOver.REFUSED, deliveries=[*blamed], reason=outcome.reason)
    elif blamed:
        _refused(connection, of, [*blamed], outcome.reason)
    blameless = [delivery_id for delivery_id in ids if delivery_id not in blamed]
    if blameless:
        _back_to_pending(connection, of, blameless)
    if not blamed:
        halve(connection, of.parcel_id)


def _refused(connection: Connection, of: AnyRow, deliveries: Sequence[int], reason: str) -> None:
    """Record refusals by the provider.

    Once its mailing is paused they say nothing about these readers: they are tried again.
    """
    if of.status == MailingStatus.PAUSED:
        _back_to_pending(connection, of, deliveries, reason)
        return
    move(connection, of.id, HandOver.REFUSED, deliveries=deliveries, reason=reason)
    note_refused(connection, of.provider, of.id, deliveries)


def _stop_if_everybody_is_refused(connection: Connection, of: AnyRow, answers: Answers) -> None:
    looked_at = sum(len(ids or ()) for ids, one in answers if isinstance(one, Deferred) and one.looked_at)
    stop_where_everybody_is_refused(connection, of, looked_at=looked_at)


def _pause_for_parts(connection: Connection, of: AnyRow, reason: str) -> str | None:
    """Count a refusal that names nobody. Returns a reason to pause once single readers can't be the cause."""
    alike = halves_fail_alike(connection, of.parcel_id, reason)
    return pause_for_parts(root_refusals(connection, of.parcel_id, reason), reason, halves_alike=alike)


def _count_refused_call(connection: Connection, of: AnyRow, answers: Answers) -> None:
    """A call refused for readers it named counts as well: providers block senders who keep sending bad ones.

    Unnamed refusals were counted when they were applied. A call with a refused reader among accepted ones is not a
    refused call.
    """
    if any(isinstance(one, Accepted | Uncertain) or (isinstance(one, Refused) and not one.named) for _, one in answers):
        return
    states = select(delivery.c.handover).where(delivery.c.id.in_(carried_by(of.id))).distinct()
    inside = set(connection.scalars(states))
    if HandOver.REFUSED not in inside or HandOver.ACCEPTED in inside:
        return
    reason = next((one.reason for _, one in answers if isinstance(one, Refused)), "it refused readers of this batch")
    if why := pause_for_refused_calls(root_refusals(connection, of.parcel_id, None), reason):
        stop(connection, of.provider, of.mailing_id, why)


def _end_attempt(connection: Connection, of: AnyRow, answers: Answers) -> None:
    """Close the attempt. What it carried and no answer covered is uncertain: silence is not a no."""
    outcome = answers[-1][1] if answers else _what_was_written(connection, of.id)
    covers_all = any(deliveries is None for deliveries, _ in answers)
    if not covers_all and move(
        connection, of.id, HandOver.UNCERTAIN, reason="the provider's answer did not cover this reader"
    ):
        outcome = Uncertain("no answer")
    connection.execute(
        update(attempt)
        .where(attempt.c.id == of.id)
        .values(
            outcome=type(outcome).__name__.lower(),
            reason=getattr(outcome, "reason", None),
            reference=getattr(outcome, "reference", None),
            ended_at=database_now(),
        )
    )


def _what_was_written(connection: Connection, attempt_id: int) -> Outcome:
    """The outcome of an attempt whose answers were all written down as they came."""
    took = exists().where(delivery.c.id.in_(carried_by(attempt_id)), delivery.c.handover == HandOver.ACCEPTED)
    return Accepted() if connection.scalar(select(took)) else Refused("nobody in it was taken")
