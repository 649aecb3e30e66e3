"""Refusals that no acceptance has followed yet: an acceptance makes them final; without one they are taken back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, literal, select, update

from newsletter.db.types import AnyRow, database_now
from newsletter.ledger.mailings_sql import UNFINISHED
from newsletter.ledger.moves_sql import recount
from newsletter.ledger.pace.waits_sql import pause
from newsletter.ledger.split_sql import join_child
from newsletter.ledger.status_sql import move_mailings
from newsletter.ledger.tables import attempt, delivery, fresh_refusal, holding, is_in, mailing, moved_to, parcel
from newsletter.words.ledger import NO_PLACE_TO_WAIT, HandOver, MailingStatus
from newsletter.words.refusal import is_about_everybody, is_about_everybody_to_the_end, say_everybody

# A sending that ended longer ago stays ended: what the provider says today is about today.
_REOPENED_WITHIN_SECONDS = 86_400.0


def note_refused(connection: Connection, provider: str, attempt_id: int, deliveries: Sequence[int]) -> None:
    """Note a refusal by the provider.

    Only an acceptance later in this call, or in a call that begins later, makes it final.
    """
    newest = select(func.max(attempt.c.id)).scalar_subquery()
    refused = select(delivery.c.id, literal(provider), literal(attempt_id), newest).where(
        delivery.c.id.in_(deliveries),
        is_in(HandOver.REFUSED),
        ~exists().where(fresh_refusal.c.delivery_id == delivery.c.id),
    )
    columns = ["delivery_id", "provider", "attempt_id", "newest_attempt"]
    connection.execute(insert(fresh_refusal).from_select(columns, refused))


def note_accepted(connection: Connection, provider: str, attempt_id: int) -> None:
    """Make earlier refusals final: the provider accepts readers, so it meant those.

    Calls that began earlier prove nothing.
    """
    by = {"of_provider": provider, "of_attempt": attempt_id}
    if connection.scalar(_any_earlier, by) is None:
        return
    # A transaction that takes some back locks them, and waits for us in turn: those are left to it.
    free = _earlier.with_for_update(skip_locked=True)
    connection.execute(delete(fresh_refusal).where(fresh_refusal.c.delivery_id.in_(free)), by)


_earlier = select(fresh_refusal.c.delivery_id).where(
    fresh_refusal.c.provider == bindparam("of_provider"),
    (fresh_refusal.c.attempt_id == bindparam("of_attempt"))
    | (fresh_refusal.c.newest_attempt < bindparam("of_attempt")),
)
_any_earlier = _earlier.limit(1)


def stop_where_everybody_is_refused(connection: Connection, of: AnyRow, *, looked_at: int) -> None:
    """After an attempt: pause if more were refused in a row, some of them in it, than can be due to readers.

    The provider found no fault in `looked_at` others of its readers.
    """
    last = connection.scalars(_refused_in, {"of_attempt": of.id}).all()
    if not last:
        return
    all_of_them = select(func.count()).where(fresh_refusal.c.provider == of.provider)
    in_a_row = connection.scalar(all_of_them) or 0
    if is_about_everybody(in_a_row=in_a_row, in_this_call=len(last), looked_at=looked_at):
        words = connection.scalar(select(delivery.c.reason).where(delivery.c.id == last[-1]))
        stop(connection, of.provider, of.mailing_id, say_everybody(in_a_row, words or "no"))


_refused_in = (
    select(fresh_refusal.c.delivery_id)
    .where(fresh_refusal.c.attempt_id == bindparam("of_attempt"))
    .order_by(fresh_refusal.c.delivery_id)
)


def stop_instead_of_finishing(connection: Connection, mailing_id: int) -> bool:
    """Whether a mailing in which nothing is left to do ended in refusals that may be the provider's no to everybody."""
    mine = (
        select(delivery.c.reason)
        .select_from(fresh_refusal)
        .join(delivery, delivery.c.id == fresh_refusal.c.delivery_id)
        .join(parcel, parcel.c.id == delivery.c.parcel_id)
        .where(parcel.c.mailing_id == mailing_id)
        .order_by(fresh_refusal.c.delivery_id)
    )
    refused = connection.execute(mine).all()
    if not refused:
        return False
    if not is_about_everybody_to_the_end(in_a_row=len(refused), taken=n_taken(connection, mailing_id)):
        return False
    stop_for_all(connection, mailing_id, say_everybody(len(refused), refused[-1].reason or "no"))
    return True


def stop_for_all(connection: Connection, mailing_id: int, reason: str) -> None:
    """Pause a mailing for refusals, whichever provider they came from."""
    pause(connection, mailing_id, reason)
    theirs = (
        select(fresh_refusal.c.provider)
        .join(delivery, delivery.c.id == fresh_refusal.c.delivery_id)
        .join(parcel, parcel.c.id == delivery.c.parcel_id)
        .where(parcel.c.mailing_id == mailing_id)
    )
    for provider in connection.scalars(theirs.distinct().order_by(fresh_refusal.c.provider)).all():
        stop(connection, provider, mailing_id, reason)


