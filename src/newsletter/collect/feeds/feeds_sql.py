"""What is remembered of feeds, in SQL: when each is due, and by whom it is being asked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, delete, select, update

from newsletter.collect.tables import feed_state
from newsletter.db.engine import reading, writing
from newsletter.db.types import AnyRow, database_now
from newsletter.db.upsert import insert_into
from newsletter.words.feed import FeedState


class FeedMemory:
    """What is remembered of each feed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get_states(self, urls: Sequence[str]) -> dict[str, FeedState]:
        """What is remembered, by address; those that were never asked are left out."""
        keys = [_key(url) for url in urls]
        with reading(self._engine) as connection:
            rows = connection.execute(select(feed_state).where(feed_state.c.key.in_(keys)))
            return {row.url: _state(row) for row in rows}

    def claim_due(self, urls: Sequence[str], *, lease: timedelta) -> FeedState | None:
        """One of these that is due, taken so that nobody else asks it for as long as `lease`; None where none is."""
        keys = [_key(url) for url in urls]
        with reading(self._engine) as connection:
            known = set(connection.scalars(select(feed_state.c.key).where(feed_state.c.key.in_(keys))))
        if len(known) < len(set(keys)):
            with writing(self._engine) as connection:
                for url in urls:
                    if _key(url) not in known:
                        _make(connection, url)
        # SQLite takes a limited number of names in one query; a book of feeds is far shorter.
        due = (
            select(feed_state.c.key)
            .where(feed_state.c.key.in_(keys), feed_state.c.next_at <= database_now())
            .order_by(feed_state.c.next_at)
            .limit(1)
        )
        with reading(self._engine) as connection:
            if connection.scalar(due) is None:
                return None
        with writing(self._engine) as connection:
            return _taken(
                connection, feed_state.c.key == due.with_for_update(skip_locked=True).scalar_subquery(), lease
            )

    def claim(self, url: str, *, lease: timedelta) -> FeedState:
        """This one, due or not."""
        with writing(self._engine) as connection:
            _make(connection, url)
            state = _taken(connection, feed_state.c.key == _key(url), lease)
        assert state is not None
        return state

    def record(self, state: FeedState, *, pause: timedelta) -> None:
        """Write down how asking went; it is due again after `pause`."""
        with writing(self._engine) as connection:
            values = {name: getattr(state, name) for name in ("title", "etag", "modified", "failures", "problem")}
            answered = {} if state.failures else {"answered_at": database_now()}
            connection.execute(
                update(feed_state)
                .where(feed_state.c.key == _key(state.url))
                .values(**values, **answered, next_at=database_now(pause.total_seconds()))
            )

    def forget(self, url: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(delete(feed_state).where(feed_state.c.key == _key(url)))

    def now(self) -> datetime:
        """The database's clock."""
        with reading(self._engine) as connection:
            return connection.execute(select(database_now())).scalar_one()


def _key(url: str) -> str:
    return hashlib.sha256(url.encode(errors="replace")).hexdigest()


def _make(connection: Connection, url: str) -> None:
    nothing = {"title": "", "etag": "", "modified": "", "failures": 0, "problem": ""}
    statement = insert_into(connection, feed_state).values(key=_key(url), url=url, next_at=database_now(), **nothing)
    connection.execute(statement.on_conflict_do_nothing())


def _taken(connection: Connection, which: ColumnElement[bool], lease: timedelta) -> FeedState | None:
    statement = update(feed_state).where(which).values(next_at=database_now(lease.total_seconds()))
    row = connection.execute(statement.returning(feed_state)).one_or_none()
    return None if row is None else _state(row)


def _state(row: AnyRow) -> FeedState:
    return FeedState(**{name: value for name, value in row._mapping.items() if name != "key"})
