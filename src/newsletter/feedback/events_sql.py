"""What providers report, kept once, with all that follows from it in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Select,
    String,
    Update,
    bindparam,
    case,
    cast,
    func,
    select,
    true,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from newsletter.consent.join_sql import end
from newsletter.consent.membership_sql import Membership
from newsletter.db.engine import is_sqlite, let_others_in, reading, writing
from newsletter.db.frozen import patiently
from newsletter.db.rows import built_once, cell, incoming, instant, is_named, packed, packed_instant, packed_names
from newsletter.db.types import UtcDateTime, database_now
from newsletter.db.upsert import insert_into
from newsletter.feedback.addresses_sql import with_addresses
from newsletter.feedback.bounces_sql import follow_streaks, restore
from newsletter.feedback.causes_sql import causes_of, outdated
from newsletter.feedback.marks_sql import Resolved, resolve
from newsletter.feedback.proof_sql import prove_attempts
from newsletter.feedback.refusals_sql import FinalRefusal, list_final_refusals
from newsletter.feedback.tables import bounced_off, event, event_pull
from newsletter.ledger.tables import delivery
from newsletter.ports.events import Heard
from newsletter.readers.tables import subscriber
from newsletter.words.event import Event, EventKind
from newsletter.words.fate import FATES, SOFT_BOUNCE, weight
from newsletter.words.subscriber import address_key

# A writer that holds SQLite's lock for longer starves an unsubscribe.
AT_ONCE = 500
# Between two of them: a process that sends finds SQLite's lock free within a second or two.
PAUSE_SECONDS = 0.01
_COLUMNS = (
    "event_id",
    "kind",
    "weight",
    "by_machine",
    "happened_at",
    "issue",
    "attempt_id",
    "delivery_id",
    "reason",
    "url",
    "told_attempt",
    "email",
    "raw",
)


class EventLog:
    """What providers reported, each event kept once."""

    def __init__(self, engine: Engine, membership: Membership) -> None:
        self._engine, self._membership = engine, membership

    def hear(self, provider: str, events: Sequence[Event], *, whole_or_nothing: bool, proves: bool = True) -> Heard:
        """A large batch takes several transactions: a writer that holds SQLite's lock for long starves an unsubscribe.

        Only what is new has consequences, so a repetition changes nothing, not even after the owner did.

        Rows are taken in one order by everyone, so that two batches can't wait for each other: events by id, parcels
        by id, readers by id, and deliveries last, like a claim.

        Where it `proves`, what is heard of was handed over and has a fate; a refusal was neither.
        """
        once = sorted({one.id: one for one in events}.values(), key=lambda one: one.id)
        heard = Heard(repeated=len(events) - len(once))
        for first in range(0, len(once), AT_ONCE):
            if first:
                let_others_in(self._engine, seconds=PAUSE_SECONDS)
            heard += self._hear(provider, once[first : first + AT_ONCE], whole=whole_or_nothing, proves=proves)
        return heard

    @patiently
    def _hear(self, provider: str, events: Sequence[Event], *, whole: bool, proves: bool) -> Heard:
        """Some events and all that follows from them, in one transaction."""
        once = {one.id: one for one in events}
        with writing(self._engine) as connection:
            about = resolve(connection, provider, list(once.values()))
            once = with_addresses(connection, once, about)
            rows = self._rows(connection, once, about)
            kept = _insert(connection, provider, rows)
            # An event that is only counted has no consequences: they would lead back to the reader.
            new = {one: once[one] for one in kept if not once[one].is_counted_only}
            heard_of = [about[one] for one in new if one in about] if proves else []
            n_proved = prove_attempts(connection, heard_of, whole=whole)
            _lock(connection, new, about)
            old = outdated(connection, list(new.values()), about)
            fresh = {one: event for one, event in new.items() if one not in old}
            suppressed = self._suppress(connection, provider, list(fresh.values()), about)
            _end_subscriptions(connection, fresh, about)
            deliveries = list({of.delivery_id for of in heard_of if of.delivery_id is not None})
            _update_fates(connection, deliveries)
            follow_streaks(connection, deliveries, bounced=_softly_bounced(new, about))
        return Heard(
            new=len(kept),
            repeated=len(rows) - len(kept),
            unknown=sum(one not in about or about[one].delivery_id is None for one in new),
            proved=n_proved,
            suppressed=suppressed,
        )

    def _rows(
        self, connection: Connection, once: dict[str, Event], about: dict[str, Resolved]
    ) -> Sequence[dict[str, Any]]:
        """The rows to keep.

        An address is in one only where no delivery knows the person, and never that of an erased person.
        """
        # Of an event that is only counted and belongs to no issue of ours nothing would be left.
        rows = [_row(one, about.get(one.id)) for one in once.values() if not one.is_counted_only or one.id in about]
        emails = [row["email"] for row in rows if row["email"]]
        erased = self._membership.find_erased(connection, emails) if emails else frozenset()
        for row in rows:
            if erased and row["email"] and address_key(row["email"]) in erased:
                row |= {"email": None, "raw": None}
        return rows

    def _suppress(self, connection: Connection, provider: str, new: Sequence[Event], about: dict[str, Resolved]) -> int:
        telling = [one for one in new if one.suppresses and one.email]
        if not telling:
            return 0
        reasons = [(one.email, one.suppresses) for one in telling if one.suppresses]
        causes = causes_of(connection, provider, telling, about)
        return self._membership.suppress_within(connection, reasons, causes=causes)

    def list_final_refusals(self, provider: str, *, after: int) -> Sequence[FinalRefusal]:
        with reading(self._engine) as connection:
            return list_final_refusals(connection, provider, after=after)

    def pulled_until(self, provider: str) -> datetime | None:
        with reading(self._engine) as connection:
            return connection.scalar(select(event_pull.c.until_at).where(event_pull.c.provider == provider))

    def note_pull(self, provider: str, until_at: datetime) -> None:
        with writing(self._engine) as connection:
            into = insert_into(connection, event_pull).values(provider=provider, until_at=until_at)
            connection.execute(into.on_conflict_do_update(index_elements=["provider"], set_={"until_at": until_at}))

    def restore(self, email: str) -> int:
        """Put a reader back on the lists that were ended because mail kept bouncing. Returns how many."""
        with writing(self._engine) as connection:
            return restore(connection, address_key(email))


def _insert(connection: Connection, provider: str, rows: Sequence[dict[str, Any]]) -> Sequence[str]:
    """Keep the events that are new; their ids."""
    if not rows:
        return []
    told = packed([[row[name] for name in _COLUMNS] for row in rows])
    return list(connection.scalars(_keeping(connection), told | {"provider": provider}))


@built_once
def _keeping(connection: Connection) -> ReturningInsert[Any]:
    told = incoming(connection)
    cells = [_cell(connection, told, number, event.c[name]) for number, name in enumerate(_COLUMNS)]
    # SQLite takes the conflict for the condition of a join where there is no other condition.
    source = select(bindparam("provider", type_=String), database_now(), *cells).select_from(told).where(true())
    return (
        insert_into(connection, event)
        .from_select(["provider", "received_at", *_COLUMNS], source)
        .on_conflict_do_nothing(index_elements=["provider", "event_id"])
        .returning(event.c.event_id)
    )


def _cell(connection: Connection, told: FromClause, number: int, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A cell of a told event, as its column keeps it."""
    if isinstance(column.type, UtcDateTime):
        return instant(connection, told, number)
    return cell(told, number) if column.type.python_type is str else cast(cell(told, number), column.type)


