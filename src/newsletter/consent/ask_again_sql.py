"""Asking part of a list whether they still want it, ending those who stay silent, and taking that back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from newsletter.consent.join_sql import end, touch
from newsletter.consent.requests_sql import insert_requests
from newsletter.consent.tables import asking_again, consent_request, consent_request_list
from newsletter.db.engine import reading, writing
from newsletter.db.types import AnyRow, database_now
from newsletter.readers.lists_sql import get_list
from newsletter.readers.mailable_sql import mailable
from newsletter.readers.tables import departure, mailing_list, subscriber, subscription, suppression
from newsletter.segments.engagement_sql import issues_by_list, roll_up
from newsletter.segments.segments_sql import ENOUGH_ISSUES, field_value, fitting
from newsletter.words.consent import Asked, Left, Mail
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.subscriber import SubscriptionStatus

_DAY = 86_400
_SLICE = 500
# Readers who were asked and said yes have the right not to be asked again for a while.
_NOT_AGAIN_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingRun:
    """The owner asked part of a list whether they still want it, and how that stands.

    Of `asked`, some said yes, some left by themselves, some were ended by their silence, and some can still answer.
    """

    id: int
    list_name: str
    segment: str
    days: int
    asked_at: datetime
    undone_at: datetime | None
    asked: int
    waiting: int
    stayed: int
    ended: int


class AskingAgain:
    """Rounds of asking parts of lists whether they still want it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count(self, list_name: str, segment: str) -> int:
        """How many `ask` would ask. Raises as it does."""
        with writing(self._engine) as connection:
            roll_up(connection)
        with reading(self._engine) as connection:
            list_id = _list_to_ask(connection, list_name)
            people = _people(connection, list_id, segment, after=0).subquery()
            return connection.scalar(select(func.count()).select_from(people)) or 0

    def ask(self, list_name: str, segment: str, *, days: int, wording: str) -> int:
        """A request for everyone active on a list who fits and was not asked this year. The number of the run.

        Raises Missing for an unknown list, NotNow before that list was sent enough issues to judge by.
        """
        with writing(self._engine) as connection:
            roll_up(connection)
            list_id = _list_to_ask(connection, list_name)
            values = {"list_id": list_id, "segment": segment, "days": days, "asked_at": database_now()}
            run: int = connection.execute(insert(asking_again).values(values).returning(asking_again.c.id)).scalar_one()
        after: int | None = 0
        while after is not None:
            with writing(self._engine) as connection:
                after = _ask_some(connection, run, list_id, segment, after, wording)
        return run

    def list_runs(self) -> Sequence[AskingRun]:
        """Every run, the newest first."""
        with reading(self._engine) as connection:
            return [_run(row) for row in connection.execute(_runs())]

    def end_silent(self) -> int:
        """End the subscriptions of those who did not answer within the days of their run. Returns how many."""
        with reading(self._engine) as connection:
            open_ = connection.execute(
                select(asking_again).where(asking_again.c.closed_at.is_(None), asking_again.c.undone_at.is_(None))
            ).all()
        return sum(self._end_silent_of(run) for run in open_)

    def undo(self, run: int) -> int:
        """Take a run back: nobody else is mailed or ended for it, and the readers that it ended are on the list again.

        Except those who have left since, or must not be mailed. Returns how many came back. Raises Missing.
        """
        with writing(self._engine) as connection:
            found = connection.execute(
                update(asking_again)
                .where(asking_again.c.id == run)
                .values(undone_at=func.coalesce(asking_again.c.undone_at, database_now()))
                .returning(asking_again.c.list_id)
            ).scalar_one_or_none()
            if found is None:
                raise Missing(
                    f"Nobody was asked under number {run}.",
                    fix="See the numbers with: newsletter subscribers ask-again",
                )
            connection.execute(
                update(consent_request)
                .where(consent_request.c.run_id == run, consent_request.c.posted_at.is_(None))
                .values(posted_at=database_now(), mail=Mail.NONE, taken_until=None)
            )
        back = 0
        while (some := self._bring_back_some(run, found)) is not None:
            back += some
        return back

    def _end_silent_of(self, run: AnyRow) -> int:
        ended = 0
        while True:
            with writing(self._engine) as connection:
                due = connection.scalars(_silent(run).limit(_SLICE)).all()
                people = touch(connection, subscriber.c.id.in_(due))
                people = connection.scalars(_silent(run).where(subscription.c.subscriber_id.in_(people))).all()
                if not people:
                    if connection.execute(_still_open(run).limit(1)).first() is None:
                        closing = update(asking_again).where(asking_again.c.id == run.id)
                        connection.execute(closing.values(closed_at=database_now()))
                    return ended
                end(connection, people, list_id=run.list_id)
                connection.execute(
                    insert(departure).values(
                        [
                            {
                                "subscriber_id": person,
                                "list_id": run.list_id,
                                "issue": 0,
                                "how": Left.SILENCE,
                                "left_at": database_now(),
                            }
                            for person in people
                        ]
                    )
                )
                ended += len(people)

    def _bring_back_some(self, run: int, list_id: int) -> int | None:
        with writing(self._engine) as connection:
            rows = connection.execute(_ended_by(run, list_id).limit(_SLICE)).all()
            if not rows:
                return None
            people = touch(connection, subscriber.c.id.in_([row.subscriber_id for row in rows]))
            undone = departure.c.id.in_([row.id for row in rows])
            connection.execute(update(departure).where(undone).values(undone_at=database_now()))
            back = connection.execute(
                update(subscription)
                .where(
                    subscription.c.list_id == list_id,
                    subscription.c.subscriber_id.in_(people),
                    subscription.c.status == SubscriptionStatus.ENDED,
                )
                .values(status=SubscriptionStatus.ACTIVE, since_at=database_now())
            )
            return back.rowcount


