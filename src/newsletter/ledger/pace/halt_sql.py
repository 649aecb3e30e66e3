"""Why nothing of a mailing goes out just now, and until when."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, case, func, literal, select

from newsletter.db.engine import reading
from newsletter.db.types import AnyRow, UtcDateTime, database_now
from newsletter.ledger.moves_sql import open_attempt
from newsletter.ledger.pace.canary_sql import may_go
from newsletter.ledger.pace.pace_sql import waits_until, why_it_waits
from newsletter.ledger.pace.policy import halt_of
from newsletter.ledger.pace.waits_sql import waits
from newsletter.ledger.tables import attempt, mailing, parcel
from newsletter.words.halt import Halt
from newsletter.words.ledger import MailingStatus, ParcelStatus
from newsletter.words.pace import NO_LIMIT, Pace

_PAUSED = "It was paused."
_BEFORE_ITS_TIME = "Its time has not come."
_TURNED_AWAY = "Its next batch was turned away, and is tried again."


class Halts:
    """Says why nothing of a mailing goes out just now, and when something may."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, mailing_id: int, *, provider: str, pace: Pace = NO_LIMIT) -> Halt | None:
        """Why nothing of it goes out by this provider just now; None where something does, may at once, or is over."""
        with reading(self._engine) as connection:
            row = connection.execute(select(mailing).where(mailing.c.id == mailing_id)).first()
            if row is None:
                return None
            match MailingStatus(row.status):
                case MailingStatus.PAUSED:
                    return Halt(reason=row.pause_reason or _PAUSED, until=None)
                case MailingStatus.SCHEDULED:
                    return Halt(reason=_BEFORE_ITS_TIME, until=row.start_at)
                case MailingStatus.SENDING:
                    return _of_sending(connection, mailing_id, provider, pace)
                case _:
                    return None

    def next_due_seconds(self, mailing_id: int, *, provider: str, pace: Pace = NO_LIMIT) -> float | None:
        """Seconds until a parcel of this mailing may be claimed or swept; None where nothing is waiting."""
        with reading(self._engine) as connection:
            if connection.scalar(select(mailing.c.status).where(mailing.c.id == mailing_id)) != MailingStatus.SENDING:
                return None
            now = connection.execute(select(database_now())).scalar_one()
            mine = parcel.c.mailing_id == mailing_id
            # Not the clock once more: on a busy machine the time between two readings would count as a wait.
            not_before = case((waits(), parcel.c.not_before), else_=literal(now, UtcDateTime()))
            ready = connection.execute(
                select(func.count(), func.min(not_before))
                .join(mailing, mailing.c.id == parcel.c.mailing_id)
                .where(mine, parcel.c.status == ParcelStatus.READY, may_go())
            ).one()
            calls = select(func.min(attempt.c.deadline_at)).join(parcel, parcel.c.id == attempt.c.parcel_id)
            times = [connection.scalar(calls.where(mine, open_attempt()))]
            if ready[0]:
                asked = waits_until(connection, provider, pace)
                times.append(max(time for time in (ready[1], asked) if time is not None))
        known = [time for time in times if time is not None]
        return max(0.0, (min(known) - now).total_seconds()) if known else None


def _of_sending(connection: Connection, mailing_id: int, provider: str, pace: Pace) -> Halt | None:
    counted = select(parcel.c.status, func.count()).where(parcel.c.mailing_id == mailing_id)
    n = {ParcelStatus(status): int(number) for status, number in connection.execute(counted.group_by(parcel.c.status))}
    first = _first_ready(connection, mailing_id)
    reasons = why_it_waits(connection, provider, pace)
    if first is not None and first.waits:
        reasons.append((first.not_before, _why_turned_away(connection, first.id)))
    return halt_of(n, may_go=first is not None, reasons=reasons)


def _first_ready(connection: Connection, mailing_id: int) -> AnyRow | None:
    """The batch that is due first, of those that don't wait for the canary."""
    later = case((waits(), parcel.c.not_before), else_=database_now())
    columns = (parcel.c.id, parcel.c.not_before, waits().label("waits"))
    ready = (
        select(*columns)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(parcel.c.mailing_id == mailing_id, parcel.c.status == ParcelStatus.READY, may_go())
        .order_by(later, parcel.c.id)
        .limit(1)
    )
    return connection.execute(ready).first()


def _why_turned_away(connection: Connection, parcel_id: int) -> str:
    last = select(attempt.c.reason).where(attempt.c.parcel_id == parcel_id).order_by(attempt.c.id.desc()).limit(1)
    said = connection.scalar(last)
    return f"{_TURNED_AWAY} {said}" if said else _TURNED_AWAY
