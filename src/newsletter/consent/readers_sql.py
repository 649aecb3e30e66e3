"""Subscribers, lists and the do-not-mail list over SQLAlchemy Core, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine, func, literal, select, update

from newsletter.consent.do_not_mail_sql import Cause, block, take_off
from newsletter.consent.import_notes_sql import check_goes_on, note_changed, note_people, note_suppressions, note_tags
from newsletter.consent.join_sql import decide, end, write
from newsletter.db.engine import is_sqlite, reading, writing
from newsletter.db.frozen import patiently
from newsletter.db.rows import cell, incoming, packed
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.ledger.account.late_sql import note_late
from newsletter.readers.gone_sql import iterate_gone
from newsletter.readers.people_sql import people, people_by_number, person, subscription_of
from newsletter.readers.rows import JoinResult, ListRow, ReaderRow
from newsletter.readers.status_counts_sql import count_by_status
from newsletter.readers.tables import erasure, mailing_list, subscriber, subscription, suppression
from newsletter.readers.tags_sql import tags_by_number
from newsletter.words.erasure import EraseKey
from newsletter.words.mistake import Missing, Mistake
from newsletter.words.subscriber import (
    STRONGEST_FIRST,
    Subscriber,
    SubscriptionStatus,
    SuppressionReason,
    address_key,
)

PAGE = 2_000
# So many are counted while a page waits.
_MANY = 20_000


class Readers:
    """Subscribers and lists, found, put on and taken off."""

    def __init__(self, engine: Engine, erase_key: EraseKey | None = None) -> None:
        self._engine = engine
        self._erase_key = erase_key

    def find_list(self, name: str) -> int | None:
        with reading(self._engine) as connection:
            return _list_id(connection, name)

    def add_list(self, name: str) -> int:
        """The list's id; makes the list where there is none."""
        found = self.find_list(name)
        if found is not None:
            return found
        with writing(self._engine) as connection:
            return _make_list(connection, name)

    def list_names(self) -> Sequence[str]:
        """The lists by name. Quick, however many readers there are."""
        with reading(self._engine) as connection:
            return list(connection.scalars(select(mailing_list.c.name).order_by(mailing_list.c.name)))

    def has_many(self) -> bool:
        """Whether there are so many that counting them takes longer than a page may."""
        with reading(self._engine) as connection:
            return (connection.scalar(select(func.max(subscriber.c.id))) or 0) > _MANY

    def has_any(self) -> bool:
        """Whether anybody is active on any list."""
        with reading(self._engine) as connection:
            active = select(subscription.c.list_id).where(subscription.c.status == SubscriptionStatus.ACTIVE)
            return connection.execute(active.limit(1)).first() is not None

    def list_lists(self) -> Sequence[ListRow]:
        """Every list by name."""
        with reading(self._engine) as connection:
            lists = connection.execute(select(mailing_list).order_by(mailing_list.c.name)).all()
            counted = count_by_status(connection)
        return [
            ListRow(
                name=row.name,
                pending=counted.standing(row.id, SubscriptionStatus.PENDING),
                active=counted.mailable(row.id),
                ended=counted.everybody[row.id, SubscriptionStatus.ENDED],
                suppressed=counted.suppressed(row.id),
                resting=counted.resting(row.id),
            )
            for row in lists
        ]

    @patiently
    def join(
        self,
        list_name: str,
        readers: Sequence[ReaderRow],
        *,
        status: SubscriptionStatus,
        consent: str | None,
        dry_run: bool = False,
        run: int | None = None,
    ) -> JoinResult:
        """Put readers on a list in one transaction, making the list where there is none.

        Never lowers protection: an ended subscription or a suppressed address stays so, and is reported as
        `suppressed`. A pending one may become active. Fields are added to those the person has. Of rows with one
        address the first counts. A dry run answers the same and writes nothing. What stood there before is noted under
        the import `run`, if one is named, so that it can be taken back.
        """
        if dry_run:
            with reading(self._engine) as connection:
                check_list_name(list_name)
                found = _list_id(connection, list_name)
                erased = self.find_erased(connection, [reader.email for reader in readers])
                known = _without(readers, erased)
                decided = decide(connection, found, known, status=status, consent=consent, lock=False)
                return replace(decided.joined, erased=erased)
        with writing(self._engine) as connection:
            if run is not None:
                check_goes_on(connection, run)
            list_id = _make_list(connection, list_name)
            erased = self.find_erased(connection, [reader.email for reader in readers])
            known = _without(readers, erased)
            decided = decide(connection, list_id, known, status=status, consent=consent, lock=True)
            if run is not None:
                touched = (*decided.joined.added, *decided.joined.updated, *decided.joined.suppressed)
                note_people(connection, run, list_id, touched)
                note_changed(connection, run, decided.changed)
                note_tags(connection, run, decided.tagged)
            write(connection, list_id, decided)
            return replace(decided.joined, erased=erased)

    def find_erased(self, connection: Connection, emails: Sequence[str]) -> frozenset[str]:
        """The keys of those who asked to be forgotten and have not come back. Most newsletters have none."""
        wanted = select(erasure.c.hash).where(erasure.c.returned_at.is_(None))
        if self._erase_key is None or connection.scalar(wanted.limit(1)) is None:
            return frozenset()
        marks = {self._erase_key.mark(email): address_key(email) for email in emails}
        rows = incoming(connection)
        parameters = packed([[mark] for mark in marks])
        found = connection.scalars(wanted.where(erasure.c.hash.in_(select(cell(rows, 0)))), parameters)
        return frozenset(marks[mark] for mark in found)

    def find_subscriber(self, email: str) -> Subscriber | None:
        query = people().where(subscriber.c.email_key == address_key(email)).order_by(mailing_list.c.name)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        if not rows:
            return None
        return person(rows[0], tuple(subscription_of(row) for row in rows if row.list_name is not None))

    @patiently
    def leave(self, email: str, *, list_name: str | None) -> int:
        """End the person's subscriptions, all or to one list. Returns how many ended."""
        with writing(self._engine) as connection:
            person = connection.scalar(select(subscriber.c.id).where(subscriber.c.email_key == address_key(email)))
            list_id = _list_id(connection, list_name) if list_name is not None else None
            if person is None or (list_name is not None and list_id is None):
                return 0
            return end(connection, [person], list_id=list_id)

    @patiently
    def take_off(self, email: str) -> int | None:
        """End all of a person's subscriptions, and keep them off every other list until they sign up themselves.

        Returns how many ended; None where nobody has the address.
        """
        with writing(self._engine) as connection:
            person = connection.scalar(select(subscriber.c.id).where(subscriber.c.email_key == address_key(email)))
            if person is None:
                return None
            n_ended = end(connection, [person], list_id=None)
            self.suppress_within(connection, [(email, SuppressionReason.UNSUBSCRIBE)])
            return n_ended

    def iterate(self, list_name: str, *, status: SubscriptionStatus | None = None) -> Iterator[Subscriber]:
        list_id = self.find_list(list_name)
        if list_id is None:
            raise Missing(f"There is no list called {list_name!r}.", fix="See the lists with: newsletter lists")
        return self._pages(list_id, status)

    @patiently
    def suppress(self, email: str, reason: SuppressionReason) -> None:
        """Never mail this address again; of two reasons the stronger is kept."""
        self.suppress_many([(email, reason)])

    def suppress_many(self, reasons: Sequence[tuple[str, SuppressionReason]], *, run: int | None = None) -> None:
        """`suppress` for many (address, reason) in one transaction; `run` as in `join`."""
        if reasons:
            with writing(self._engine) as connection:
                self.suppress_within(connection, reasons, run=run)

    def suppress_within(
        self,
        connection: Connection,
        reasons: Sequence[tuple[str, SuppressionReason]],
        *,
        run: int | None = None,
        causes: Mapping[str, Cause] | None = None,
    ) -> int:
        """`suppress_many` as part of the caller's transaction. Returns how many addresses that were.

        `causes` are the bounces behind it, by the address as it is compared.
        """
        if run is not None:
            check_goes_on(connection, run)
        strongest: dict[str, SuppressionReason] = {}
        for email, reason in reasons:
            key = address_key(email)
            strongest[key] = min(reason, strongest.get(key, reason), key=STRONGEST_FIRST.index)
        # An erased person is held off by their mark; their address is not to be written down again.
        for key in self.find_erased(connection, list(strongest)):
            del strongest[key]
        if strongest:
            note_late(connection, _touch(connection, sorted(strongest)))
            if run is not None:
                note_suppressions(connection, run, strongest)
            block(connection, strongest, causes)
        return len(strongest)

    def lift(self, address: str, allowed: Sequence[SuppressionReason]) -> SuppressionReason | None:
        """Take an address off the do-not-mail list if it is there for one of these reasons.

        Returns for which it was there, taken off or not; None where it was not there.
        """
        theirs = suppression.c.email_key == address_key(address)
        with writing(self._engine) as connection:
            found = connection.scalar(select(suppression.c.reason).where(theirs).with_for_update())
            if found in allowed:
                take_off(connection, [address_key(address)], undo=None)
        return SuppressionReason(found) if found else None

    def find_suppression(self, email: str) -> SuppressionReason | None:
        with reading(self._engine) as connection:
            reason = connection.scalar(
                select(suppression.c.reason).where(suppression.c.email_key == address_key(email))
            )
        return SuppressionReason(reason) if reason else None

    def iterate_suppressed(self, list_name: str) -> Iterator[tuple[str, SuppressionReason, datetime]]:
        return iterate_gone(self._engine, self.find_list(list_name))

    def iterate_addresses(self) -> Iterator[tuple[int, str]]:
        """(id, address) of every subscriber, by id, read in pages."""
        query, after = select(subscriber.c.id, subscriber.c.email).order_by(subscriber.c.id).limit(PAGE), 0
        while True:
            with reading(self._engine) as connection:
                rows = connection.execute(query.where(subscriber.c.id > after)).all()
            yield from ((row.id, row.email) for row in rows)
            if len(rows) < PAGE:
                return
            after = rows[-1].id

    def count_on_several(self) -> int:
        """How many subscribers are on more than one list, those who left it not counted."""
        several = (
            select(subscription.c.subscriber_id)
            .where(subscription.c.status != SubscriptionStatus.ENDED)
            .group_by(subscription.c.subscriber_id)
            .having(func.count() > 1)
            .subquery()
        )
        with reading(self._engine) as connection:
            return connection.scalar(select(func.count()).select_from(several)) or 0

    def find_subscribers(self, numbers: Sequence[int]) -> Sequence[Subscriber]:
        """These subscribers, with every subscription, by id."""
        return people_by_number(self._engine, numbers)

    def known_fields(self) -> Sequence[str]:
        with reading(self._engine) as connection:
            if is_sqlite(connection):
                keys = func.json_each(subscriber.c.fields).table_valued("key", name="facts")
                query = select(keys.c.key).select_from(subscriber).join(keys, literal(True)).distinct()
            else:
                query = select(func.jsonb_object_keys(subscriber.c.fields)).distinct()
            return sorted(connection.scalars(query))

    def count_active(self, list_name: str, *, at: datetime | None = None) -> int:
        """How many would be mailed: active on the list, not suppressed and not taking a break `at` that time; None is now."""
        with reading(self._engine) as connection:
            list_id = _list_id(connection, list_name) or 0
            return count_by_status(connection, list_id, at=at).mailable(list_id)

    def _pages(self, list_id: int, status: SubscriptionStatus | None) -> Iterator[Subscriber]:
        after = 0
        query = people().where(subscription.c.list_id == list_id).order_by(subscription.c.subscriber_id).limit(PAGE)
        if status is not None:
            query = query.where(subscription.c.status == status)
        while True:
            with reading(self._engine) as connection:
                rows = connection.execute(query.where(subscription.c.subscriber_id > after)).all()
                tags = tags_by_number(connection, [row.id for row in rows])
            for row in rows:
                yield person(row, (subscription_of(row),), tags.get(row.id, ()))
            if len(rows) < PAGE:
                return
            after = rows[-1].id