def _row(one: Event, about: Resolved | None) -> dict[str, Any]:
    is_ours = about is not None and about.delivery_id is not None
    return {
        "event_id": one.id,
        "kind": one.kind.value,
        "weight": weight(one),
        "by_machine": one.by_machine,
        "happened_at": packed_instant(one.at),
        "issue": about.issue if about else None,
        "attempt_id": about.attempt_id if about and not one.is_counted_only else None,
        "delivery_id": about.delivery_id if about else None,
        "reason": one.reason or None,
        "url": one.url or None,
        "told_attempt": None if is_ours or one.is_counted_only else one.attempt,
        "email": None if is_ours else one.email or None,
        "raw": one.raw,
    }


def _lock(connection: Connection, new: dict[str, Event], about: dict[str, Resolved]) -> None:
    """Readers, then deliveries, each by id. The second of two batches waits here, and then sees what the first wrote.

    Without that, two batches about one mail would each count only their own events.
    """
    if is_sqlite(connection):
        return  # the whole database is ours until we commit
    ours = {of.delivery_id for one in new if (of := about.get(one)) and of.delivery_id is not None}
    keys = {address_key(one.email) for one in new.values() if one.suppresses and one.email}
    people: set[int] = set()
    # Each by its own index: one question with "or" reads all readers for a few events.
    for query, named in (
        (_by_address, keys),
        (_by_mail, set(_softly_bounced(new, about))),
        (_who_came_back, ours),
    ):
        if named:
            people |= set(connection.scalars(query(connection), packed_names(named)))
    for locking, ids in ((_locking_readers, people), (_locking_deliveries, ours)):
        if ids:
            connection.execute(locking(connection), packed_names(ids))


