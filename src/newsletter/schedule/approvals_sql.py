"""Approvals: which words of an issue may go, and which issue goes next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select

from newsletter.db.engine import reading, writing
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.ledger.tables import edition
from newsletter.schedule.tables import approval, self_draft
from newsletter.words.edition import Edition
from newsletter.words.slot import Approval


class Approvals:
    """Which words of an issue may go, and which issue goes next."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, issue: int) -> Approval | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(approval).where(approval.c.issue == issue)).first()
        return Approval(**row._mapping) if row else None

    def approve(
        self, words: Edition, *, by: str, now: datetime, is_next: bool | None = None, segment: str | None = None
    ) -> Approval:
        """Freeze an edition and pin its issue to exactly these words.

        `is_next` and `segment` stay as they are where None.
        """
        values: dict[str, object] = {"digest": words.digest, "approved_by": by, "approved_at": now}
        values |= {} if is_next is None else {"is_next": is_next}
        values |= {} if segment is None else {"segment": segment}
        with writing(self._engine) as connection:
            keep(connection, words)
            into = insert_into(connection, approval).values({"issue": words.issue, "is_next": False, **values})
            connection.execute(into.on_conflict_do_update(index_elements=["issue"], set_=values))
        found = self.find(words.issue)
        assert found is not None
        return found

    def withdraw(self, issue: int) -> bool:
        with writing(self._engine) as connection:
            return connection.execute(delete(approval).where(approval.c.issue == issue)).rowcount == 1

    def note_self_drafted(self, issue: int, *, now: datetime) -> None:
        """The schedule is about to write this issue by itself, from unused posts."""
        with writing(self._engine) as connection:
            into = insert_into(connection, self_draft)
            connection.execute(into.values(issue=issue, drafted_at=now).on_conflict_do_nothing())

    def self_drafted(self) -> Collection[int]:
        """The issues that the schedule wrote by itself."""
        with reading(self._engine) as connection:
            return frozenset(connection.scalars(select(self_draft.c.issue)))

    def next_issues(self) -> Sequence[int]:
        """Issues that somebody asked to go next, in the order of asking."""
        with reading(self._engine) as connection:
            return list(
                connection.scalars(
                    select(approval.c.issue)
                    .where(approval.c.is_next)
                    .order_by(approval.c.approved_at, approval.c.issue)
                )
            )

    def keep_edition(self, words: Edition) -> str:
        """Freeze an edition; returns its digest."""
        with writing(self._engine) as connection:
            keep(connection, words)
        return words.digest


def keep(connection: Connection, words: Edition) -> None:
    """Freeze an edition inside a transaction of the caller's."""
    into = insert_into(connection, edition)
    connection.execute(
        into.values(
            digest=words.digest, issue=words.issue, document=words.to_json(), frozen_at=database_now()
        ).on_conflict_do_nothing()
    )
