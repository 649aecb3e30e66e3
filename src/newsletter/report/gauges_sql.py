"""Measures the newsletter at work, with questions that stay quick however much was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, Select, func, select

from newsletter.consent.tables import consent_request
from newsletter.db.engine import reading
from newsletter.feedback.tables import event
from newsletter.ledger.pace.waits_sql import waits
from newsletter.ledger.tables import mailing, parcel
from newsletter.notices.tables import notice
from newsletter.schedule.tables import last_tick
from newsletter.words.ledger import MailingStatus, ParcelStatus

_OVER = (MailingStatus.FINISHED, MailingStatus.CANCELLED)
# A list that was split into many sendings must not turn one look into many.
_MOST_ISSUES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One look. `issues` are those under way and the newest one. `last_tick_at` is None where nothing ticked yet.

    `mailings` counts the unfinished by status, `due_parcels` those that could be handed over now, `waiting_mails` the
    mails to owners and readers that were not taken yet.
    """

    issues: Sequence[int]
    mailings: Mapping[str, int]
    due_parcels: int
    waiting_mails: Mapping[str, int]
    last_tick_at: datetime | None


class Gauges:
    """Counts and times, and nobody's address."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine = engine
        # Only the account of the ledger that this process works on: practice, or the real one.
        self._ours = mailing.c.is_practice == practice

    def measure(self) -> Measured:
        with reading(self._engine) as connection:
            return Measured(
                issues=_issues(connection, self._ours),
                mailings=_unfinished(connection, self._ours),
                due_parcels=connection.scalar(select(func.count()).select_from(self._due().subquery())) or 0,
                waiting_mails=_waiting_mails(connection),
                last_tick_at=connection.scalar(select(last_tick.c.ticked_at)),
            )

    def last_event_at(self) -> datetime | None:
        """When a provider told something last."""
        with reading(self._engine) as connection:
            return connection.scalar(select(event.c.received_at).order_by(event.c.id.desc()).limit(1))

    def _due(self) -> Select[tuple[int]]:
        return (
            select(parcel.c.id)
            .join(mailing, mailing.c.id == parcel.c.mailing_id)
            .where(
                self._ours, mailing.c.status == MailingStatus.SENDING, parcel.c.status == ParcelStatus.READY, ~waits()
            )
        )


def _issues(connection: Connection, ours: ColumnElement[bool]) -> Sequence[int]:
    latest_first = select(mailing.c.issue).where(ours).order_by(mailing.c.id.desc())
    under_way = latest_first.where(mailing.c.status.not_in(_OVER))
    newest = connection.scalars(latest_first.limit(1))
    return sorted({*newest, *connection.scalars(under_way.limit(_MOST_ISSUES))})


def _unfinished(connection: Connection, ours: ColumnElement[bool]) -> dict[str, int]:
    open_ones = select(mailing.c.status, func.count()).where(ours, mailing.c.status.not_in(_OVER))
    found = {str(status): n for status, n in connection.execute(open_ones.group_by(mailing.c.status))}
    return {status.value: found.get(status.value, 0) for status in MailingStatus if status not in _OVER}


def _waiting_mails(connection: Connection) -> dict[str, int]:
    owners = select(func.count()).select_from(notice).where(notice.c.handed_over_at.is_(None))
    readers = select(func.count()).select_from(consent_request).where(consent_request.c.posted_at.is_(None))
    return {"owner": connection.scalar(owners) or 0, "reader": connection.scalar(readers) or 0}
