"""Moves deliveries only along the table of allowed moves, each by the attempt that carried them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Update, and_, bindparam, exists, func, select, true, update

from newsletter.db.types import Id
from newsletter.ledger.carried_sql import carried_after, carried_by
from newsletter.ledger.pace.canary_sql import hold_for_canary
from newsletter.ledger.status_sql import move_parcel
from newsletter.ledger.tables import attempt, delivery, is_in, moved_to, parcel, state_of
from newsletter.words.ledger import HOLDS, HandOver, ParcelStatus, sources

# Of the moves back to the queue, only these belong to an answer; the others are decisions of the owner. Readers on their
# way go back with their parcel when its call is over, or to one of their own: `wait_again` in `record_sql.py`.
_BY_ANSWER = {
    HandOver.PENDING: (HandOver.UNCERTAIN,),
    HandOver.SKIPPED: (HandOver.SENDING, HandOver.PENDING),
}
_BY_OWNER = {HandOver.PENDING: (HandOver.UNCERTAIN, HandOver.LEFT)}

_state = state_of()
_states = (
    select(_state, func.count())
    .join(parcel, parcel.c.id == delivery.c.parcel_id)
    .where(delivery.c.parcel_id == bindparam("of_parcel"))
    .group_by(_state)
)


def move(
    connection: Connection,
    attempt_id: int,
    target: HandOver,
    *,
    deliveries: Sequence[int] | None = None,
    reason: str | None = None,
    by_owner: bool = False,
) -> int:
    """Move deliveries that this attempt carried; returns how many moved. `by_owner` is a decision, not an answer.

    A delivery belongs to the last attempt that carried it: a refusal by an earlier one is out of date. Only an
    acceptance counts whenever it comes: see `accept`.
    """
    known = (_BY_OWNER if by_owner else _BY_ANSWER).get(target, sources(target))
    where: list[ColumnElement[bool]] = [delivery.c.id.in_(carried_by(attempt_id, deliveries)), is_in(*known)]
    where.append(delivery.c.id.not_in(carried_after(attempt_id)))
    values: dict[str, Any] = {**moved_to(target, known), "reason": reason}
    return connection.execute(update(delivery).where(*where).values(**values)).rowcount


def accept(connection: Connection, attempt_id: int, deliveries: Sequence[int] | None) -> int:
    """Mark deliveries as accepted. Where another attempt's copy was taken as well, that is recorded, never hidden."""
    of = {"of_attempt": attempt_id} if deliveries is None else {"of_attempt": attempt_id, "those": deliveries}
    taken, n_carried, again = _acceptances(everyone=deliveries is None)
    moved = connection.execute(taken, of).rowcount
    if moved != connection.scalar(n_carried, of):
        connection.execute(again, of)
    return moved


@lru_cache(maxsize=2)
def _acceptances(*, everyone: bool) -> tuple[Update, Select[Any], Update]:
    """To mark as accepted, to count who was carried, to mark as doubled. Put together once: that takes longer than the
    database needs for them.
    """
    by = bindparam("of_attempt", type_=Id)
    inside = carried_by(by, None if everyone else bindparam("those", expanding=True))
    known = sources(HandOver.ACCEPTED)
    values = {**moved_to(HandOver.ACCEPTED, known), "reason": None, "accepted_by": by}
    mine = update(delivery).where(delivery.c.id.in_(inside))
    return (
        mine.where(is_in(*known)).values(**values),
        select(func.count()).select_from(inside.subquery()),
        mine.where(is_in(HandOver.ACCEPTED), delivery.c.accepted_by != by).values(doubled=true()),
    )


def recount(connection: Connection, parcel_id: int, *, call_is_over: bool = False) -> None:
    """A parcel's status follows from its deliveries: queued again, in doubt, or done. How many there are is written down.

    While any of it is on its way it stays as it is. When the call is over, those without an answer wait again.
    """
    rows = connection.execute(_states, {"of_parcel": parcel_id})
    inside = {HandOver(state): n for state, n in rows}
    if call_is_over and HandOver.SENDING in inside:
        inside[HandOver.PENDING] = inside.pop(HandOver.SENDING)
    if HandOver.SENDING in inside:
        return
    if HandOver.PENDING in inside:
        status = ParcelStatus.READY
    elif HandOver.UNCERTAIN in inside:
        status = ParcelStatus.UNCERTAIN
    else:
        status = ParcelStatus.DONE
    counts = {
        "n_accepted": inside.get(HandOver.ACCEPTED, 0),
        "n_uncertain": inside.get(HandOver.UNCERTAIN, 0),
        "n_left": inside.get(HandOver.LEFT, 0),
        "n_not_held": sum(n for state, n in inside.items() if state not in HOLDS),
    }
    # A parcel that was divided stays so: its readers are in its children.
    move_parcel(connection, parcel_id, out_of=[status, *sources(status)], to=status, **counts)
    if status is ParcelStatus.UNCERTAIN:
        hold_for_canary(connection, parcel_id)


def recount_all(connection: Connection, deliveries: Any) -> None:
    """Settle every parcel in which one of these deliveries is queued now."""
    of = select(delivery.c.parcel_id).where(delivery.c.id.in_(deliveries)).distinct().order_by(delivery.c.parcel_id)
    for parcel_id in connection.scalars(of).all():
        recount(connection, parcel_id)


def open_attempt() -> ColumnElement[bool]:
    """An attempt without an outcome that is the last of its parcel, which is still in a call."""
    later = attempt.alias("later")
    return and_(
        attempt.c.outcome.is_(None),
        parcel.c.status == ParcelStatus.SENDING,
        ~exists().where(later.c.parcel_id == attempt.c.parcel_id, later.c.id > attempt.c.id),
    )
