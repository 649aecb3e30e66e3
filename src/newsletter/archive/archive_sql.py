"""Issues that went out to open lists, read from their frozen versions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select
from sqlalchemy.exc import SQLAlchemyError

from newsletter.db.engine import reading
from newsletter.ledger.corrections.corrections_sql import correction_row, corrections
from newsletter.ledger.tables import correction, edition, is_correction_mail, mailing
from newsletter.readers.tables import mailing_list
from newsletter.words.correction import Correction
from newsletter.words.edition import Edition
from newsletter.words.ledger import MailingStatus

_SENT_AT = func.coalesce(mailing.c.finished_at, mailing.c.start_at).label("sent_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicIssue:
    """An issue that was sent to an open list: its frozen version, and when its sending ended.

    `corrections` of its words, oldest first: what was wrong, and which words went before.
    """

    edition: Edition
    sent_at: datetime
    corrections: Sequence[Correction] = ()

    @property
    def changed_at(self) -> datetime:
        return self.corrections[-1].at if self.corrections else self.sent_at


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
            rows = connection.execute(query).all()
            made = _corrections(connection, [row.issue for row in rows])
        return [_issue(row, made) for row in rows]

    def find_issue(self, number: int) -> PublicIssue | None:
        with reading(self._engine) as connection:
            row = connection.execute(_public(self._practice).where(mailing.c.issue == number)).first()
            made = _corrections(connection, [number])
        return _issue(row, made) if row else None

    def find_before(self, number: int, correction: int) -> tuple[Edition, Correction] | None:
        """The words of an issue before its first, second ... correction, and that correction."""
        issue = self.find_issue(number)
        made = next((one for one in issue.corrections if one.number == correction), None) if issue else None
        if made is None:
            return None
        with reading(self._engine) as connection:
            before = select(edition.c.document).where(edition.c.digest == made.replaces)
            return Edition.from_json(connection.execute(before).scalar_one()), made

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
        .where(mailing.c.status == MailingStatus.FINISHED, mailing_list.c.is_open, ~is_correction_mail)
        .group_by(mailing.c.issue)
    )
    if not practice:
        last = last.where(~mailing.c.is_practice)
    columns = (mailing.c.issue, mailing.c.is_practice, edition.c.document)
    return select(*columns, _SENT_AT).join(edition, edition.c.id == mailing.c.edition_id).where(mailing.c.id.in_(last))


def _corrections(connection: Connection, issues: Sequence[int]) -> Mapping[tuple[int, bool], Sequence[Correction]]:
    """By issue and account of the ledger."""
    found: dict[tuple[int, bool], list[Correction]] = defaultdict(list)
    for row in connection.execute(corrections().where(correction.c.issue.in_(issues)).order_by(correction.c.number)):
        found[row.issue, row.is_practice].append(correction_row(row))
    return found


def _issue(row: Any, made: Mapping[tuple[int, bool], Sequence[Correction]]) -> PublicIssue:
    return PublicIssue(
        edition=Edition.from_json(row.document),
        sent_at=row.sent_at,
        corrections=made.get((row.issue, row.is_practice), ()),
    )
