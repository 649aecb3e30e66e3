"""Step 3 of a hand-over: what became of an attempt, written in one transaction however late it comes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, insert, select, update

from newsletter.store.engine import writing
from newsletter.store.splitting import BISECTION_BUDGET, halve, halves_fail_alike, root_refusals
from newsletter.store.tables import attempt, carried, delivery, mailing, parcel, provider_state
from newsletter.store.types import AnyRow, database_now
from newsletter.words.ledger import HandOver, MailingStatus, ParcelStatus, SkipReason, sources
from newsletter.words.outcome import Accepted, Deferred, Outcome, Refused, Uncertain

# After so many calls in a row that were in doubt or never got through, people should look before more go out.
FAILURES_BEFORE_PAUSE = 5
_LONGEST_BACK_OFF_SECONDS = 60.0


class SqlRecording:
    """The record half of the `Sending` port."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(
        self, attempt_id: int, answers: Sequence[tuple[Sequence[int] | None, Outcome]], *, last: bool = True
    ) -> None:
        """Write outcomes as evidence about this attempt, even where a sweep has called it uncertain meanwhile."""
        with writing(self._engine) as connection:
            of = _lock_attempt(connection, attempt_id)
            for deliveries, outcome in answers:
                _apply(connection, of, deliveries, outcome)
            if last:
                _end_attempt(connection, of, answers)
                settle_parcel(connection, of.parcel_id)

    def abandon(self, attempt_id: int, reason: str) -> None:
        """This attempt surely handed nothing over: its readers are due again at once."""
        self.record(attempt_id, [(None, Deferred(reason))])


