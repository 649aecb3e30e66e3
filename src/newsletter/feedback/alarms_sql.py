"""How the recent issues stand with their readers, and the alarms that were raised about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, Engine, case, exists, func, literal_column, select

from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.feedback.tables import alarm
from newsletter.ledger.pace.refusals_sql import stop_for_all
from newsletter.ledger.pace.waits_sql import pause
from newsletter.ledger.tables import attempt, delivery, is_doubled, is_in, mailing, not_held, parcel
from newsletter.notices.notice import Notice
from newsletter.notices.notices_sql import write_notice
from newsletter.words.alarm import FEWEST_REFUSALS, UNCONFIRMED_AFTER, Alarm, AlarmKind, IssueHealth
from newsletter.words.ledger import Fate, HandOver, MailingStatus, ParcelStatus
from newsletter.words.refusal import REFUSES_EVERYBODY

# Spelled as the index spells it.
_came_back = delivery.c.fate.in_([literal_column(f"'{fate.value}'") for fate in (Fate.BOUNCED, Fate.COMPLAINED)])
# Events of an issue come for days; afterwards nothing about it changes any more.
_WATCHED_FOR = timedelta(days=10)
# The usual share for a list is that of so many issues before.
_ISSUES_BEFORE = 10


class Alarms:
    """Looks at whole issues: how they stand with their readers, and what was said about that."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list_health(self, providers: Sequence[str], *, unconfirmed: bool) -> Sequence[IssueHealth]:
        """How the issues of the last days stand. `providers` report what became of a mail.

        Readers about whom they never reported are counted only where asked for: that looks at every delivery.
        """
        recent = database_now(-_WATCHED_FOR.total_seconds())
        with reading(self._engine) as connection:
            issues = connection.scalars(
                select(mailing.c.issue)
                .distinct()
                .where(mailing.c.start_at > recent, ~mailing.c.is_practice)
                .order_by(mailing.c.issue)
            ).all()
            return [_health(connection, issue, providers if unconfirmed else ()) for issue in issues]

    def get_health(self, issue: int, providers: Sequence[str], *, practice: bool = False) -> IssueHealth:
        with reading(self._engine) as connection:
            return _health(connection, issue, providers, practice=practice)

    def raise_alarm(self, raised: Alarm, notice: Notice) -> bool:
        """Keep an alarm, pause what is being sent if it says so, and have the owners told. False where it was raised before."""
        with writing(self._engine) as connection:
            statement = insert_into(connection, alarm).values(
                issue=raised.issue,
                kind=raised.kind.value,
                message=raised.message,
                pauses=raised.pauses,
                raised_at=database_now(),
            )
            # A warning may become a reason to stop, never the other way round.
            worse = statement.on_conflict_do_update(
                index_elements=["issue", "kind"],
                set_={"message": raised.message, "pauses": True, "raised_at": database_now()},
                where=statement.excluded.pauses & ~alarm.c.pauses,
            )
            is_new = connection.execute(worse.returning(alarm.c.issue)).first() is not None
            if is_new:
                write_notice(connection, notice)
            if is_new and raised.pauses:
                halt = stop_for_all if raised.kind is AlarmKind.REFUSALS else pause
                for one in _sending(connection, raised.issue):
                    halt(connection, one, raised.message)
        return is_new


