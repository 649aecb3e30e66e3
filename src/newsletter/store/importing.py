"""Imports that can be taken back: what stood there before is noted in the transaction that changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, exists, insert, literal, or_, select, update
from sqlalchemy import true as sql_true
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from newsletter.store.consent_tables import consent_request, consent_request_list, departure
from newsletter.store.engine import is_sqlite, writing
from newsletter.store.import_tables import import_change, import_run, import_suppression
from newsletter.store.joining import cell, incoming, packed
from newsletter.store.tables import delivery, mailing_list, subscriber, subscription, suppression
from newsletter.store.types import AnyRow, database_now
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason

_SLICE = 1_000


class SqlImports:
    """The `Imports` port."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, list_name: str, files: Sequence[str]) -> int:
        with writing(self._engine) as connection:
            statement = insert(import_run).values(
                list_name=list_name, files="\n".join(files), started_at=database_now()
            )
            return int(connection.execute(statement.returning(import_run.c.id)).scalar_one())

    def undo(self, number: int) -> int:
        with writing(self._engine) as connection:
            run = connection.execute(select(import_run).where(import_run.c.id == number)).first()
            if run is None:
                raise Missing(f"There is no import {number}.", fix="Its number was printed when it ran.")
            if run.undone_at is not None:
                raise NotNow(f"Import {number} was taken back already.")
        undone = 0
        while some := self._undo_some(run):
            undone += some
        with writing(self._engine) as connection:
            connection.execute(update(import_run).where(import_run.c.id == number).values(undone_at=database_now()))
        return undone

    def _undo_some(self, run: AnyRow) -> int:
        """The next slice, and its notes away with it: an undo that was interrupted goes on where it stopped."""
        with writing(self._engine) as connection:
            lifted = connection.execute(
                select(import_suppression).where(import_suppression.c.run_id == run.id).limit(_SLICE)
            ).all()
            for row in lifted:
                _lift(connection, row)
            changes = connection.execute(
                select(import_change).where(import_change.c.run_id == run.id).limit(_SLICE)
            ).all()
            list_id = connection.scalar(select(mailing_list.c.id).where(mailing_list.c.name == run.list_name))
            for row in changes:
                if row.subscriber_id is not None:
                    _restore(connection, row, run, list_id)
            _remove_new(connection, [row.email_key for row in changes if row.subscriber_id is None], run, list_id)
            for table, rows in ((import_suppression, lifted), (import_change, changes)):
                keys = [row.email_key for row in rows]
                connection.execute(delete(table).where(table.c.run_id == run.id, table.c.email_key.in_(keys)))
            return len(lifted) + len(changes)


def note_people(connection: Connection, run: int, list_id: int, keys: Sequence[str]) -> None:
    """How these people stand now, unless this import has noted them before."""
    rows = incoming(connection)
    columns = (
        "run_id",
        "email_key",
        "subscriber_id",
        "first_name",
        "last_name",
        "fields",
        "status",
        "consent",
        "since_at",
    )
    source = (
        select(
            literal(run),
            cell(rows, 0),
            subscriber.c.id,
            subscriber.c.first_name,
            subscriber.c.last_name,
            subscriber.c.fields,
            subscription.c.status,
            subscription.c.consent,
            subscription.c.since_at,
        )
        .select_from(rows)
        .outerjoin(subscriber, subscriber.c.email_key == cell(rows, 0))
        .outerjoin(
            subscription, (subscription.c.subscriber_id == subscriber.c.id) & (subscription.c.list_id == list_id)
        )
        .where(sql_true())
    )
    upsert = sqlite_insert if is_sqlite(connection) else postgresql_insert
    statement = upsert(import_change).from_select(columns, source).on_conflict_do_nothing()
    connection.execute(statement, packed([[key] for key in keys]))


def note_suppressions(connection: Connection, run: int, reasons: Mapping[str, SuppressionReason]) -> None:
    rows = incoming(connection)
    source = (
        select(literal(run), cell(rows, 0), cell(rows, 1), suppression.c.reason)
        .select_from(rows)
        .outerjoin(suppression, suppression.c.email_key == cell(rows, 0))
        .where(or_(suppression.c.reason.is_(None), suppression.c.reason != cell(rows, 1)))
    )
    upsert = sqlite_insert if is_sqlite(connection) else postgresql_insert
    columns = ("run_id", "email_key", "reason", "reason_before")
    statement = upsert(import_suppression).from_select(columns, source).on_conflict_do_nothing()
    connection.execute(statement, packed([[key, reason.value] for key, reason in sorted(reasons.items())]))