@built_once
def _by_address(connection: Connection) -> Select[Any]:
    return select(subscriber.c.id).where(is_named(connection, subscriber.c.email_key))


@built_once
def _by_mail(connection: Connection) -> Select[Any]:
    return select(delivery.c.subscriber_id).where(is_named(connection, delivery.c.id))


@built_once
def _who_came_back(connection: Connection) -> Select[Any]:
    """Readers of these deliveries whose subscriptions a run of bounces has ended at some time."""
    return _by_mail(connection).join(bounced_off, bounced_off.c.subscriber_id == delivery.c.subscriber_id)


@built_once
def _locking_readers(connection: Connection) -> Select[Any]:
    named = is_named(connection, subscriber.c.id)
    return select(subscriber.c.id).where(named).order_by(subscriber.c.id).with_for_update()


@built_once
def _locking_deliveries(connection: Connection) -> Select[Any]:
    named = is_named(connection, delivery.c.id)
    return select(delivery.c.id).where(named).order_by(delivery.c.id).with_for_update()


def _end_subscriptions(connection: Connection, new: dict[str, Event], about: dict[str, Resolved]) -> None:
    """End the subscriptions of readers who left by the provider's own link."""
    leaving = [one for one in new.values() if one.kind is EventKind.UNSUBSCRIBED and one.suppresses]
    if not leaving:
        return
    ours = [about[one.id].delivery_id for one in leaving if one.id in about]
    people = set(connection.scalars(select(delivery.c.subscriber_id).where(delivery.c.id.in_(ours))))
    keys = [address_key(one.email) for one in leaving if one.email]
    people |= set(connection.scalars(select(subscriber.c.id).where(subscriber.c.email_key.in_(keys))))
    if people:
        end(connection, sorted(people), list_id=None)


def _update_fates(connection: Connection, deliveries: Sequence[int]) -> None:
    """Set the fate of each delivery to the heaviest of all events about it."""
    if not deliveries:
        return
    connection.execute(_to_the_heaviest(connection), packed_names(sorted(deliveries)))


@built_once
def _to_the_heaviest(connection: Connection) -> Update:
    heaviest = (
        select(func.max(event.c.weight))
        .where(event.c.delivery_id == delivery.c.id)
        .correlate(delivery)
        .scalar_subquery()
    )
    fate = case({place: fate.value for place, fate in enumerate(FATES)}, value=heaviest, else_=FATES[0].value)
    return update(delivery).where(is_named(connection, delivery.c.id), delivery.c.fate != fate).values(fate=fate)


def _softly_bounced(new: dict[str, Event], about: dict[str, Resolved]) -> list[int]:
    found = (about[one].delivery_id for one, event in new.items() if weight(event) == SOFT_BOUNCE and one in about)
    return [one for one in found if one is not None]
