"""Readers are put on lists, taken off, and kept off for good."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, Engine, func, select

from newsletter.consent.do_not_mail_sql import Cause, block, take_off
from newsletter.consent.import_notes_sql import (
    check_goes_on,
    note_changed,
    note_newcomers,
    note_people,
    note_suppressions,
    note_tags,
)
from newsletter.consent.join import Decided, decide
from newsletter.consent.join_sql import end, insert_new, look_up, touch, write
from newsletter.db.engine import is_sqlite, reading, writing
from newsletter.db.frozen import patiently
from newsletter.db.rows import cell, incoming, is_named, packed
from newsletter.db.types import database_now
from newsletter.db.upsert import insert_into
from newsletter.ledger.account.late_sql import note_late
from newsletter.readers.lists_sql import find_list, get_list
from newsletter.readers.rows import JoinResult, ReaderRow
from newsletter.readers.tables import erasure, mailing_list, subscriber, suppression
from newsletter.words.erasure import EraseKey
from newsletter.words.mistake import Mistake
from newsletter.words.subscriber import STRONGEST_FIRST, SubscriptionStatus, SuppressionReason, address_key

T = TypeVar("T")


class Membership:
    """Puts readers on lists, ends their subscriptions, and keeps addresses off every list."""

    def __init__(self, engine: Engine, erase_key: EraseKey | None = None) -> None:
        self._engine = engine
        self._erase_key = erase_key

    @property
    def is_apart(self) -> bool:
        """Whether the database has processes of its own, which work while this one does something else."""
        return not is_sqlite(self._engine)

    def add_list(self, name: str) -> int:
        """The list's id; creates the list where there is none."""
        with reading(self._engine) as connection:
            found = find_list(connection, name)
        if found is not None:
            return found
        with writing(self._engine) as connection:
            return _make_list(connection, name)

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
        """Put readers on a list in one transaction, creating the list if need be; see `admission` for the rules.

        Fields are added to those the person has. Of rows with one address the first counts. A dry run answers the same
        and writes nothing. What was there before is noted under the import `run`, if one is given, so that it can be
        taken back.
        """
        if dry_run:
            check_list_name(list_name)
            with reading(self._engine) as connection:
                erased = self.find_erased(connection, [reader.email for reader in readers])
                brought = look_up(connection, find_list(connection, list_name), readers, erased, lock=False)
            return decide(brought, status=status, consent=consent, spells_out=True).joined
        return self.change(
            partial(self.join_within, list_name=list_name, readers=readers, status=status, consent=consent, run=run)
        )

    def join_within(
        self,
        connection: Connection,
        *,
        list_name: str,
        readers: Sequence[ReaderRow],
        status: SubscriptionStatus,
        consent: str | None,
        run: int | None = None,
    ) -> JoinResult:
        """`join` as part of the caller's transaction."""
        if run is not None:
            check_goes_on(connection, run)
        list_id = _make_list(connection, list_name)
        erased = self.find_erased(connection, [reader.email for reader in readers])
        brought = look_up(connection, list_id, readers, erased, lock=True)
        decided = decide(brought, status=status, consent=consent)
        made = insert_new(connection, decided)
        if run is not None:
            _note(connection, run, list_id, decided, made)
        write(connection, list_id, decided, made)
        return decided.joined

    @patiently
    def change(self, step: Callable[[Connection], T]) -> T:
        """Do `step` in one transaction; where another one holds it up, once more from its beginning."""
        with writing(self._engine) as connection:
            return step(connection)

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

    @patiently
    def leave(self, email: str, *, list_name: str | None) -> int:
        """End the person's subscriptions, all or to one list. Returns how many ended."""
        with writing(self._engine) as connection:
            person = connection.scalar(select(subscriber.c.id).where(subscriber.c.email_key == address_key(email)))
            list_id = find_list(connection, list_name) if list_name is not None else None
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

    @patiently
    def suppress(self, email: str, reason: SuppressionReason) -> bool:
        """Never mail this address again; of two reasons the stronger is kept. False where its person was erased."""
        return self.suppress_many([(email, reason)]) == 1

    def suppress_many(self, reasons: Sequence[tuple[str, SuppressionReason]], *, run: int | None = None) -> int:
        """`suppress` for many (address, reason) in one transaction; `run` as in `join`. Returns how many that were."""
        with writing(self._engine) as connection:
            return self.suppress_within(connection, reasons, run=run)

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
        # The keyed hash of an erased person keeps them off; their address must not be written down again.
        for key in self.find_erased(connection, list(strongest)):
            del strongest[key]
        if strongest:
            theirs = is_named(connection, subscriber.c.email_key)
            note_late(connection, touch(connection, theirs, packed([[key] for key in sorted(strongest)])))
            if run is not None:
                note_suppressions(connection, run, strongest)
            block(connection, strongest, causes)
        return len(strongest)

    def lift(self, address: str, allowed: Sequence[SuppressionReason]) -> SuppressionReason | None:
        """Take an address off the do-not-mail list if it is there for one of these reasons.

        Returns the reason for which it was there, taken off or not; None where it was not there.
        """
        theirs = suppression.c.email_key == address_key(address)
        with writing(self._engine) as connection:
            found = connection.scalar(select(suppression.c.reason).where(theirs).with_for_update())
            if found in allowed:
                take_off(connection, [address_key(address)], undo=None)
        return SuppressionReason(found) if found else None


def _note(connection: Connection, run: int, list_id: int, decided: Decided, made: Mapping[str, int]) -> None:
    """Note what an import is about to change, and whom it has made."""
    note_newcomers(connection, run, made.values())
    touched = (*decided.joined.added, *decided.joined.updated, *decided.joined.suppressed)
    # One whom another import added just now was made by that one, and is noted as known.
    note_people(connection, run, list_id, [key for key in touched if key not in made])
    note_changed(connection, run, decided.changed)
    note_tags(connection, run, decided.tagged)


def _make_list(connection: Connection, name: str) -> int:
    found = find_list(connection, name)
    if found is not None:
        return found
    check_list_name(name)
    # The first list is the newsletter's own and anybody can join it; a later one may be private.
    is_first = connection.scalar(select(func.count()).select_from(mailing_list)) == 0
    values = {"name": name, "is_open": is_first, "created_at": database_now()}
    connection.execute(insert_into(connection, mailing_list).values(**values).on_conflict_do_nothing())
    return get_list(connection, name)


def check_list_name(name: str) -> None:
    """Raises Mistake for a name that a list cannot have."""
    if not name.strip() or name != name.strip() or len(name) > 100 or not name.isprintable():
        raise Mistake(
            f"{name!r} cannot be the name of a list.",
            fix="Use 1 to 100 letters, digits and signs on one line, without blanks around them.",
        )
