"""Pace in the database: the transaction that begins a call notes when the next may, so that no restart forgets it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, exists, insert, or_, select, update

from newsletter.db.types import AnyRow, database_now
from newsletter.db.until import LONGEST_WAIT_SECONDS, is_ahead, lies_ahead
from newsletter.db.upsert import insert_into
from newsletter.ledger.tables import provider_state, warm_up_day
from newsletter.words.pace import FORGOTTEN_AFTER, WARM_UP_DAY, Pace

_LARGEST_PARCEL = 1_000


class NotYetError(Exception):
    """Another call is not due. `until` is when the next day of warming up begins, where this one is used up."""

    def __init__(self, until: datetime | None = None) -> None:
        super().__init__("not yet")
        self.until = until


def may_call(provider: str, pace: Pace) -> ColumnElement[bool]:
    """Nobody asked us to wait: neither the provider, nor the owner who wants it slow."""
    waits = [lies_ahead(provider_state.c[column], longest) for column, longest in _waits(pace)]
    return ~exists().where(provider_state.c.provider == provider, or_(*waits))


def waits_until(connection: Connection, provider: str, pace: Pace) -> datetime | None:
    """The time before which no call to this provider begins; None where one may begin now."""
    binding = max(why_it_waits(connection, provider, pace), default=None)
    return binding[0] if binding else None


def why_it_waits(connection: Connection, provider: str, pace: Pace) -> list[tuple[datetime, str]]:
    """The reasons to wait before the next call to this provider, each with its time, which is still to come."""
    query = select(provider_state, database_now().label("now")).where(provider_state.c.provider == provider)
    row = connection.execute(query).first()
    if row is None:
        return []
    words = {
        "not_before": row.wait_reason or "The provider asked us to wait.",
        "next_turn_at": f"It goes slowly on purpose: {pace}.",
        "warm_until": f"The readers of this day of warming up have theirs: {pace}.",
    }
    found = [(row._mapping[column], words[column], longest) for column, longest in _waits(pace)]
    return [(moment, why) for moment, why, longest in found if is_ahead(moment, row.now, longest)]


def _waits(pace: Pace) -> Iterator[tuple[str, float]]:
    """The columns that hold a call back, and the longest wait in seconds that is written there."""
    yield "not_before", LONGEST_WAIT_SECONDS
    if pace.per_hour is not None:
        yield "next_turn_at", _longest_gap(pace)
    if pace.warm_up is not None:
        yield "warm_until", WARM_UP_DAY.total_seconds()


def _longest_gap(pace: Pace) -> float:
    """Batches may have been cut before the pace was set: as large as the largest that any provider takes."""
    return max(LONGEST_WAIT_SECONDS, pace.seconds(_LARGEST_PARCEL))


def take_turn(connection: Connection, provider: str, n_readers: int, pace: Pace) -> None:
    """Count a call with so many readers, in the transaction that begins it. Raises NotYetError, which undoes it.

    The last lock that the transaction takes: of two senders the second waits here, and then sees what the first one took.
    """
    connection.execute(insert_into(connection, provider_state).values(provider=provider).on_conflict_do_nothing())
    mine = provider_state.c.provider == provider
    row = connection.execute(select(provider_state, database_now().label("now")).where(mine).with_for_update()).one()
    if pace.per_hour is not None:
        if is_ahead(row.next_turn_at, row.now, _longest_gap(pace)):
            raise NotYetError
        gap = timedelta(seconds=pace.seconds(n_readers))
        # A call that comes a little late makes up for it, or each look that was late would make the whole slower; half a gap
        # is always kept, so that a start after hours is no burst.
        since = max(min(row.next_turn_at or row.now, row.now), row.now - gap / 2)
        connection.execute(update(provider_state).where(mine).values(next_turn_at=since + gap))
    if pace.warm_up is not None:
        _count(connection, provider, n_readers, pace, row.now)


def rest_until(connection: Connection, provider: str, until: datetime) -> None:
    """Call nobody until then: the day's readers have all been handed over."""
    connection.execute(insert_into(connection, provider_state).values(provider=provider).on_conflict_do_nothing())
    connection.execute(update(provider_state).where(provider_state.c.provider == provider).values(warm_until=until))


def give_back(connection: Connection, provider: str, n_readers: int) -> None:
    """A call that was surely not taken does not count: an outage of an hour must not cost a day of warming up."""
    last = _last_day(connection, provider)
    if last is None:
        return
    mine = and_(warm_up_day.c.provider == provider, warm_up_day.c.number == last.number)
    left = case((warm_up_day.c.n_readers > n_readers, warm_up_day.c.n_readers - n_readers), else_=0)
    connection.execute(update(warm_up_day).where(mine).values(n_readers=left))
    connection.execute(update(provider_state).where(provider_state.c.provider == provider).values(warm_until=None))


def _count(connection: Connection, provider: str, n_readers: int, pace: Pace, now: datetime) -> None:
    today = _today(connection, provider, now)
    if today is None:
        last = _last_day(connection, provider)
        # After a month of silence the sender is a stranger again.
        number = last.number + 1 if last and now - last.began_at < FORGOTTEN_AFTER else 1
        if number == 1:
            connection.execute(warm_up_day.delete().where(warm_up_day.c.provider == provider))
        new = {"provider": provider, "number": number, "began_at": now, "n_readers": n_readers}
        connection.execute(insert(warm_up_day).values(**new))
        return
    most = pace.readers_on(today.number)
    if most is not None and today.n_readers + n_readers > most:
        raise NotYetError(today.began_at + WARM_UP_DAY)
    mine = and_(warm_up_day.c.provider == provider, warm_up_day.c.number == today.number)
    connection.execute(update(warm_up_day).where(mine).values(n_readers=warm_up_day.c.n_readers + n_readers))


def _today(connection: Connection, provider: str, now: datetime) -> AnyRow | None:
    last = _last_day(connection, provider)
    if last is not None and last.began_at > now:
        # The clock has been set back since: the day began just now, and is over in a day.
        mine = and_(warm_up_day.c.provider == provider, warm_up_day.c.number == last.number)
        connection.execute(update(warm_up_day).where(mine).values(began_at=now))
        return _last_day(connection, provider)
    return last if last is not None and now < last.began_at + WARM_UP_DAY else None


def _last_day(connection: Connection, provider: str) -> AnyRow | None:
    days = select(warm_up_day).where(warm_up_day.c.provider == provider)
    return connection.execute(days.order_by(warm_up_day.c.number.desc()).limit(1)).first()