def _health(connection: Connection, issue: int, providers: Sequence[str], *, practice: bool = False) -> IssueHealth:
    """What came back of one issue. Handed over is counted by parcels, what came back by a small index."""
    ours = (delivery.c.issue == issue, delivery.c.is_practice == practice)
    counts = connection.execute(
        select(delivery.c.fate, func.count()).where(*ours, _came_back).group_by(delivery.c.fate)
    )
    came_back = {fate: n for fate, n in counts}  # noqa: C416 - a Row is not a pair to dict()
    due, unconfirmed = _unconfirmed(connection, issue, providers) if providers and not practice else (0, 0)
    refused = _refused(connection, issue, practice)
    return IssueHealth(
        issue=issue,
        handed_over=_handed_over(connection, issue, practice),
        refused=refused,
        refused_before=_refused_before(connection, issue) if refused >= FEWEST_REFUSALS and not practice else None,
        refuses_everybody=_refuses_everybody(connection, issue, practice),
        bounced=came_back.get(Fate.BOUNCED.value, 0),
        complained=came_back.get(Fate.COMPLAINED.value, 0),
        due=due,
        unconfirmed=unconfirmed,
        doubled=connection.scalar(select(func.count()).where(*ours, is_doubled)) or 0,
    )


def _handed_over(connection: Connection, issue: int, practice: bool) -> int:
    """Readers in batches that are done and were in a call: those of a cancelled sending are done without one."""
    settled = (
        select(func.coalesce(func.sum(parcel.c.n_readers), 0))
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(
            mailing.c.issue == issue,
            mailing.c.is_practice == practice,
            parcel.c.status == ParcelStatus.DONE,
            exists().where(attempt.c.parcel_id == parcel.c.id),
        )
    )
    return int(connection.scalar(settled) or 0)


def _refused(connection: Connection, issue: int, practice: bool) -> int:
    is_refused = delivery.c.unheld == HandOver.REFUSED
    mine = (delivery.c.issue == issue, delivery.c.is_practice == practice, not_held, is_refused)
    return connection.scalar(select(func.count()).where(*mine)) or 0


def _refused_before(connection: Connection, issue: int) -> float | None:
    """The refused share of earlier issues to the lists that this one goes to; None where there were none."""
    lists = select(mailing.c.list_id).where(mailing.c.issue == issue, ~mailing.c.is_practice)
    before = connection.scalars(
        select(mailing.c.issue)
        .distinct()
        .where(mailing.c.list_id.in_(lists), mailing.c.issue < issue, ~mailing.c.is_practice)
        .order_by(mailing.c.issue.desc())
        .limit(_ISSUES_BEFORE)
    ).all()
    handed_over = sum(_handed_over(connection, one, practice=False) for one in before)
    return sum(_refused(connection, one, practice=False) for one in before) / handed_over if handed_over else None


def _refuses_everybody(connection: Connection, issue: int, practice: bool) -> str:
    said = select(mailing.c.pause_reason).where(
        mailing.c.issue == issue,
        mailing.c.is_practice == practice,
        mailing.c.status == MailingStatus.PAUSED,
        mailing.c.pause_reason.startswith(REFUSES_EVERYBODY),
    )
    return connection.scalar(said.limit(1)) or ""


def _unconfirmed(connection: Connection, issue: int, providers: Sequence[str]) -> tuple[int, int]:
    """(readers handed over long enough ago, how many of them were never heard of), of providers that report."""
    long_ago = (
        select(attempt.c.parcel_id)
        .join(parcel, parcel.c.id == attempt.c.parcel_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(
            mailing.c.issue == issue,
            attempt.c.provider.in_(providers),
            func.coalesce(attempt.c.ended_at, attempt.c.deadline_at) < database_now(-UNCONFIRMED_AFTER.total_seconds()),
        )
    )
    silent = case((delivery.c.fate == Fate.NONE.value, 1), else_=0)
    counted = select(func.count(), func.coalesce(func.sum(silent), 0)).where(
        delivery.c.parcel_id.in_(long_ago), is_in(HandOver.ACCEPTED)
    )
    n_due, n_silent = connection.execute(counted).one()
    return int(n_due), int(n_silent)


def _sending(connection: Connection, issue: int) -> Sequence[int]:
    return list(
        connection.scalars(
            select(mailing.c.id)
            .where(mailing.c.issue == issue, ~mailing.c.is_practice, mailing.c.status == MailingStatus.SENDING)
            .order_by(mailing.c.id)
        )
    )
