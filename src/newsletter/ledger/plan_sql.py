"""Planning: the edition and the audience frozen, and cut into parcels, by set-based SQL in short transactions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    case,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    select,
    update,
)

from newsletter.db.engine import join_range_by_range, writing
from newsletter.db.frozen import patiently
from newsletter.db.types import AnyRow, database_now
from newsletter.db.upsert import insert_into
from newsletter.ledger.corrections.other_words_sql import whom_it_is_for
from newsletter.ledger.editions_sql import freeze
from newsletter.ledger.mailings_sql import Mailings
from newsletter.ledger.rows import MailingRow
from newsletter.ledger.status_sql import move_mailings
from newsletter.ledger.tables import delivery, mailing, parcel
from newsletter.readers.id_range_sql import IdRange
from newsletter.readers.issue_copies_sql import lacks_issue
from newsletter.readers.mailable_sql import mailable, on
from newsletter.readers.tables import mailing_list, subscriber, subscription
from newsletter.segments.engagement_sql import roll_up
from newsletter.segments.segments_sql import fitting
from newsletter.words.edition import Edition
from newsletter.words.ledger import HandOver, MailingStatus, ParcelStatus
from newsletter.words.mistake import Missing, NotNow

# A writer waiting for SQLite's lock looks every 0.1 s: without a gap that long, slice after slice shuts it out.
_REST_SECONDS = 0.12


# Whether somebody needs the mailing with this id even if nobody is planned for it: then it is not dropped.
IsAwaited = Callable[[ColumnElement[int]], ColumnElement[bool]]


def never_awaited(mailing_id: ColumnElement[int]) -> ColumnElement[bool]:
    return false()


class Planning:
    """Opens mailings, and plans them slice by slice."""

    def __init__(
        self,
        engine: Engine,
        mailings: Mailings,
        *,
        practice: bool = False,
        is_awaited: IsAwaited = never_awaited,
    ) -> None:
        self._engine, self._mailings, self._practice = engine, mailings, practice
        self._is_awaited = is_awaited

    @property
    def rest_seconds(self) -> float:
        """How long to pause between two long slices, so that others get in; 0 on PostgreSQL, which locks rows."""
        return _REST_SECONDS if self._engine.dialect.name == "sqlite" else 0.0

    @patiently
    def open_mailing(
        self,
        edition: Edition,
        *,
        list_name: str,
        parcel_size: int,
        start_at: datetime | None,
        canary: int = 0,
        canary_waits: bool = False,
        segment: str = "",
    ) -> MailingRow:
        """Begin to plan, which freezes the edition. Returns the unfinished mailing where another process was faster.

        `segment` is the question (`words.segment`) that readers of the list have to fit; "" is the whole list.

        `canary` readers go first, in a parcel of their own that all others wait for; 0 is none. With `canary_waits` they
        wait for a person who resumes, too: `finish_if_done` pauses the mailing when the canary is through.
        Raises Missing where there is no such list.
        """
        with writing(self._engine) as connection:
            list_id = _list_id(connection, list_name)
            if segment:
                roll_up(connection)
            into = insert_into(connection, mailing)
            opened = connection.execute(
                into.values(
                    issue=edition.issue,
                    edition_id=freeze(connection, edition),
                    list_id=list_id,
                    status=MailingStatus.PLANNING,
                    start_at=start_at or database_now(),
                    parcel_size=parcel_size,
                    canary=canary,
                    canary_waits=canary_waits,
                    segment=segment,
                    is_practice=self._practice,
                    # People who join while we plan are not in this audience.
                    audience_ends_at_subscriber=select(func.coalesce(func.max(subscriber.c.id), 0)).scalar_subquery(),
                    created_at=database_now(),
                )
                # Another process may have opened it at the same moment: then its mailing is used.
                .on_conflict_do_nothing()
                .returning(mailing.c.id)
            ).scalar()
        found = self._mailings.get(opened) if opened else self._mailings.find_unfinished(edition.issue, list_name)
        if found is None:
            raise NotNow(
                f"Issue {edition.issue} to {list_name!r} was opened and ended by somebody else in this moment.",
                fix=f"See where it stands: newsletter status {edition.issue}",
            )
        return found

    @patiently
    def plan_slice(self, mailing_id: int, *, n_readers: int) -> bool:
        """Plan the next readers in one short transaction. True while there are more; the last slice opens the mailing.

        Where nobody was planned at all, and the issue went to this list before, it leaves no mailing behind.
        """
        with writing(self._engine) as connection:
            plan = connection.execute(select(mailing).where(mailing.c.id == mailing_id).with_for_update()).first()
            if plan is None or plan.status != MailingStatus.PLANNING:
                return False
            readers = _next_range(connection, plan, n_readers)
            if readers is None:
                _open(connection, plan)
                self._drop_if_empty(connection, plan)
                return False
            planned, already = _plan_range(connection, plan, readers)
            connection.execute(
                update(mailing)
                .where(mailing.c.id == mailing_id)
                .values(
                    planned_to_subscriber=readers.up_to,
                    planned=mailing.c.planned + planned,
                    already_had_it=mailing.c.already_had_it + already,
                )
            )
            return True

    def _drop_if_empty(self, connection: Connection, plan: AnyRow) -> None:
        """Drop an empty mailing: where everybody has the issue already, it would only hide the one that sent it."""
        earlier = mailing.alias("earlier")
        before = exists().where(
            earlier.c.issue == plan.issue,
            earlier.c.list_id == plan.list_id,
            earlier.c.is_practice == plan.is_practice,
            earlier.c.id < plan.id,
        )
        is_free = ~self._is_awaited(mailing.c.id)
        connection.execute(delete(mailing).where(mailing.c.id == plan.id, mailing.c.planned == 0, before, is_free))


def _list_id(connection: Connection, list_name: str) -> int:
    list_id: int | None = connection.scalar(select(mailing_list.c.id).where(mailing_list.c.name == list_name))
    if list_id is None:
        names = connection.scalars(select(mailing_list.c.name).order_by(mailing_list.c.name)).all()
        there_is = f"There is: {', '.join(names)}." if names else "There is none yet."
        raise Missing(
            f"There is no list called {list_name!r}, so nobody would get the issue.",
            fix=f"{there_is} Import one with: newsletter subscribers import FILE --list {list_name}",
        )
    return list_id


def _next_range(connection: Connection, plan: AnyRow, n_readers: int) -> IdRange | None:
    """So many readers of the list beyond those who are planned; None where there are no more."""
    rest = IdRange(plan.planned_to_subscriber, plan.audience_ends_at_subscriber)
    members = (
        select(subscription.c.subscriber_id)
        .where(*on([plan.list_id]), rest.has(subscription.c.subscriber_id))
        .order_by(subscription.c.subscriber_id)
        .limit(n_readers)
        .subquery()
    )
    ends: int | None = connection.scalar(select(func.max(members.c.subscriber_id)))
    return IdRange(rest.above, ends) if ends is not None else None


def _plan_range(connection: Connection, plan: AnyRow, readers: IdRange) -> tuple[int, int]:
    """Make parcels and deliveries for one range of readers. Returns (planned, already had the issue)."""
    join_range_by_range(connection)
    members = mailable(subscription.c.subscriber_id, lists=[plan.list_id], at=plan.start_at, readers=readers)
    members = fitting(connection, members, plan.segment, readers=readers)
    members = members.where(*whom_it_is_for(connection, plan.issue, practice=plan.is_practice, readers=readers))
    n_members = connection.scalar(select(func.count()).select_from(members.subquery())) or 0
    # The very first parcel is as full as if it held others before its few canaries.
    ahead = max(plan.parcel_size - plan.canary, 0) if plan.canary and not plan.planned else 0
    # Enough for all of them, and one for readers who come onto the list after they were counted. Parcels that stay
    # empty are dropped again.
    n_parcels = -(-(n_members + ahead) // plan.parcel_size) + 1
    first = _make_parcels(connection, plan, n_parcels)
    _insert_deliveries(
        connection,
        plan,
        members.where(lacks_issue(plan.issue, practice=plan.is_practice, readers=readers)),
        first=first,
        n_parcels=n_parcels,
        ahead=ahead,
    )
    planned = _count_parcels(connection, plan.id, first)
    # A reader may have joined after they were counted.
    return planned, max(n_members - planned, 0)


def _insert_deliveries(
    connection: Connection, plan: AnyRow, readers: Select[Any], *, first: int, n_parcels: int, ahead: int
) -> None:
    """A delivery for each of these readers, in the order of their ids, in the parcels from the number `first` on.

    The first of them is as full as if it held `ahead` readers before. The last takes all who are left: PostgreSQL may
    see more readers here than there were when they were counted. The sender halves a parcel that is too large.
    """
    wanted = readers.subquery()
    place = func.row_number().over(order_by=wanted.c.subscriber_id) - 1 + ahead
    numbered = select(wanted.c.subscriber_id, (place // plan.parcel_size).label("step")).subquery()
    step = case((numbered.c.step < n_parcels, numbered.c.step), else_=n_parcels - 1)
    fresh = and_(parcel.c.mailing_id == plan.id, parcel.c.number >= first)
    new = [literal(plan.issue), numbered.c.subscriber_id, literal(plan.is_practice), parcel.c.id]
    rows = (
        select(*new, literal(HandOver.PENDING.value))
        .join(parcel, and_(fresh, parcel.c.number == first + step))
        .where(literal(1) == 1)
        .order_by(numbered.c.subscriber_id)
    )
    # Two lists planned at the same instant can't give anyone two copies: by the unique index the second insert does
    # nothing.
    into = insert_into(connection, delivery)
    columns = ["issue", "subscriber_id", "is_practice", "parcel_id", "handover"]
    connection.execute(into.from_select(columns, rows, include_defaults=False).on_conflict_do_nothing())


def _make_parcels(connection: Connection, plan: AnyRow, n_parcels: int) -> int:
    first = connection.scalar(
        select(func.coalesce(func.max(parcel.c.number), 0) + 1).where(parcel.c.mailing_id == plan.id)
    )
    assert first is not None
    connection.execute(
        insert(parcel),
        [
            {"mailing_id": plan.id, "number": first + step, "status": ParcelStatus.READY, "n_readers": 0}
            for step in range(n_parcels)
        ],
    )
    return int(first)


def _count_parcels(connection: Connection, mailing_id: int, first: int) -> int:
    """Write down how many readers each new parcel got, drop the empty ones, and say how many readers in all."""
    fresh = and_(parcel.c.mailing_id == mailing_id, parcel.c.number >= first)
    inside = select(func.count()).where(delivery.c.parcel_id == parcel.c.id).scalar_subquery()
    connection.execute(update(parcel).where(fresh).values(n_readers=inside))
    connection.execute(delete(parcel).where(fresh, parcel.c.n_readers == 0))
    return int(connection.scalar(select(func.coalesce(func.sum(parcel.c.n_readers), 0)).where(fresh)) or 0)


def _open(connection: Connection, plan: AnyRow) -> None:
    """Open a mailing that is planned to the end; paused, if a person paused it meanwhile and left a reason."""
    if plan.pause_reason is not None:
        status = MailingStatus.PAUSED
    elif plan.start_at > connection.execute(select(database_now())).scalar_one():
        status = MailingStatus.SCHEDULED
    else:
        status = MailingStatus.SENDING
    move_mailings(connection, mailing.c.id == plan.id, out_of=[MailingStatus.PLANNING], to=status)
