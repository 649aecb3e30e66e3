"""Step 3 of a hand-over: what became of an attempt, written in one transaction however late it comes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, exists, func, select, update

from newsletter.db.engine import is_sqlite
from newsletter.db.types import AnyRow, database_now
from newsletter.ledger.carried_sql import carried_after, carried_by, lock_parcels_of, whom_it_carried
from newsletter.ledger.moves_sql import accept, move, recount, recount_all
from newsletter.ledger.pace.pace_sql import give_back
from newsletter.ledger.pace.policy import (
    FIRST_BACK_OFF_SECONDS,
    GIVE_UP_AFTER,
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
    failed_together,
    forget_failures,
    forget_waits,
    is_waited_for,
    parcel_waits,
    provider_waits,
    tried_for_long,
)
from newsletter.ledger.split_sql import halve, halves_fail_alike, join_child, root_refusals
from newsletter.ledger.tables import attempt, delivery, is_in, mailing, moved_to, parcel, unanswered_in
from newsletter.words.ledger import NO_PLACE_TO_WAIT, HandOver, MailingStatus, ParcelStatus, SkipReason
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused, Uncertain

Answers = Sequence[tuple[Sequence[int] | None, Outcome]]


def record(connection: Connection, attempt_id: int, answers: Answers, *, last: bool) -> None:
    """Write what became of an attempt. `last`: the call is over, nothing more will come."""
    of = _lock_attempt(connection, attempt_id, answers)
    is_open = of.outcome is None
    if not of.is_in_call:
        # The answer is late: some of its readers may be queued in another parcel by now.
        lock_parcels_of(connection, carried_by(of.id))
    for deliveries, outcome in answers:
        if is_open or isinstance(outcome, Accepted):
            _apply(connection, of, deliveries, outcome, last=last)
    if last and is_open:
        _end_attempt(connection, of, answers)
        _stop_if_everybody_is_refused(connection, of, answers)
        _count_refused_call(connection, of, answers)
        if answers and all(isinstance(one, Deferred) for _, one in answers):
            give_back(connection, of.provider, len(whom_it_carried(connection, of.id)))
    if not of.is_in_call:
        recount_all(connection, carried_by(of.id))
    if last or not of.is_in_call:
        recount(connection, of.parcel_id, call_is_over=of.is_in_call)


def _lock_attempt(connection: Connection, attempt_id: int, answers: Answers) -> AnyRow:
    """The attempt with its parcel and mailing; `is_in_call`: it carries those who are on their way in that parcel.

    Mailing before parcel, as everyone takes them: a cancel waits until we have written, or we see it. An acceptance
    does not depend on the mailing, and must not queue behind the claims that hold its row.
    """
    by = {"of_attempt": attempt_id}
    if not is_sqlite(connection):
        before = connection.execute(_with_parcel_and_mailing(), by).one()
        if before.failures_in_a_row or not all(isinstance(one, Accepted) for _, one in answers):
            connection.execute(select(mailing.c.id).where(mailing.c.id == before.mailing_id).with_for_update())
        connection.execute(select(parcel.c.id).where(parcel.c.id == before.parcel_id).with_for_update())
    return connection.execute(_with_parcel_and_mailing(), by).one()


@cache
def _with_parcel_and_mailing() -> Select[Any]:
    other = attempt.alias("other")
    latest = select(func.max(other.c.id)).where(other.c.parcel_id == parcel.c.id).scalar_subquery()
    return (
        select(
            attempt.c.id,
            attempt.c.provider,
            attempt.c.parcel_id,
            attempt.c.outcome,
            attempt.c.started_at,
            (attempt.c.deadline_at < database_now()).label("is_late"),
            parcel.c.mailing_id,
            parcel.c.status.label("parcel_status"),
            mailing.c.status,
            mailing.c.failures_in_a_row,
            and_(attempt.c.outcome.is_(None), parcel.c.status == ParcelStatus.SENDING, latest == attempt.c.id).label(
                "is_in_call"
            ),
        )
        .join(parcel, parcel.c.id == attempt.c.parcel_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(attempt.c.id == bindparam("of_attempt"))
    )


def _apply(
    connection: Connection, of: AnyRow, deliveries: Sequence[int] | None, outcome: Outcome, *, last: bool
) -> None:
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
                queued_in = _turned_away(connection, of, deliveries, outcome.reason, last=last)
            else:
                queued_in = _wait_again(connection, of, deliveries, last=last)
            _defer(connection, of, outcome, queued_in)
        case Refused():
            _refuse(connection, of, deliveries, outcome, last=last)
        case Uncertain(reason):
            move(connection, of.id, HandOver.UNCERTAIN, deliveries=deliveries, reason=reason)
            _count_failure(connection, of, reason)


def _count_failure(connection: Connection, of: AnyRow, reason: str) -> None:
    """Pause after so many calls in a row that got nowhere. One broken off because this process stood still does not count.

    A wire that is cut ends all calls that are under way, from however many machines: they count as one.
    """
    if of.is_late or (of.failures_in_a_row and failed_together(connection, of.mailing_id, of.started_at)):
        return
    failures = count_failure(connection, of.mailing_id)
    if why := pause_for_failures(failures, reason):
        stop(connection, of.provider, of.mailing_id, why)


def _turned_away(
    connection: Connection, of: AnyRow, deliveries: Sequence[int] | None, reason: str, *, last: bool
) -> int:
    """Their mailboxes say later: they wait with that reason, and after days are refused for it. Returns in which parcel.

    All together, and last: where others were accepted in those days, the provider does not refuse everybody.
    """
    ids = whom_it_carried(connection, of.id) if deliveries is None else list(deliveries)
    if over := tried_for_long(connection, of.parcel_id, ids):
        said = f"It was tried for {GIVE_UP_AFTER.days} days. The last answer: {reason}"
        if n_taken(connection, of.mailing_id):
            move(connection, of.id, HandOver.REFUSED, deliveries=over, reason=said)
        else:
            _refused(connection, of, over, said, last=last)
    gone = set(over)
    return _wait_again(connection, of, [one for one in ids if one not in gone], reason, last=last)


def _wait_again(
    connection: Connection, of: AnyRow, deliveries: Sequence[int] | None, reason: str | None = None, *, last: bool
) -> int:
    """They were surely not taken, and wait again. Returns in which parcel: theirs, or one that is a part of it.

    A reader who is pending in a parcel that is in a call is on their way. So they can stay where they are only if the
    call ends with this answer, and nobody else in it is without one. Of a cancelled mailing they are skipped.
    """
    rows = connection.execute(_without_result(of, deliveries)).all()
    ids = [row.id for row in rows]
    if reason is not None or any(row.is_in_doubt for row in rows):
        values = {**moved_to(HandOver.PENDING, [HandOver.SENDING, HandOver.UNCERTAIN]), "reason": reason}
        connection.execute(update(delivery).where(delivery.c.id.in_(ids)).values(values))
    if of.status == MailingStatus.CANCELLED:
        move(connection, of.id, HandOver.SKIPPED, deliveries=deliveries, reason=SkipReason.CANCELLED)
    elif ids and not _may_stay(connection, of, ids, last=last):
        return join_child(connection, of.parcel_id, ids)
    return int(of.parcel_id)


def _without_result(of: AnyRow, deliveries: Sequence[int] | None) -> Select[tuple[int, bool]]:
    """Those of an attempt who are on their way or in doubt, and whom no later attempt has carried."""
    return select(delivery.c.id, is_in(HandOver.UNCERTAIN).label("is_in_doubt")).where(
        delivery.c.id.in_(carried_by(of.id, deliveries)),
        delivery.c.id.not_in(carried_after(of.id)),
        delivery.c.parcel_id == of.parcel_id,
        is_in(HandOver.SENDING, HandOver.UNCERTAIN),
    )


def _may_stay(connection: Connection, of: AnyRow, waiting: Sequence[int], *, last: bool) -> bool:
    if not of.is_in_call:
        return of.parcel_status not in NO_PLACE_TO_WAIT
    n_without_answer = connection.scalar(select(func.count()).where(unanswered_in(of.parcel_id)))
    return last and n_without_answer == len(waiting)


def _defer(connection: Connection, of: AnyRow, outcome: Deferred, queued_in: int) -> None:
    if outcome.halve:
        if not halve(connection, queued_in):
            too_much = f"Even one reader is too much for one call: {outcome.reason}"
            stop(connection, of.provider, of.mailing_id, too_much)
    elif outcome.pauses:
        stop(connection, of.provider, of.mailing_id, outcome.reason)
    elif outcome.backs_off:
        if not is_waited_for(connection, of.provider):
            _count_failure(connection, of, outcome.reason)
        provider_waits(connection, of.provider, FIRST_BACK_OFF_SECONDS, outcome.reason)
    elif outcome.retry_after is not None:
        in_a_row = provider_waits(connection, of.provider, outcome.retry_after.total_seconds(), outcome.reason)
        if why := pause_for_waits(in_a_row, outcome.reason):
            stop(connection, of.provider, of.mailing_id, why)
    else:
        parcel_waits(connection, queued_in, for_a_reader=outcome.about_reader)


def _refuse(
    connection: Connection, of: AnyRow, deliveries: Sequence[int] | None, outcome: Refused, *, last: bool
) -> None:
    """A reader who is named, or alone, is refused; an unnamed refusal of several is bisected."""
    ids = whom_it_carried(connection, of.id) if deliveries is None else list(deliveries)
    named = [delivery_id for delivery_id in ids if delivery_id in outcome.named]
    if not named and (why := _pause_for_parts(connection, of, outcome.reason)):
        _wait_again(connection, of, ids, last=last)
        stop(connection, of.provider, of.mailing_id, why)
        return
    blamed = set(named or (ids if len(ids) == 1 else []))
    if blamed and outcome.is_ours:
        move(connection, of.id, HandOver.REFUSED, deliveries=[*blamed], reason=outcome.reason)
    elif blamed:
        _refused(connection, of, [*blamed], outcome.reason, last=last)
    blameless = [delivery_id for delivery_id in ids if delivery_id not in blamed]
    queued_in = _wait_again(connection, of, blameless, last=last) if blameless else of.parcel_id
    if not blamed:
        halve(connection, queued_in)


def _refused(connection: Connection, of: AnyRow, deliveries: Sequence[int], reason: str, *, last: bool) -> None:
    """Record refusals by the provider.

    Once its mailing is paused they say nothing about these readers: they are tried again.
    """
    if of.status == MailingStatus.PAUSED:
        _wait_again(connection, of, deliveries, reason, last=last)
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
    if not _is_any(connection, of.id, HandOver.REFUSED) or _is_any(connection, of.id, HandOver.ACCEPTED):
        return
    reason = next((one.reason for _, one in answers if isinstance(one, Refused)), "it refused readers of this batch")
    if why := pause_for_refused_calls(root_refusals(connection, of.parcel_id, None), reason):
        stop(connection, of.provider, of.mailing_id, why)


def _end_attempt(connection: Connection, of: AnyRow, answers: Answers) -> None:
    """Close the attempt. What it carried and no answer covered is uncertain: silence is not a no."""
    outcome = answers[-1][1] if answers else _what_was_written(connection, of.id)
    if forgotten := _not_covered(connection, of, answers):
        why = "the provider's answer did not cover this reader"
        move(connection, of.id, HandOver.UNCERTAIN, deliveries=forgotten, reason=why)
        outcome = Uncertain("no answer")
    said = {name: getattr(outcome, name, None) for name in ("reason", "reference")}
    ended = {"of_attempt": of.id, "outcome": type(outcome).__name__.lower(), **said}
    connection.execute(_ended, ended)


_ended = update(attempt).where(attempt.c.id == bindparam("of_attempt")).values(ended_at=database_now())


def _not_covered(connection: Connection, of: AnyRow, answers: Answers) -> list[int]:
    """Those who are on their way in this call, and about whom none of its answers said anything."""
    if not of.is_in_call or any(deliveries is None for deliveries, _ in answers):
        return []
    covered = {one for deliveries, _ in answers for one in deliveries or ()}
    without = connection.scalars(select(delivery.c.id).where(unanswered_in(of.parcel_id)))
    return [one for one in without if one not in covered]


def _what_was_written(connection: Connection, attempt_id: int) -> Outcome:
    """The outcome of an attempt whose answers were all written down as they came."""
    return Accepted() if _is_any(connection, attempt_id, HandOver.ACCEPTED) else Refused("nobody in it was taken")


def _is_any(connection: Connection, attempt_id: int, state: HandOver) -> bool:
    found = exists().where(delivery.c.id.in_(carried_by(attempt_id)), is_in(state))
    return bool(connection.scalar(select(found)))
