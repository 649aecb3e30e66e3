"""Collect-only keys: kept as digests, so that a copy of the database lets nobody use one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, or_, select, update

from newsletter.collect.tables import collect_key
from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.words.mistake import Missing, Mistake

# A key says what it is for, so that one that turns up somewhere is known for what it is; another kind of key never fits.
PREFIX = "collect_"
_LONGEST = 200
# When it was used is for people to see, not worth a write at every use.
_USED_EVERY = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectKey:
    """A key that may only collect; the key itself is shown once and never kept."""

    name: str
    created_at: datetime
    used_at: datetime | None


class CollectKeys:
    """Keys that may do nothing but add finds. `new_secret` makes at least 128 random bits as text."""

    def __init__(self, engine: Engine, new_secret: Callable[[], str]) -> None:
        self._engine = engine
        self._new_secret = new_secret

    def new_key(self, name: str) -> str:
        """Make a key; it is returned this once. Raises Mistake where the name is taken or none."""
        if not name.strip() or len(name) > 100 or not name.isprintable():
            raise Mistake(f"{name!r} can't be the name of a key.", fix="Say where it is used, on one line: phone")
        key = PREFIX + self._new_secret()
        with writing(self._engine) as connection:
            statement = insert_into(connection, collect_key).values(
                name=name, digest=_digest(key), created_at=database_now()
            )
            made = connection.scalar(statement.on_conflict_do_nothing().returning(collect_key.c.name))
        if made is None:
            raise Mistake(
                f"There is a key {name!r} already, and it can't be shown again.",
                fix=f"Choose another name, or end that one first: newsletter finds revoke {name}",
            )
        return key

    def verify(self, key: str) -> str | None:
        """The name of a good key, else None."""
        if not key.startswith(PREFIX) or len(key) > _LONGEST or not key.isascii():
            return None
        # Found by a digest, so the time that it takes tells nothing about the key.
        is_it = collect_key.c.digest == _digest(key)
        with reading(self._engine) as connection:
            name = connection.scalar(select(collect_key.c.name).where(is_it))
            stale = or_(collect_key.c.used_at.is_(None), collect_key.c.used_at < database_now(-_USED_EVERY))
            is_stale = connection.scalar(select(collect_key.c.name).where(is_it, stale)) is not None
        if is_stale:
            with writing(self._engine) as connection:
                connection.execute(update(collect_key).where(is_it).values(used_at=database_now()))
        return name

    def revoke(self, name: str) -> None:
        """Raises Missing."""
        with writing(self._engine) as connection:
            if not connection.execute(delete(collect_key).where(collect_key.c.name == name)).rowcount:
                raise Missing(f"There is no key {name!r}.", fix="See them with: newsletter finds keys")

    def list_keys(self) -> Sequence[CollectKey]:
        with reading(self._engine) as connection:
            rows = connection.execute(select(collect_key).order_by(collect_key.c.name))
            return [CollectKey(name=row.name, created_at=row.created_at, used_at=row.used_at) for row in rows]


def _digest(key: str) -> str:
    return hashlib.sha256(f"collect only\0{key}".encode()).hexdigest()
