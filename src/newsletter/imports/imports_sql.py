"""Imports that can be taken back: begun, finished, listed and undone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, exists, func, insert, select, update

from newsletter.consent.membership_sql import check_list_name
from newsletter.consent.tables import (
    consent_request,
    consent_request_list,
    import_change,
    import_newcomers,
    import_run,
    import_suppression,
    import_tag,
)
from newsletter.db.doorbell import ring
from newsletter.db.engine import reading, writing
from newsletter.db.types import AnyRow, database_now
from newsletter.ledger.tables import delivery
from newsletter.ports.work import Task
from newsletter.readers.lists_sql import find_list
from newsletter.readers.tables import departure, mailing_list, subscriber, subscription, suppression, tag
from newsletter.words.consent import Asked
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.subscriber import SubscriptionStatus

_SLICE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """An import that was begun. `finished_at` is None where it was interrupted, or is under way."""

    number: int
    list_name: str
    files: Sequence[str]
    started_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    is_being_undone: bool = False


class Imports:
    """Imports by their numbers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, list_name: str, files: Sequence[str]) -> int:
        """The number under which `Readers` note what they change: that of an interrupted import of the same files to
        the same list, so that both are taken back as one, else a new one."""
        found = self.find_interrupted(list_name, files)
        if found is not None:
            return found
        # Before anything is noted: a name that no list can have would stand there as an import that stopped half-way.
        check_list_name(list_name)
        with writing(self._engine) as connection:
            is_there = find_list(connection, list_name)
            statement = insert(import_run).values(
                list_name=list_name,
                files="\n".join(files),
                made_list=is_there is None,
                started_at=database_now(),
            )
            return int(connection.execute(statement.returning(import_run.c.id)).scalar_one())

    def find_interrupted(self, list_name: str, files: Sequence[str]) -> int | None:
        """The newest import of these files to this list that was begun, not finished and not taken back."""
        query = select(func.max(import_run.c.id)).where(
            import_run.c.list_name == list_name,
            import_run.c.files == "\n".join(files),
            import_run.c.finished_at.is_(None),
            import_run.c.undone_at.is_(None),
        )
        with reading(self._engine) as connection:
            found: int | None = connection.scalar(query)
        return found

    def finish(self, number: int) -> None:
        """Note that every row was looked at."""
        with writing(self._engine) as connection:
            connection.execute(update(import_run).where(import_run.c.id == number).values(finished_at=database_now()))

    def list_imports(self, *, most: int) -> Sequence[ImportRow]:
        """The newest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(import_run).order_by(import_run.c.id.desc()).limit(most)).all()
        return [
            ImportRow(
                number=row.id,
                list_name=row.list_name,
                files=row.files.split("\n"),
                started_at=row.started_at,
                finished_at=row.finished_at,
                undone_at=row.undone_at,
                is_being_undone=row.undo_at is not None and row.undone_at is None,
            )
            for row in rows
        ]

    def ask_undo(self, number: int) -> None:
        """Have it taken back by whichever process has time. Raises as `undo` does."""
        self._get_kept(number)
        with writing(self._engine) as connection:
            connection.execute(update(import_run).where(import_run.c.id == number).values(undo_at=database_now()))
            ring(connection, Task.IMPORT)

    def list_to_undo(self) -> Sequence[int]:
        """Those that somebody asked to be taken back, the oldest first."""
        wanted = select(import_run.c.id).where(import_run.c.undo_at.is_not(None), import_run.c.undone_at.is_(None))
        with reading(self._engine) as connection:
            return connection.scalars(wanted.order_by(import_run.c.id)).all()

    def undo(self, number: int, *, goes_on: Callable[[], bool] = lambda: True) -> int:
        """Put everybody whom an import touched back as they were, but for what they did themselves since.

        A list that the import made goes too, if nothing else uses it. Once `goes_on` is False it ends between two slices,
        and another call does the rest. Returns how many people and do-not-mail entries that were. Raises Missing, or
        NotNow where it was undone before.
        """
        run = self._get_kept(number)
        undone = 0
        while goes_on():
            some = self._undo_some(run)
            if some is None:
                some = self._close(run)
            if some is None:
                break
            undone += some
        return undone

    def _get_kept(self, number: int) -> AnyRow:
        """An import that was not taken back. Raises Missing or NotNow."""
        with reading(self._engine) as connection:
            run = connection.execute(select(import_run).where(import_run.c.id == number)).first()
        if run is None:
            raise Missing(f"There is no import {number}.", fix="See them with: newsletter subscribers imports")
        if run.undone_at is not None:
            raise NotNow(f"Import {number} was taken back already.")
        return run

    def _close(self, run: AnyRow) -> int | None:
        """From here on nothing more is noted: an import that still runs stops. Else takes back what was noted meanwhile."""
        with writing(self._engine) as connection:
            mine = import_run.c.id == run.id
            connection.execute(select(import_run.c.id).where(mine).with_for_update())
            some = self._undo_within(connection, run)
            if some is not None:
                return some
            # Of people who have another address by now.
            connection.execute(delete(import_tag).where(import_tag.c.run_id == run.id))
            if run.made_list:
                _remove_list(connection, run.list_name)
            connection.execute(update(import_run).where(mine).values(undone_at=database_now()))
            return None

    def _undo_some(self, run: AnyRow) -> int | None:
        """The next slice, and its notes away with it: an undo that was interrupted goes on where it stopped."""
        with writing(self._engine) as connection:
            return self._undo_within(connection, run)

    def _undo_within(self, connection: Connection, run: AnyRow) -> int | None:
        """How many people and do-not-mail entries that were; None where nothing is noted any more."""
        lifted = _some(connection, import_suppression, run)
        for row in lifted:
            _lift(connection, row)
        changes = _some(connection, import_change, run)
        newcomers = _take_newcomers(connection, run)
        if not (lifted or changes or newcomers):
            return None
        list_id = find_list(connection, run.list_name)
        changed = [row.email_key for row in changes]
        _untag(connection, changed, run)
        for row in changes:
            _restore(connection, row, run, list_id)
        removed = _remove_new(connection, newcomers, run, list_id)
        gone = [row.email_key for row in lifted]
        for table, keys in ((import_suppression, gone), (import_change, changed), (import_tag, [*changed, *removed])):
            connection.execute(delete(table).where(table.c.run_id == run.id, table.c.email_key.in_(keys)))
        return len(lifted) + len(changes) + len(removed)


def _some(connection: Connection, table: Any, run: AnyRow) -> Sequence[AnyRow]:
    return connection.execute(select(table).where(table.c.run_id == run.id).limit(_SLICE)).all()


def _take_newcomers(connection: Connection, run: AnyRow) -> Sequence[int]:
    """The next numbers of people whom the import made, which are not noted any more. Some of those people may be gone."""
    numbers = import_newcomers.c
    mine = select(import_newcomers).where(numbers.run_id == run.id).order_by(numbers.first_id).limit(_SLICE)
    taken: list[int] = []
    for row in connection.execute(mine).all():
        last = min(row.last_id, row.first_id + _SLICE - len(taken) - 1)
        taken += range(row.first_id, last + 1)
        this = (numbers.run_id == run.id, numbers.first_id == row.first_id)
        if last < row.last_id:
            connection.execute(update(import_newcomers).where(*this).values(first_id=last + 1))
            break
        connection.execute(delete(import_newcomers).where(*this))
    return taken


def _lift(connection: Connection, row: AnyRow) -> None:
    """Only what this import said: a complaint heard meanwhile stays."""
    theirs = (suppression.c.email_key == row.email_key) & (suppression.c.reason == row.reason)
    if row.reason_before is None:
        connection.execute(delete(suppression).where(theirs))
    else:
        before = {"reason": row.reason_before, "since_at": row.since_before}
        connection.execute(update(suppression).where(theirs).values(**before))


def _restore(connection: Connection, row: AnyRow, run: AnyRow, list_id: int | None) -> None:
    """A person as before. What they did themselves since then, confirming or leaving, stays done."""
    person = connection.scalar(
        update(subscriber)
        # Not another person who has the address now, where its reader has given it up since.
        .where(subscriber.c.email_key == row.email_key, subscriber.c.id == row.subscriber_id)
        .values(updated_at=database_now())
        .returning(subscriber.c.id)
    )
    if person is None or list_id is None or _acted(connection, [row.email_key], run, list_id):
        return
    theirs = (subscription.c.subscriber_id == person) & (subscription.c.list_id == list_id)
    if row.status is None:
        # A person who was taken off by somebody else meanwhile stays off.
        connection.execute(delete(subscription).where(theirs, ~_ended_since(run)))
    else:
        values = {"status": row.status, "consent": row.consent, "since_at": row.since_at}
        connection.execute(update(subscription).where(theirs).values(**values))
    if row.made is not None:
        now = connection.execute(select(subscriber).where(subscriber.c.id == person)).one()
        connection.execute(update(subscriber).where(subscriber.c.id == person).values(**_before(row, now)))
    _forget_requests(connection, [row.email_key], run)


def _before(row: AnyRow, now: AnyRow) -> Mapping[str, Any]:
    """Names and fields as before the import, but for those that the person has changed again."""
    made = row.made
    fields = dict(now.fields)
    for name in [name for name, value in made["fields"].items() if fields.get(name) == value]:
        if name in row.fields:
            fields[name] = row.fields[name]
        else:
            del fields[name]
    return {
        "first_name": row.first_name if now.first_name == made["first"] else now.first_name,
        "last_name": row.last_name if now.last_name == made["last"] else now.last_name,
        "fields": fields,
    }


def _untag(connection: Connection, keys: Sequence[str], run: AnyRow) -> None:
    """Tags that came with the import, off everybody."""
    theirs = (
        select(subscriber.c.id)
        .join(import_tag, import_tag.c.email_key == subscriber.c.email_key)
        .where(
            import_tag.c.run_id == run.id,
            import_tag.c.email_key.in_(keys),
            import_tag.c.name == tag.c.name,
            subscriber.c.id == tag.c.subscriber_id,
        )
    )
    people = select(subscriber.c.id).where(subscriber.c.email_key.in_(keys))
    connection.execute(delete(tag).where(tag.c.subscriber_id.in_(people), theirs.exists()))


def _remove_list(connection: Connection, name: str) -> None:
    """A list that nothing uses: nobody is or was on it, and no sending, schedule or request names it."""
    uses = [
        exists().where(column == mailing_list.c.id)
        for table in mailing_list.metadata.tables.values()
        for column in table.c
        if any(key.column is mailing_list.c.id for key in column.foreign_keys)
    ]
    connection.execute(delete(mailing_list).where(mailing_list.c.name == name, *(~use for use in uses)))


def _remove_new(connection: Connection, people: Sequence[int], run: AnyRow, list_id: int | None) -> Collection[str]:
    """Those whom nobody knew before, all at once: an import may have brought a million. Returns their address keys."""
    if not people:
        return ()
    locked = update(subscriber).where(subscriber.c.id.in_(people)).values(updated_at=database_now())
    keys = connection.scalars(locked.returning(subscriber.c.email_key)).all()
    _untag(connection, keys, run)
    acted = _acted(connection, keys, run)
    ids = select(subscriber.c.id).where(subscriber.c.id.in_(people), subscriber.c.email_key.not_in(acted))
    connection.execute(
        delete(subscription).where(
            subscription.c.list_id == list_id, subscription.c.subscriber_id.in_(ids), ~_ended_since(run)
        )
    )
    _forget_requests(connection, [key for key in keys if key not in acted], run)
    connection.execute(
        delete(subscriber).where(
            subscriber.c.id.in_(ids),
            ~exists().where(subscription.c.subscriber_id == subscriber.c.id),
            ~exists().where(delivery.c.subscriber_id == subscriber.c.id),
        )
    )
    return keys


def _ended_since(run: AnyRow) -> ColumnElement[bool]:
    return and_(subscription.c.status == SubscriptionStatus.ENDED, subscription.c.since_at > run.started_at)


def _acted(connection: Connection, keys: Sequence[str], run: AnyRow, list_id: int | None = None) -> set[str]:
    """Those of these people who have confirmed a request since the import began, or left: this list, or any."""
    confirmed = select(consent_request.c.email_key).where(
        consent_request.c.email_key.in_(keys), consent_request.c.confirmed_at > run.started_at
    )
    left = (
        select(subscriber.c.email_key)
        .join(departure, departure.c.subscriber_id == subscriber.c.id)
        .where(subscriber.c.email_key.in_(keys), departure.c.left_at > run.started_at)
    )
    if list_id is not None:
        left = left.where(departure.c.list_id == list_id)
    return set(connection.scalars(confirmed)) | set(connection.scalars(left))


def _forget_requests(connection: Connection, keys: Sequence[str], run: AnyRow) -> None:
    """Mails that would ask them because of the import are not posted any more."""
    theirs = and_(
        consent_request.c.email_key.in_(keys),
        consent_request.c.asked == Asked.IMPORT,
        consent_request.c.posted_at.is_(None),
        consent_request.c.requested_at >= run.started_at,
    )
    waiting = select(consent_request.c.id).where(theirs)
    connection.execute(delete(consent_request_list).where(consent_request_list.c.request_id.in_(waiting)))
    connection.execute(delete(consent_request).where(theirs))
