"""The people in each part of an issue: open pages say so every few seconds, to the process that happens to answer them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Engine, delete, select

from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.review.tables import open_part
from newsletter.words.user import User

# A page that was not heard of for so long is closed, or its machine asleep.
GONE_AFTER_SECONDS = 30.0
# A page that stays where it is is written down this often, and not each time that it says so.
_WRITTEN_EVERY_SECONDS = 12.0


class Presence:
    """The people who have an issue open."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, user: User, issue: int, part: str) -> None:
        """This user's page is there now."""
        mine = (open_part.c.user_id == user.id, open_part.c.issue == issue)
        is_known = select(open_part.c.issue).where(
            *mine, open_part.c.part == part, open_part.c.seen_at > database_now(-_WRITTEN_EVERY_SECONDS)
        )
        with reading(self._engine) as connection:
            if connection.scalar(is_known) is not None:
                return
        values = {"name": user.name, "part": part, "seen_at": database_now()}
        with writing(self._engine) as connection:
            connection.execute(delete(open_part).where(open_part.c.seen_at < database_now(-10 * GONE_AFTER_SECONDS)))
            into = insert_into(connection, open_part).values(user_id=user.id, issue=issue, **values)
            connection.execute(into.on_conflict_do_update(index_elements=["user_id", "issue"], set_=values))

    def others(self, user: User, issue: int) -> Mapping[str, Sequence[str]]:
        """The names of everybody else by the part that they are in."""
        here = select(open_part.c.part, open_part.c.name).where(
            open_part.c.issue == issue,
            open_part.c.user_id != user.id,
            open_part.c.seen_at > database_now(-GONE_AFTER_SECONDS),
        )
        found: dict[str, list[str]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(here.order_by(open_part.c.name)):
                found.setdefault(row.part, []).append(row.name)
        return found