def _list_to_ask(connection: Connection, name: str) -> int:
    list_id = get_list(connection, name)
    heard = sum(one.is_heard for one in issues_by_list(connection).get(list_id, ()))
    if heard < ENOUGH_ISSUES:
        raise NotNow(
            f"Opens or clicks were told of {heard} issues that went out to {name} from here. Fewer than {ENOUGH_ISSUES} "
            "say too little about who reads it, so nobody is asked whether they still want it.",
            fix='Wait until more have gone out with `tracking = "readers"` in newsletter.toml.',
        )
    return list_id


def _people(connection: Connection, list_id: int, segment: str, *, after: int) -> Select[tuple[int, str, str, str]]:
    """The readers to ask, in the order of their numbers."""
    asked_before = (
        exists()
        .where(consent_request.c.email_key == subscriber.c.email_key)
        .where(consent_request.c.asked == Asked.AGAIN, consent_request.c.mail != Mail.NONE)
        .where(consent_request.c.requested_at > database_now(-_NOT_AGAIN_DAYS * _DAY))
        .where(consent_request_list.c.request_id == consent_request.c.id, consent_request_list.c.list_id == list_id)
    )
    columns = (
        subscriber.c.id,
        subscriber.c.email,
        subscriber.c.email_key,
        field_value("language").label("language"),
    )
    people = mailable(*columns, lists=[list_id]).where(subscription.c.subscriber_id > after, ~asked_before)
    return fitting(connection, people, segment).order_by(subscription.c.subscriber_id)


def _ask_some(connection: Connection, run: int, list_id: int, segment: str, after: int, wording: str) -> int | None:
    """Requests for the next readers; the number of the last of them, None where there are no more."""
    people = connection.execute(_people(connection, list_id, segment, after=after).limit(_SLICE)).all()
    if not people:
        return None
    rows = [
        {
            "email": person.email,
            "email_key": person.email_key,
            "asked": Asked.AGAIN,
            "subscriber_id": person.id,
            "language": person.language[:35],
            "wording": wording,
            "run_id": run,
        }
        for person in people
    ]
    insert_requests(connection, rows, [list_id])
    return int(people[-1].id)