def _lock_attempt(connection: Connection, attempt_id: int) -> AnyRow:
    """The attempt with its parcel and mailing. Parcel first: the sweep takes the same order."""
    return connection.execute(
        select(attempt.c.id, attempt.c.provider, attempt.c.parcel_id, parcel.c.mailing_id, mailing.c.status)
        .join(parcel, parcel.c.id == attempt.c.parcel_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(attempt.c.id == attempt_id)
        .with_for_update(of=parcel)
    ).one()


def _apply(connection: Connection, of: AnyRow, deliveries: Sequence[int] | None, outcome: Outcome) -> None:
    match outcome:
        case Accepted():
            move(connection, of.id, HandOver.ACCEPTED, deliveries=deliveries)
            _count_failure(connection, of.mailing_id, None)
        case Deferred():
            _back_to_pending(connection, of, deliveries)
            _defer(connection, of, outcome)
        case Refused():
            _refuse(connection, of, deliveries, outcome)
        case Uncertain(reason):
            move(connection, of.id, HandOver.UNCERTAIN, deliveries=deliveries, reason=reason)
            _count_failure(connection, of.mailing_id, reason)


def move(
    connection: Connection,
    attempt_id: int,
    target: HandOver,
    *,
    deliveries: Sequence[int] | None = None,
    reason: str | None = None,
    only_in: int | None = None,
) -> int:
    """Move deliveries that this attempt carried, along the table of allowed moves and no other way.

    `only_in` keeps to deliveries still queued in that parcel: a refusal of an old attempt says nothing about a resend.
    """
    inside = select(carried.c.delivery_id).where(carried.c.attempt_id == attempt_id)
    if deliveries is not None:
        inside = inside.where(carried.c.delivery_id.in_(deliveries))
    where: list[ColumnElement[bool]] = [delivery.c.id.in_(inside), delivery.c.handover.in_(sources(target))]
    if target is HandOver.PENDING:
        # Of the ways back to the queue, only these belong to an answer; a decision of the owner is another verb's.
        where[1] = delivery.c.handover.in_((HandOver.SENDING, HandOver.UNCERTAIN))
    if target is HandOver.SKIPPED:
        where[1] = delivery.c.handover.in_((HandOver.SENDING, HandOver.PENDING))
    if only_in is not None:
        where.append(delivery.c.parcel_id == only_in)
    return connection.execute(update(delivery).where(*where).values(handover=target, reason=reason)).rowcount


def _back_to_pending(connection: Connection, of: AnyRow, deliveries: Sequence[int] | None) -> None:
    move(connection, of.id, HandOver.PENDING, deliveries=deliveries, only_in=of.parcel_id)
    if of.status == MailingStatus.CANCELLED:
        move(
            connection,
            of.id,
            HandOver.SKIPPED,
            deliveries=deliveries,
            reason=SkipReason.CANCELLED,
            only_in=of.parcel_id,
        )


def _defer(connection: Connection, of: AnyRow, outcome: Deferred) -> None:
    if outcome.halve:
        if not halve(connection, of.parcel_id):
            move(connection, of.id, HandOver.REFUSED, reason=outcome.reason, only_in=of.parcel_id)
    elif outcome.pauses:
        pause(connection, of.mailing_id, outcome.reason)
    elif outcome.backs_off:
        failures = _count_failure(connection, of.mailing_id, outcome.reason)
        _provider_waits(connection, of.provider, min(_LONGEST_BACK_OFF_SECONDS, 2.0 ** (failures - 1)))
    elif outcome.retry_after is not None:
        _provider_waits(connection, of.provider, outcome.retry_after.total_seconds())


def _refuse(connection: Connection, of: AnyRow, deliveries: Sequence[int] | None, outcome: Refused) -> None:
    """A reader who is named, or alone, is refused; an unnamed refusal of several is bisected."""
    inside = select(carried.c.delivery_id).where(carried.c.attempt_id == of.id)
    ids = list(deliveries) if deliveries is not None else list(connection.scalars(inside))
    named = [delivery_id for delivery_id in ids if delivery_id in outcome.named]
    if not named and _is_systemic(connection, of, outcome.reason):
        _back_to_pending(connection, of, ids)
        pause(connection, of.mailing_id, f"The provider refuses every part of a batch: {outcome.reason}")
        return
    blamed = set(named or (ids if len(ids) == 1 else []))
    if blamed:
        move(connection, of.id, HandOver.REFUSED, deliveries=[*blamed], reason=outcome.reason, only_in=of.parcel_id)
    blameless = [delivery_id for delivery_id in ids if delivery_id not in blamed]
    if blameless:
        _back_to_pending(connection, of, blameless)
    if not blamed:
        halve(connection, of.parcel_id)


def _is_systemic(connection: Connection, of: AnyRow, reason: str) -> bool:
    """Count this refusal of nobody in particular; True once it can't be about single readers any more."""
    alike = halves_fail_alike(connection, of.parcel_id, reason)
    return root_refusals(connection, of.parcel_id, reason) >= BISECTION_BUDGET or alike


def pause(connection: Connection, mailing_id: int, reason: str) -> None:
    connection.execute(
        update(mailing)
        .where(mailing.c.id == mailing_id, mailing.c.status == MailingStatus.SENDING)
        .values(status=MailingStatus.PAUSED, pause_reason=reason)
    )


def _count_failure(connection: Connection, mailing_id: int, reason: str | None) -> int:
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


def _provider_waits(connection: Connection, provider: str, seconds: float) -> None:
    until = database_now(seconds)
    known = connection.execute(
        update(provider_state)
        .where(provider_state.c.provider == provider)
        .values(not_before=case((provider_state.c.not_before > until, provider_state.c.not_before), else_=until))
    )
    if known.rowcount == 0:
        connection.execute(insert(provider_state).values(provider=provider, not_before=until))


def _end_attempt(connection: Connection, of: AnyRow, answers: Sequence[tuple[Sequence[int] | None, Outcome]]) -> None:
    """Close the attempt. What it carried and no answer covered is uncertain: silence is not a no."""
    unanswered = and_(
        delivery.c.id.in_(select(carried.c.delivery_id).where(carried.c.attempt_id == of.id)),
        delivery.c.handover == HandOver.SENDING,
        delivery.c.parcel_id == of.parcel_id,
    )
    silent = connection.execute(
        update(delivery)
        .where(unanswered)
        .values(handover=HandOver.UNCERTAIN, reason="the provider's answer did not cover this reader")
    ).rowcount
    outcome = answers[-1][1] if answers and not silent else Uncertain("no answer")
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


def settle_parcel(connection: Connection, parcel_id: int) -> None:
    """A parcel's status follows from its deliveries: queued again, in doubt, or done."""
    inside = set(connection.scalars(select(delivery.c.handover).where(delivery.c.parcel_id == parcel_id).distinct()))
    if HandOver.SENDING in inside:
        return
    if HandOver.PENDING in inside:
        status = ParcelStatus.READY
    elif HandOver.UNCERTAIN in inside:
        status = ParcelStatus.UNCERTAIN
    else:
        status = ParcelStatus.DONE
    connection.execute(
        update(parcel).where(parcel.c.id == parcel_id, parcel.c.status != ParcelStatus.SPLIT).values(status=status)
    )
