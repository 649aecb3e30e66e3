"""Which issues wait to be held against the web, which process does it, and what it found, in SQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Engine, and_, case, delete, null, or_, select, update

from newsletter.apart.wire import BadAnswer, read_as
from newsletter.db.doorbell import ring
from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.ports.work import Task
from newsletter.preflight.tables import web_look
from newsletter.words.finding import Finding

# A process that looks says every few seconds that it lives.
_LEFT_SECONDS = 30.0
# Nobody waits before the page for longer: then somebody may ask again.
_WAITS_SECONDS = 600.0
_MOST_BEGUN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class WebLook:
    """`found` is all that a check with the web found, at `looked_at`; both None where it was not looked yet."""

    is_looking: bool
    looked_at: datetime | None
    found: Sequence[Finding] | None


class WebLooks:
    """What people asked of the web about the words of an issue. It is said here, and done by any process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, issue: int, words: str) -> None:
        """Have the web asked about these words of an issue, unless that is being done. It takes the place of the last question."""
        asked = {"words": words, "asked_at": database_now(), "n_begun": 0, "left_until": None}
        is_other = web_look.c.words != words
        # What was found stays in sight until it is found out again, as long as the words are the same.
        before = {
            "looked_at": case((is_other, null()), else_=web_look.c.looked_at),
            "found": case((is_other, ""), else_=web_look.c.found),
        }
        with writing(self._engine) as connection:
            into = insert_into(connection, web_look).values(issue=issue, **asked)
            new = into.on_conflict_do_update(
                index_elements=["issue"], set_={**asked, **before}, where=or_(is_other, ~_is_waiting())
            )
            if connection.scalar(new.returning(web_look.c.issue)) is None:
                return
            ring(connection, Task.CHECK)

    def find(self, issue: int, words: str) -> WebLook | None:
        """What came of asking about these very words; None where nobody did."""
        wanted = select(web_look.c.looked_at, web_look.c.found, _is_waiting().label("is_looking"))
        with reading(self._engine) as connection:
            row = connection.execute(wanted.where(web_look.c.issue == issue, web_look.c.words == words)).first()
        if row is None:
            return None
        try:
            found = cast("list[Finding]", read_as(list[Finding], json.loads(row.found))) if row.looked_at else None
        except BadAnswer:  # kept by another version of the program
            return None
        return WebLook(is_looking=bool(row.is_looking), looked_at=row.looked_at, found=found)

    def list_waiting(self) -> Sequence[tuple[int, str]]:
        """The issues that no process looks into now, each with the words it was asked about; the oldest question first."""
        wanted = select(web_look.c.issue, web_look.c.words).where(_is_waiting(), _is_free())
        with reading(self._engine) as connection:
            return [(row.issue, row.words) for row in connection.execute(wanted.order_by(web_look.c.asked_at))]

    def claim(self, issue: int, words: str) -> bool:
        """Take it for half a minute, or longer by `go_on`. False where another process was quicker, or it was asked about other words meanwhile."""
        begun = {"n_begun": web_look.c.n_begun + 1, "left_until": database_now(_LEFT_SECONDS)}
        with writing(self._engine) as connection:
            mine = update(web_look).where(*_about(issue, words), _is_waiting(), _is_free())
            return connection.execute(mine.values(**begun)).rowcount == 1

    def go_on(self, issue: int, words: str) -> None:
        """The process that took it lives, and is not done."""
        with writing(self._engine) as connection:
            mine = update(web_look).where(*_about(issue, words), web_look.c.left_until.is_not(None))
            connection.execute(mine.values(left_until=database_now(_LEFT_SECONDS)))

    def give_back(self, issue: int, words: str) -> None:
        """This process ends before it has looked: the next one begins at once."""
        with writing(self._engine) as connection:
            connection.execute(update(web_look).where(*_about(issue, words)).values(left_until=None, n_begun=0))
            ring(connection, Task.CHECK)

    def keep(self, issue: int, words: str, found: Sequence[Finding]) -> None:
        """What was found counts as long as nobody asks about other words."""
        said = json.dumps([asdict(one) for one in found], ensure_ascii=False)
        with writing(self._engine) as connection:
            kept = update(web_look).where(*_about(issue, words))
            connection.execute(kept.values(looked_at=database_now(), found=said))

    def give_up(self, issue: int, words: str) -> None:
        """The program itself can't do it: nothing is known, and it may be asked again."""
        with writing(self._engine) as connection:
            connection.execute(delete(web_look).where(*_about(issue, words)))


def _about(issue: int, words: str) -> tuple[ColumnElement[bool], ...]:
    return web_look.c.issue == issue, web_look.c.words == words


def _is_waiting() -> ColumnElement[bool]:
    """Asked, and not answered since. What nobody came to for long, or brings its process down, is not waited for."""
    is_unanswered = or_(web_look.c.looked_at.is_(None), web_look.c.looked_at < web_look.c.asked_at)
    is_hopeless = and_(web_look.c.n_begun >= _MOST_BEGUN, _is_free())
    return and_(is_unanswered, web_look.c.asked_at > database_now(-_WAITS_SECONDS), ~is_hopeless)


def _is_free() -> ColumnElement[bool]:
    return or_(web_look.c.left_until.is_(None), web_look.c.left_until <= database_now())