def _silent(run: AnyRow) -> Select[int]:
    """Readers whose time is over, and who are on the list as they were when they were asked."""
    return (
        select(consent_request.c.subscriber_id)
        .join(
            subscription,
            and_(
                subscription.c.list_id == run.list_id,
                subscription.c.subscriber_id == consent_request.c.subscriber_id,
            ),
        )
        .where(
            consent_request.c.run_id == run.id,
            consent_request.c.mail == Mail.AGAIN,
            consent_request.c.confirmed_at.is_(None),
            consent_request.c.posted_at <= database_now(-run.days * _DAY),
            subscription.c.status == SubscriptionStatus.ACTIVE,
            subscription.c.since_at <= consent_request.c.requested_at,
        )
        .order_by(consent_request.c.subscriber_id)
    )


def _still_open(run: AnyRow) -> Select[tuple[int]]:
    """Requests of a run whose mail has not gone, or whose time is not over."""
    return select(consent_request.c.id).where(
        consent_request.c.run_id == run.id,
        consent_request.c.confirmed_at.is_(None),
        or_(
            consent_request.c.posted_at.is_(None),
            and_(consent_request.c.mail == Mail.AGAIN, consent_request.c.posted_at > database_now(-run.days * _DAY)),
        ),
    )


def _ended_by(run: int, list_id: int) -> Select[tuple[int, int]]:
    """The departures that a run caused and that are still those people's last."""
    later = departure.alias()
    return (
        select(departure.c.id, departure.c.subscriber_id)
        .join(
            consent_request,
            and_(consent_request.c.run_id == run, consent_request.c.subscriber_id == departure.c.subscriber_id),
        )
        .where(
            departure.c.list_id == list_id,
            departure.c.how == Left.SILENCE,
            departure.c.undone_at.is_(None),
            departure.c.left_at >= consent_request.c.requested_at,
            ~exists().where(
                suppression.c.email_key == subscriber.c.email_key, subscriber.c.id == departure.c.subscriber_id
            ),
            ~exists().where(
                later.c.subscriber_id == departure.c.subscriber_id,
                later.c.list_id == list_id,
                later.c.id > departure.c.id,
            ),
        )
        .order_by(departure.c.id)
    )


def _runs() -> Select[tuple[object, ...]]:
    was_mailed = consent_request.c.mail == Mail.AGAIN
    said_yes = consent_request.c.confirmed_at.is_not(None)
    silenced = exists().where(
        departure.c.subscriber_id == consent_request.c.subscriber_id,
        departure.c.list_id == asking_again.c.list_id,
        departure.c.how == Left.SILENCE,
        departure.c.undone_at.is_(None),
        departure.c.left_at >= consent_request.c.requested_at,
    )
    until = (
        consent_request.c.posted_at.is_(None),
        was_mailed & ~said_yes & ~silenced & asking_again.c.closed_at.is_(None),
    )

    def number(what: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((what, 1), else_=0)), 0)

    return (
        select(
            asking_again,
            mailing_list.c.name,
            number(or_(consent_request.c.posted_at.is_(None), was_mailed)).label("asked"),
            number(or_(*until)).label("waiting"),
            number(said_yes).label("stayed"),
            number(~said_yes & silenced).label("ended"),
        )
        .join(mailing_list, mailing_list.c.id == asking_again.c.list_id)
        .outerjoin(consent_request, consent_request.c.run_id == asking_again.c.id)
        .group_by(asking_again.c.id, mailing_list.c.name)
        .order_by(asking_again.c.id.desc())
    )


def _run(row: AnyRow) -> AskingRun:
    return AskingRun(
        id=row.id,
        list_name=row.name,
        segment=row.segment,
        days=row.days,
        asked_at=row.asked_at,
        undone_at=row.undone_at,
        asked=row.asked,
        waiting=0 if row.undone_at else row.waiting,
        stayed=row.stayed,
        ended=row.ended,
    )
