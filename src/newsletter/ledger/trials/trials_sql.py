"""Counts the tests of an issue, and remembers which words each of them was of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from newsletter.db.engine import reading, writing
from newsletter.db.frozen import patiently
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.ledger.editions_sql import freeze
from newsletter.ledger.tables import edition, test_mail
from newsletter.words.edition import Edition
from newsletter.words.mistake import NotNow

_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Test `number` of an issue, to `n_addresses` at once; `digest` names the words, without the line that calls it a test."""

    issue: int
    number: int
    digest: str
    n_addresses: int
    by: str
    at: datetime


class Trials:
    """The tests of issues."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @patiently
    def begin(self, words: Edition, *, n_addresses: int, by: str) -> int:
        """Take the next number, before anything is handed over: after a crash no two tests have the same."""
        for _ in range(_TRIES):
            with writing(self._engine) as connection:
                ours = test_mail.c.issue == words.issue
                number = (connection.scalar(select(func.max(test_mail.c.number)).where(ours)) or 0) + 1
                values = {
                    "issue": words.issue,
                    "number": number,
                    "edition_id": freeze(connection, words),
                    "n_addresses": n_addresses,
                    "sent_by": by,
                    "sent_at": database_now(),
                }
                into = insert_into(connection, test_mail).values(**values).on_conflict_do_nothing()
                if connection.execute(into.returning(test_mail.c.number)).scalar() is not None:
                    return number
        raise NotNow("Others are sending tests of this issue in this very moment.", fix="Try again.")

    def list_of(self, issue: int) -> Sequence[Trial]:
        """The newest first."""
        rows = (
            select(test_mail, edition.c.digest)
            .join(edition, edition.c.id == test_mail.c.edition_id)
            .where(test_mail.c.issue == issue)
            .order_by(test_mail.c.number.desc())
        )
        with reading(self._engine) as connection:
            return [
                Trial(
                    issue=row.issue,
                    number=row.number,
                    digest=row.digest,
                    n_addresses=row.n_addresses,
                    by=row.sent_by,
                    at=row.sent_at,
                )
                for row in connection.execute(rows)
            ]