def _without(readers: Sequence[ReaderRow], erased: frozenset[str]) -> Sequence[ReaderRow]:
    return [reader for reader in readers if address_key(reader.email) not in erased] if erased else readers


def _list_id(connection: Connection, name: str) -> int | None:
    return connection.scalar(select(mailing_list.c.id).where(mailing_list.c.name == name))


def _make_list(connection: Connection, name: str) -> int:
    found = _list_id(connection, name)
    if found is not None:
        return found
    check_list_name(name)
    # The first list is the newsletter's own and can be joined by anybody; a later one may be nobody's business.
    is_first = connection.scalar(select(func.count()).select_from(mailing_list)) == 0
    values = {"name": name, "is_open": is_first, "created_at": database_now()}
    connection.execute(insert_into(connection, mailing_list).values(**values).on_conflict_do_nothing())
    return int(connection.execute(select(mailing_list.c.id).where(mailing_list.c.name == name)).scalar_one())


def check_list_name(name: str) -> None:
    """Raises Mistake for a name that a list cannot have."""
    if not name.strip() or name != name.strip() or len(name) > 100 or not name.isprintable():
        raise Mistake(
            f"{name!r} cannot be the name of a list.",
            fix="Use 1 to 100 letters, digits and signs on one line, without blanks around them.",
        )


def _touch(connection: Connection, keys: Sequence[str]) -> Sequence[int]:
    """Update the people's own rows first: on PostgreSQL a claim holds or waits for those, so it sees what follows."""
    rows = incoming(connection)
    theirs = subscriber.c.email_key.in_(select(cell(rows, 0)))
    parameters = packed([[key] for key in keys])
    locked = select(subscriber.c.id).where(theirs).order_by(subscriber.c.id).with_for_update()
    people = connection.scalars(locked, parameters).all()
    connection.execute(update(subscriber).where(theirs).values(updated_at=database_now()), parameters)
    return people
