"""Which version of an issue a person was shown last, so that the next mail can say what changed since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from newsletter.db.engine import reading, writing
from newsletter.db.upsert import insert_into
from newsletter.review.tables import last_look


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenVersion:
    """`digest` names the version, whose words are kept with those of every approved one."""

    digest: str
    at: datetime


class LastLooks:
    """The last looks of all people."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, issue: int, email: str) -> SeenVersion | None:
        wanted = select(last_look.c.digest, last_look.c.at)
        with reading(self._engine) as connection:
            row = connection.execute(wanted.where(last_look.c.issue == issue, last_look.c.email == email)).first()
        return SeenVersion(digest=row.digest, at=row.at) if row else None

    def note(self, issue: int, email: str, look: SeenVersion) -> None:
        values = {"digest": look.digest, "at": look.at}
        with writing(self._engine) as connection:
            into = insert_into(connection, last_look).values(issue=issue, email=email, **values)
            connection.execute(into.on_conflict_do_update(index_elements=["issue", "email"], set_=values))
