"""Issues that went out to open lists, read from their frozen versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, func, select
from sqlalchemy.exc import SQLAlchemyError

from newsletter.db.engine import reading
from newsletter.ledger.tables import edition, mailing
from newsletter.readers.tables import mailing_list
from newsletter.words.edition import Edition
from newsletter.words.ledger import MailingStatus

_SENT_AT = func.coalesce(mailing.c.finished_at, mailing.c.start_at).label("sent_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicIssue:
    """An issue that was sent to an open list: its frozen version, and when its sending ended."""

    edition: Edition
    sent_at: datetime


class Archive:
    """Issues that have gone out, as anybody may read them."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        """While practising, what was only practised is shown as well, so that one can look at it."""
        self._engine, self._practice = engine, practice

    def list_issues(self, *, most: int, before: int | None = None) -> Sequence[PublicIssue]:
        """The newest first, those with a smaller number than `before`."""
        query = _public(self._practice).order_by(mailing.c.issue.desc()).limit(most)
        if before is not None:
            query = query.where(mailing.c.issue < before)
        with reading(self._engine) as connection:
            return [_issue(row) for row in connection.execute(query)]

    def find_issue(self, number: int) -> PublicIssue | None:
        with reading(self._engine) as connection:
            row = connection.execute(_public(self._practice).where(mailing.c.issue == number)).first()
        return _issue(row) if row else None

    def list_dates(self) -> dict[int, datetime]:
        """When the sending of each issue ended that anybody may read here, by its number."""
        query = _public(self._practice).with_only_columns(mailing.c.issue, _SENT_AT)
        with reading(self._engine) as connection:
            return {row.issue: row.sent_at for row in connection.execute(query)}

    def is_well(self) -> bool:
        """Whether the database answers."""
        try:
            with reading(self._engine) as connection:
                connection.execute(select(mailing.c.id).limit(1)).all()
        except SQLAlchemyError:
            return False
        return True


def _public(practice: bool) -> Select[Any]:
    """For each issue its last finished mailing to an open list."""
    last = (
        select(func.max(mailing.c.id))
        .join(mailing_list, mailing_list.c.id == mailing.c.list_id)
        .where(mailing.c.status == MailingStatus.FINISHED, mailing_list.c.is_open)
        .group_by(mailing.c.issue)
    )
    if not practice:
        last = last.where(~mailing.c.is_practice)
    return (
        select(edition.c.document, _SENT_AT)
        .join(edition, edition.c.id == mailing.c.edition_id)
        .where(mailing.c.id.in_(last))
    )


def _issue(row: Any) -> PublicIssue:
    return PublicIssue(edition=Edition.from_json(row.document), sent_at=row.sent_at)