def n_taken(connection: Connection, mailing_id: int) -> int:
    """How many readers of a mailing a provider accepted, by the counts of its batches."""
    mine = select(func.coalesce(func.sum(parcel.c.n_accepted), 0)).where(parcel.c.mailing_id == mailing_id)
    return int(connection.scalar(mine) or 0)


def stop(connection: Connection, provider: str, mailing_id: int, reason: str) -> None:
    """Pause a mailing because of its provider, and take back all that it refused since it last accepted somebody.

    Mailings of those readers are paused as well, even one that has just finished. A reader who meanwhile got the issue
    by another delivery stays as they are.
    """
    pause(connection, mailing_id, reason)
    rows = connection.execute(
        select(fresh_refusal.c.delivery_id)
        .where(fresh_refusal.c.provider == provider)
        .order_by(fresh_refusal.c.delivery_id)
        .with_for_update(skip_locked=True)
    )
    ids = [row.delivery_id for row in rows]
    if not ids:
        return
    connection.execute(delete(fresh_refusal).where(fresh_refusal.c.delivery_id.in_(ids)))
    mailings = _lock_their_mailings(connection, ids)
    back = _to_take_back(connection, ids, mailings)
    for parcel_id in sorted({row.parcel_id for row in back.values()}):
        _take_back(connection, parcel_id, [one for one, row in back.items() if row.parcel_id == parcel_id])
    theirs = mailing.c.id.in_({row.mailing_id for row in back.values()})
    why = {"pause_reason": reason, "finished_at": None}
    stand = (MailingStatus.SENDING, MailingStatus.FINISHED)
    move_mailings(connection, theirs, out_of=stand, to=MailingStatus.PAUSED, **why)


def _take_back(connection: Connection, parcel_id: int, refused: list[int]) -> None:
    """They wait again. Where their parcel is in a call, or was divided, in one of their own."""
    back = (
        update(delivery)
        .where(delivery.c.id.in_(refused), is_in(HandOver.REFUSED))
        .values(**moved_to(HandOver.PENDING, [HandOver.REFUSED]))
        .returning(delivery.c.id)
    )
    waiting = list(connection.scalars(back))
    status = connection.scalar(select(parcel.c.status).where(parcel.c.id == parcel_id))
    if waiting and status in NO_PLACE_TO_WAIT:
        join_child(connection, parcel_id, waiting)
    else:
        recount(connection, parcel_id)


def _lock_their_mailings(connection: Connection, ids: Sequence[int]) -> list[int]:
    """Mailings before parcels, as everyone takes them."""
    theirs = select(parcel.c.mailing_id).join(delivery, delivery.c.parcel_id == parcel.c.id)
    of_them = mailing.c.id.in_(theirs.where(delivery.c.id.in_(ids)))
    is_recent = mailing.c.finished_at > database_now(-_REOPENED_WITHIN_SECONDS)
    other = mailing.alias("other")
    is_followed = exists().where(
        other.c.id != mailing.c.id,
        other.c.issue == mailing.c.issue,
        other.c.list_id == mailing.c.list_id,
        other.c.is_practice == mailing.c.is_practice,
        other.c.status.in_(UNFINISHED),
    )
    may_be_opened = (mailing.c.status == MailingStatus.FINISHED) & is_recent & ~is_followed
    open_now = mailing.c.status.in_(UNFINISHED)
    wanted = select(mailing.c.id).where(of_them, open_now | may_be_opened).order_by(mailing.c.id)
    return list(connection.scalars(wanted.with_for_update(of=mailing)))


def _to_take_back(connection: Connection, ids: Sequence[int], mailings: Sequence[int]) -> dict[int, AnyRow]:
    """Their deliveries by id, with parcel and mailing: without readers who hold the issue by another delivery."""
    parcels = select(parcel.c.id).join(delivery, delivery.c.parcel_id == parcel.c.id).where(delivery.c.id.in_(ids))
    connection.execute(
        select(parcel.c.id).where(parcel.c.id.in_(parcels)).order_by(parcel.c.id).with_for_update(of=parcel)
    )
    other = delivery.alias("other")
    has_it = exists().where(
        other.c.issue == delivery.c.issue,
        other.c.subscriber_id == delivery.c.subscriber_id,
        other.c.is_practice == delivery.c.is_practice,
        holding(other),
    )
    rows = connection.execute(
        select(delivery, parcel.c.mailing_id)
        .join(parcel, parcel.c.id == delivery.c.parcel_id)
        .where(delivery.c.id.in_(ids), parcel.c.mailing_id.in_(mailings), ~has_it)
        .order_by(delivery.c.id)
    )
    # The last of two deliveries of one reader: both would hold the issue.
    last = {(row.issue, row.subscriber_id, row.is_practice): row for row in rows}
    return {row.id: row for row in last.values()}