def _lift(connection: Connection, row: AnyRow) -> None:
    """Only what this import said: a complaint heard meanwhile stays."""
    theirs = (suppression.c.email_key == row.email_key) & (suppression.c.reason == row.reason)
    if row.reason_before is None:
        connection.execute(delete(suppression).where(theirs))
    else:
        connection.execute(update(suppression).where(theirs).values(reason=row.reason_before))


def _restore(connection: Connection, row: AnyRow, run: AnyRow, list_id: int | None) -> None:
    """A person as before. What they did themselves since then, confirming or leaving, stays done."""
    person = connection.scalar(
        update(subscriber)
        .where(subscriber.c.email_key == row.email_key)
        .values(updated_at=database_now())
        .returning(subscriber.c.id)
    )
    if person is None or list_id is None or _acted(connection, row.email_key, person, list_id, run):
        return
    theirs = (subscription.c.subscriber_id == person) & (subscription.c.list_id == list_id)
    if row.status is None:
        # Who was taken off by somebody else meanwhile stays off, whoever put them on.
        connection.execute(delete(subscription).where(theirs, ~_ended_since(run)))
    else:
        values = {"status": row.status, "consent": row.consent, "since_at": row.since_at}
        connection.execute(update(subscription).where(theirs).values(**values))
    before = {"first_name": row.first_name, "last_name": row.last_name, "fields": row.fields}
    connection.execute(update(subscriber).where(subscriber.c.id == person).values(**before))


def _remove_new(connection: Connection, keys: Sequence[str], run: AnyRow, list_id: int | None) -> None:
    """Those whom nobody knew before, all at once: an import may have brought a million."""
    if not keys:
        return
    ids = select(subscriber.c.id).where(subscriber.c.email_key.in_(keys))
    connection.execute(update(subscriber).where(subscriber.c.email_key.in_(keys)).values(updated_at=database_now()))
    confirmed = select(consent_request.c.email_key).where(
        consent_request.c.email_key.in_(keys), consent_request.c.confirmed_at > run.started_at
    )
    left = (
        select(subscriber.c.email_key)
        .join(departure, departure.c.subscriber_id == subscriber.c.id)
        .where(subscriber.c.email_key.in_(keys), departure.c.left_at > run.started_at)
    )
    acted = set(connection.scalars(confirmed)) | set(connection.scalars(left))
    ids = ids.where(subscriber.c.email_key.not_in(acted))
    connection.execute(
        delete(subscription).where(
            subscription.c.list_id == list_id, subscription.c.subscriber_id.in_(ids), ~_ended_since(run)
        )
    )
    _forget_requests(connection, [key for key in keys if key not in acted])
    connection.execute(
        delete(subscriber).where(
            subscriber.c.id.in_(ids),
            ~exists().where(subscription.c.subscriber_id == subscriber.c.id),
            ~exists().where(delivery.c.subscriber_id == subscriber.c.id),
        )
    )


def _ended_since(run: AnyRow) -> ColumnElement[bool]:
    return and_(subscription.c.status == SubscriptionStatus.ENDED, subscription.c.since_at > run.started_at)


def _acted(connection: Connection, key: str, person: int, list_id: int, run: AnyRow) -> bool:
    confirmed = select(consent_request.c.id).where(
        consent_request.c.email_key == key, consent_request.c.confirmed_at > run.started_at
    )
    left = select(departure.c.id).where(
        departure.c.subscriber_id == person, departure.c.list_id == list_id, departure.c.left_at > run.started_at
    )
    return connection.scalar(confirmed) is not None or connection.scalar(left) is not None


def _forget_requests(connection: Connection, keys: Sequence[str]) -> None:
    """Mails that would ask them are not posted any more."""
    theirs = (consent_request.c.email_key.in_(keys)) & consent_request.c.posted_at.is_(None)
    waiting = select(consent_request.c.id).where(theirs)
    connection.execute(delete(consent_request_list).where(consent_request_list.c.request_id.in_(waiting)))
    connection.execute(delete(consent_request).where(theirs))
