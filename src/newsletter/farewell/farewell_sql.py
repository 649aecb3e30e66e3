"""Whether a farewell lasts, and where old addresses lead meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, delete, func, insert, select

from newsletter.db.engine import reading, writing
from newsletter.db.upsert import insert_into
from newsletter.farewell.tables import farewell, redirect
from newsletter.words.mistake import NotNow


@dataclass(frozen=True, slots=True, kw_only=True)
class Farewell:
    """A farewell that lasts. From the day `until` on the machine may be switched off; nothing happens by itself then.

    `n_moved` is how many old addresses lead elsewhere.
    """

    until: date
    begun_at: datetime
    n_moved: int


class Farewells:
    """Begins and ends a farewell; while it lasts nothing is sent, approved or subscribed to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self) -> Farewell | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(farewell)).first()
            if row is None:
                return None
            n_moved = connection.scalar(select(func.count()).select_from(redirect)) or 0
        return Farewell(until=date.fromisoformat(row.until_on), begun_at=row.begun_at, n_moved=n_moved)

    def lasts(self) -> bool:
        """The same question, where nothing more is asked."""
        with reading(self._engine) as connection:
            return connection.scalar(select(farewell.c.id)) is not None

    def find_hold(self) -> NotNow | None:
        """Why nothing is sent, approved or subscribed to; None where no farewell lasts."""
        if not self.lasts():
            return None
        return NotNow("The newsletter has said farewell, and nothing is sent any more.", fix="newsletter farewell end")

    def check(self) -> None:
        """Raises NotNow while it lasts."""
        if held := self.find_hold():
            raise held

    def begin(self, until: date, moves: Mapping[str, str] | None, at: datetime) -> None:
        """From now on, or for longer than was said before.

        `moves` are new addresses by path, in place of those before; None leaves these as they are.
        """
        with writing(self._engine) as connection:
            values = {"until_on": until.isoformat()}
            statement = insert_into(connection, farewell).values(id=1, begun_at=at, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
            if moves is not None:
                connection.execute(delete(redirect))
            if moves:
                connection.execute(insert(redirect), [{"path": path, "address": to} for path, to in moves.items()])

    def end(self) -> bool:
        """Whether there was one. Old addresses lead nowhere else any more."""
        with writing(self._engine) as connection:
            connection.execute(delete(redirect))
            return bool(connection.execute(delete(farewell)).rowcount)

    def find_new_address(self, path: str) -> str | None:
        """Where a path of ours leads now; None where it stays, or no farewell lasts."""
        with reading(self._engine) as connection:
            found = connection.scalar(select(redirect.c.address).where(redirect.c.path == path))
        return str(found) if found else None
