"""One reader's copies of issues, and the whole ledger of an issue as evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, func, or_, select, true

from newsletter.db.engine import reading
from newsletter.db.id_lists import ids_in
from newsletter.db.types import AnyRow
from newsletter.feedback.tables import event, proved
from newsletter.ledger.account.account_sql import account_shown
from newsletter.ledger.account.late_sql import came_unasked
from newsletter.ledger.carried_sql import family, last_tries
from newsletter.ledger.corrections.corrections_sql import mail_of_correction
from newsletter.ledger.tables import (
    attempt,
    correction,
    delivery,
    holds,
    late_departure,
    mailing,
    not_held,
    parcel,
    state_of,
)
from newsletter.readers.tables import mailing_list, subscriber
from newsletter.report.figures import Copy, Happening, ProofRow, Try
from newsletter.words.event import EventKind
from newsletter.words.ledger import Fate, HandOver
from newsletter.words.subscriber import address_key


class Copies:
    """The copies of single readers, for one account of the ledger."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        """Practice copies are listed only while practising, and each says that it is one."""
        self._engine, self._practice = engine, practice

    def find_copies(self, email: str, issue: int | None, *, most: int | None = None) -> Sequence[Copy]:
        """Every copy for one address, of one issue or all, the newest issue first; at most so many."""
        with reading(self._engine) as connection:
            person = connection.scalar(select(subscriber.c.id).where(subscriber.c.email_key == address_key(email)))
            if person is None:
                return []
            theirs = _copies().where(delivery.c.id.in_(_deliveries(connection, person, issue)))
            if not self._practice:
                theirs = theirs.where(~delivery.c.is_practice)
            rows = connection.execute(theirs.order_by(delivery.c.id.desc())).all()
            newest = sorted(rows, key=lambda row: (-row.issue, -row.id))[:most]
            return [_copy(connection, row) for row in newest]

    def find_alike(self, email: str) -> Sequence[str]:
        """Other subscribers whose address reaches the same mailbox as far as one can tell: `name+anything@`."""
        key = address_key(email)
        local, _, domain = key.rpartition("@")
        stem = local.partition("+")[0]
        plain = f"{stem}@{domain}"
        tagged = subscriber.c.email_key.like(_escaped(f"{stem}+") + "%" + _escaped(f"@{domain}"), escape="\\")
        with reading(self._engine) as connection:
            return list(
                connection.scalars(
                    select(subscriber.c.email)
                    .where(or_(subscriber.c.email_key == plain, tagged), subscriber.c.email_key != key)
                    .order_by(subscriber.c.email_key)
                    .limit(10)
                )
            )

    def readers_of(self, deliveries: Sequence[int]) -> Sequence[int]:
        """The readers of deliveries by their numbers; an unknown number is nobody's."""
        with reading(self._engine) as connection:
            found = select(delivery.c.subscriber_id).where(delivery.c.id.in_(deliveries)).distinct()
            return list(connection.scalars(found))

    def iterate_proof(self, issue: int) -> Iterator[ProofRow]:
        """Every line of the ledger of an issue, batch by batch: memory does not grow."""
        with reading(self._engine) as connection:
            shown = account_shown(connection, issue, practice=self._practice)
            parcels = list(
                connection.scalars(
                    select(parcel.c.id)
                    .join(mailing, mailing.c.id == parcel.c.mailing_id)
                    .where(mailing.c.issue == issue, mailing.c.is_practice == bool(shown))
                    .order_by(parcel.c.id)
                )
            )
        for one in parcels:
            with reading(self._engine) as connection:
                rows = connection.execute(_proof(one)).all()
            yield from (ProofRow(**row._mapping) for row in rows)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _deliveries(connection: Connection, person: int, issue: int | None) -> Sequence[int]:
    """Those that hold the issue are found by their unique index, issue by issue; the others by their own index."""
    issues = select(mailing.c.issue).distinct()
    theirs = select(delivery.c.id).where(delivery.c.subscriber_id == person)
    if issue is not None:
        issues = issues.where(mailing.c.issue == issue)
    held = theirs.where(delivery.c.issue.in_(list(connection.scalars(issues))), holds)
    others = theirs.where(not_held)
    if issue is not None:
        others = others.where(delivery.c.issue == issue)
    return [*connection.scalars(held), *connection.scalars(others)]


