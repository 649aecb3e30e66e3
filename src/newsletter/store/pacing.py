"""Pace in the database: whose turn it is, told by the transaction that begins a call, so that no restart forgets it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, exists, insert, or_, select, update

from newsletter.store.tables import provider_state, warm_up_day
from newsletter.store.types import AnyRow, database_now
from newsletter.store.upserting import insert_into
from newsletter.words.pace import FORGOTTEN_AFTER, WARM_UP_DAY, Pace


class NotYetError(Exception):
    """Another call is not due. `until` is when the next day of warming up begins, where this one is used up."""

    def __init__(self, until: datetime | None = None) -> None:
        super().__init__("not yet")
        self.until = until


def may_call(provider: str, pace: Pace) -> ColumnElement[bool]:
    """Nobody asked us to wait: neither the provider, nor the owner who wants it slow."""
    waits = [provider_state.c.not_before > database_now()]
    if pace.per_hour is not None:
        waits.append(provider_state.c.next_turn_at > database_now())
    if pace.warm_up is not None:
        waits.append(provider_state.c.warm_until > database_now())
    return ~exists().where(provider_state.c.provider == provider, or_(*waits))


def waits_until(connection: Connection, provider: str, pace: Pace) -> datetime | None:
    """The time before which no call to this provider begins; None where there is none, it may have passed."""
    row = connection.execute(select(provider_state).where(provider_state.c.provider == provider)).first()
    if row is None:
        return None
    times = [row.not_before]
    times += [row.next_turn_at] if pace.per_hour is not None else []
    times += [row.warm_until] if pace.warm_up is not None else []
    return max((time for time in times if time is not None), default=None)


def take_turn(connection: Connection, provider: str, n_readers: int, pace: Pace) -> None:
    """Count a call with so many readers, in the transaction that begins it. Raises NotYetError, for it to be undone.

    The last lock that the transaction takes: of two senders the second waits here, and then sees what the first one took.
    """
    connection.execute(insert_into(connection, provider_state).values(provider=provider).on_conflict_do_nothing())
    mine = provider_state.c.provider == provider
    row = connection.execute(select(provider_state, database_now().label("now")).where(mine).with_for_update()).one()
    if pace.per_hour is not None:
        if row.next_turn_at is not None and row.next_turn_at > row.now:
            raise NotYetError
        gap = timedelta(seconds=pace.seconds(n_readers))
        # Who comes a little late makes up for it, or each look that was late would make the whole slower; half a gap
        # is always kept, so that a start after hours is no burst.
        since = max(row.next_turn_at or row.now, row.now - gap / 2)
        connection.execute(update(provider_state).where(mine).values(next_turn_at=since + gap))
    if pace.warm_up is not None:
        _count(connection, provider, n_readers, pace, row.now)


def rest_until(connection: Connection, provider: str, until: datetime) -> None:
    """The day's readers have all been handed over."""
    connection.execute(insert_into(connection, provider_state).values(provider=provider).on_conflict_do_nothing())
    connection.execute(update(provider_state).where(provider_state.c.provider == provider).values(warm_until=until))


def give_back(connection: Connection, provider: str, n_readers: int) -> None:
    """A call that was surely not taken uses up nothing of the day: an outage of an hour must not cost a day of warming up."""
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
    return last if last is not None and now < last.began_at + WARM_UP_DAY else None


def _last_day(connection: Connection, provider: str) -> AnyRow | None:
    days = select(warm_up_day).where(warm_up_day.c.provider == provider)
    return connection.execute(days.order_by(warm_up_day.c.number.desc()).limit(1)).first()
