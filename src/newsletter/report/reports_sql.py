"""An issue in numbers: what was handed over, what was heard, who opened and clicked, domain by domain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, func, select

from newsletter.db.domains import domain_column
from newsletter.db.engine import reading
from newsletter.feedback.alarms_sql import Alarms
from newsletter.feedback.tables import event
from newsletter.ledger.account.account_sql import Accounts
from newsletter.ledger.corrections.corrections_sql import count_versions
from newsletter.ledger.tables import attempt, correction, delivery, is_in, mailing, parcel
from newsletter.readers.tables import subscriber
from newsletter.report.figures import Domain, Figures
from newsletter.words.alarm import alarms
from newsletter.words.event import EventKind
from newsletter.words.ledger import Fate, HandOver

_LINKS = 20
_DOMAINS = 10
_HOURS = 48


class Reports:
    """Figures of issues, for one account of the ledger."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    def find_figures(self, issue: int, providers: Sequence[str]) -> Figures | None:
        """None where the issue was never sent. `providers` are those that report what became of a mail."""
        account = Accounts(self._engine, practice=self._practice).find(issue)
        if account is None:
            return None
        health = Alarms(self._engine).get_health(issue, providers, practice=account.is_practice)
        with reading(self._engine) as connection:
            opened = _readers(connection, issue, EventKind.OPENED, event.c.by_machine.is_(False))
            return Figures(
                issue=issue,
                planned=account.planned,
                handover=account.handover,
                fates=account.fates,
                skipped=account.skipped,
                health=health,
                late=account.late,
                versions=_versions(connection, issue, account.is_practice),
                opened=opened,
                opened_by_machine=_readers(connection, issue, EventKind.OPENED) - opened,
                clicked=_readers(connection, issue, EventKind.CLICKED),
                counted_opens=_counted(connection, issue, EventKind.OPENED),
                counted_clicks=_counted(connection, issue, EventKind.CLICKED),
                unsubscribed=_readers(connection, issue, EventKind.UNSUBSCRIBED),
                links=_links(connection, issue),
                domains=_domains(connection, issue, account.is_practice),
                delivered_by_hour=_by_hour(connection, issue, account.is_practice),
                alarms=alarms(health),
            )


def _versions(connection: Connection, issue: int, practice: bool) -> Sequence[int]:
    ours = (correction.c.issue == issue, correction.c.is_practice == practice)
    if connection.scalar(select(correction.c.id).where(*ours).limit(1)) is None:
        return ()
    return [one.accepted for one in count_versions(connection, issue, practice=practice)]


def _readers(connection: Connection, issue: int, kind: EventKind, *more: ColumnElement[bool]) -> int:
    """How many readers had such an event; a hundred opens by one reader count as one."""
    counted = select(func.count(event.c.delivery_id.distinct())).where(
        event.c.issue == issue, event.c.kind == kind, *more
    )
    return connection.scalar(counted) or 0


_IS_COUNTED_ONLY = and_(event.c.delivery_id.is_(None), event.c.attempt_id.is_(None))


def _counted(connection: Connection, issue: int, kind: EventKind) -> int:
    """How many anonymous events of this kind there were, without those of machines."""
    counted = select(func.count()).where(
        event.c.issue == issue, event.c.kind == kind, _IS_COUNTED_ONLY, event.c.by_machine.is_(False)
    )
    return connection.scalar(counted) or 0


def _links(connection: Connection, issue: int) -> Sequence[tuple[str, int]]:
    """Each link with how many readers clicked it, anonymous clicks included."""
    n_readers = func.count(event.c.delivery_id.distinct()) + func.sum(case((_IS_COUNTED_ONLY, 1), else_=0))
    rows = connection.execute(
        select(event.c.url, n_readers)
        .where(event.c.issue == issue, event.c.kind == EventKind.CLICKED, event.c.url.is_not(None))
        .group_by(event.c.url)
        .order_by(n_readers.desc(), event.c.url)
        .limit(_LINKS)
    )
    return [(url, int(n)) for url, n in rows]


def _domains(connection: Connection, issue: int, practice: bool) -> Sequence[Domain]:
    """The domains with most readers; a bad reputation at one mailbox provider does not show in the total."""
    domain = domain_column(connection, subscriber.c.email_key)
    counts = [
        func.coalesce(func.sum(case((delivery.c.fate == fate.value, 1), else_=0)), 0)
        for fate in (Fate.DELIVERED, Fate.BOUNCED, Fate.COMPLAINED)
    ]
    rows = connection.execute(
        select(domain, func.count(), *counts)
        .select_from(delivery)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .join(parcel, parcel.c.id == delivery.c.parcel_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(mailing.c.issue == issue, mailing.c.is_practice == practice, is_in(HandOver.ACCEPTED))
        .group_by(domain)
        .order_by(func.count().desc(), domain)
        .limit(_DOMAINS)
    )
    return [
        Domain(name=name, handed_over=n, delivered=int(delivered), bounced=int(bounced), complained=int(complained))
        for name, n, delivered, bounced, complained in rows
    ]


def _by_hour(connection: Connection, issue: int, practice: bool) -> Sequence[int]:
    """Deliveries heard of in each hour since the first hand-over, for two days at most."""
    first: datetime | None = connection.scalar(
        select(func.min(attempt.c.started_at))
        .join(parcel, parcel.c.id == attempt.c.parcel_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(mailing.c.issue == issue, mailing.c.is_practice == practice)
    )
    if first is None:
        return []
    rows = connection.execute(
        select(event.c.happened_at, func.count())
        .where(event.c.issue == issue, event.c.kind == EventKind.DELIVERED)
        .group_by(event.c.happened_at)
    )
    hours: Counter[int] = Counter()
    for happened_at, n in rows:
        hours[max(0, int((happened_at - first).total_seconds() // 3600))] += n
    last = min(max(hours, default=-1), _HOURS - 1)
    return [hours[hour] for hour in range(last + 1)]