def _copies() -> Select[Any]:
    return (
        select(
            delivery.c.id,
            delivery.c.parcel_id,
            delivery.c.issue,
            state_of().label("handover"),
            delivery.c.reason,
            delivery.c.fate,
            delivery.c.doubled,
            delivery.c.is_practice,
            late_departure.c.left_at,
            subscriber.c.email,
            mailing_list.c.name.label("list_name"),
            correction.c.issue.label("corrects"),
        )
        .join(parcel, parcel.c.id == delivery.c.parcel_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .join(mailing_list, mailing_list.c.id == mailing.c.list_id)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .outerjoin(late_departure, and_(late_departure.c.delivery_id == delivery.c.id, came_unasked()))
        .outerjoin(correction, mail_of_correction() == delivery.c.issue)
    )


def _copy(connection: Connection, row: AnyRow) -> Copy:
    inside = ids_in(attempt.c.carried)
    tries = connection.execute(
        select(
            attempt.c.provider,
            attempt.c.started_at,
            attempt.c.outcome,
            attempt.c.ended_at,
            attempt.c.reference,
            proved.c.proved_at,
        )
        .select_from(attempt.join(inside, true()))
        .outerjoin(proved, proved.c.attempt_id == attempt.c.id)
        .where(attempt.c.parcel_id.in_(family(row.parcel_id)), inside.c.value == row.id)
        .order_by(attempt.c.id)
    )
    happenings = connection.execute(
        select(event.c.kind, event.c.happened_at, event.c.reason, event.c.by_machine)
        .where(event.c.delivery_id == row.id)
        .order_by(event.c.happened_at, event.c.id)
    )
    return Copy(
        issue=row.issue,
        email=row.email,
        list_name=row.list_name,
        corrects=row.corrects,
        handover=HandOver(row.handover),
        fate=Fate(row.fate),
        reason=row.reason or "",
        is_doubled=row.doubled,
        is_practice=row.is_practice,
        left_late_at=row.left_at,
        tries=[Try(**one._mapping) for one in tries],
        happenings=[
            Happening(
                kind=EventKind(one.kind),
                happened_at=one.happened_at,
                reason=one.reason or "",
                by_machine=one.by_machine,
            )
            for one in happenings
        ],
    )


def _proof(parcel_id: int) -> Select[Any]:
    """Each delivery of a parcel with the try whose acceptance counted, or else the last that carried it, and the latest event."""
    tried = last_tries(parcel_id)
    news = (
        select(event.c.id)
        .where(event.c.delivery_id == delivery.c.id)
        .order_by(event.c.happened_at.desc(), event.c.id.desc())
        .limit(1)
        .correlate(delivery)
        .scalar_subquery()
    )
    return (
        select(
            func.coalesce(subscriber.c.email, "").label("email"),
            mailing_list.c.name.label("list_name"),
            state_of().label("handover"),
            func.coalesce(delivery.c.reason, "").label("reason"),
            delivery.c.fate,
            delivery.c.doubled,
            func.coalesce(attempt.c.token, "").label("attempt"),
            func.coalesce(attempt.c.provider, "").label("provider"),
            func.coalesce(attempt.c.reference, "").label("reference"),
            attempt.c.started_at,
            attempt.c.ended_at,
            proved.c.proved_at,
            func.coalesce(event.c.kind, "").label("last_heard"),
            event.c.happened_at.label("last_heard_at"),
        )
        .select_from(delivery)
        .join(parcel, parcel.c.id == delivery.c.parcel_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .join(mailing_list, mailing_list.c.id == mailing.c.list_id)
        .outerjoin(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .outerjoin(tried, tried.c.delivery_id == delivery.c.id)
        .outerjoin(attempt, attempt.c.id == func.coalesce(delivery.c.accepted_by, tried.c.attempt_id))
        .outerjoin(proved, proved.c.attempt_id == attempt.c.id)
        .outerjoin(event, event.c.id == news)
        .where(delivery.c.parcel_id == parcel_id)
        .order_by(delivery.c.id)
    )
