"""Entries of the do-not-mail list with the bounce behind them, and which news of a provider are no news any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Connection, Integer, Select, and_, case, cast, delete, func, literal, or_, select

from newsletter.store.consent_tables import consent_request
from newsletter.store.event_tables import event, pardon
from newsletter.store.import_notes import rank
from newsletter.store.incoming import cell, incoming, packed
from newsletter.store.resolving import Resolved
from newsletter.store.tables import delivery, mailing, parcel, subscriber, suppression
from newsletter.store.types import Id, database_now
from newsletter.store.upserting import insert_into
from newsletter.words.consent import Asked
from newsletter.words.event import Event, EventKind
from newsletter.words.fate import HARD_BOUNCE, weight
from newsletter.words.ledger import HandOver
from newsletter.words.subscriber import SuppressionReason, address_key

# What a mail server or the provider said, and not the person.
_OF_MACHINES = frozenset({SuppressionReason.HARD_BOUNCE, SuppressionReason.INVALID})
_LATEST_ISSUES = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The bounce behind an entry: the number of its event, and its issue where that is known."""

    event_id: int
    issue: int | None


def block(
    connection: Connection, reasons: Mapping[str, SuppressionReason], causes: Mapping[str, Cause] | None = None
) -> None:
    """In the order of the keys. A reason gives way only to a stronger one; beside a bounce any other is noted."""
    rows = incoming(connection)
    by = event.alias("cause")
    source = (
        select(cell(rows, 0), cell(rows, 1), database_now(), by.c.id, cast(cell(rows, 3), Integer), by.c.happened_at)
        .select_from(rows)
        .outerjoin(by, by.c.id == cast(cell(rows, 2), BigInteger))
        .where(literal(True))
        .order_by(cell(rows, 0))
    )
    names = ["email_key", "reason", "since_at", "event_id", "issue", "bounced_at"]
    statement = insert_into(connection, suppression).from_select(names, source)
    new, old = statement.excluded, suppression.c
    is_stronger = rank(new.reason) < rank(old.reason)
    is_stronger_bounce = and_(is_stronger, new.event_id.is_not(None))
    is_first = or_(old.besides.is_(None), rank(new.reason) < rank(old.besides))
    is_beside = and_(~is_stronger, old.event_id.is_not(None), new.event_id.is_(None), is_first)
    set_ = {name: case((is_stronger, new[name]), else_=old[name]) for name in names[1:3]}
    set_ |= {name: case((is_stronger_bounce, new[name]), else_=old[name]) for name in names[3:]}
    for name, source_name in (("besides", "reason"), ("besides_since", "since_at")):
        set_[name] = case((is_stronger_bounce, old[source_name]), (is_beside, new[source_name]), else_=old[name])
    connection.execute(
        statement.on_conflict_do_update(index_elements=["email_key"], set_=set_, where=or_(is_stronger, is_beside)),
        packed([_row(key, reason, (causes or {}).get(key)) for key, reason in sorted(reasons.items())]),
    )


def _row(key: str, reason: SuppressionReason, cause: Cause | None) -> list[object]:
    return [key, reason.value, cause.event_id if cause else None, cause.issue if cause else None]


def take_off(connection: Connection, keys: Sequence[str], *, undo: int | None) -> None:
    """The owner's word that mail may go there."""
    pardon_all(connection, keys, undo=undo)
    connection.execute(delete(suppression).where(suppression.c.email_key.in_(keys)))


def pardon_all(connection: Connection, keys: Sequence[str], *, undo: int | None) -> None:
    """Of what machines said of these addresses up to now nothing counts any more, whoever says it again."""
    off = suppression.c
    entries = select(off.email_key, database_now(), literal(undo, Id), off.event_id, off.issue, off.bounced_at)
    names = ["email_key", "pardoned_at", "undo_id", "event_id", "issue", "bounced_at"]
    noting = insert_into(connection, pardon).from_select(names, entries.where(off.email_key.in_(keys)))
    changed = {name: noting.excluded[name] for name in names[1:]}
    connection.execute(noting.on_conflict_do_update(index_elements=["email_key"], set_=changed))


def causes_of(
    connection: Connection, provider: str, events: Sequence[Event], about: Mapping[str, Resolved]
) -> dict[str, Cause]:
    """By address, for those events that are bounces for good. They stand in the log already.

    A provider's own list names no mail: there it was the last that was handed over before.
    """
    bounces = {one.id: one for one in events if one.suppresses is SuppressionReason.HARD_BOUNCE}
    if not bounces:
        return {}
    rows = incoming(connection)
    kept = select(event.c.event_id, event.c.id).where(
        event.c.provider == provider, event.c.event_id.in_(select(cell(rows, 0)))
    )
    numbers = {row.event_id: row.id for row in connection.execute(kept, packed([[one] for one in bounces]))}
    nameless = {address_key(one.email): one.at for one in bounces.values() if one.id not in about}
    guessed = _last_issues(connection, nameless) if nameless else {}
    return {
        (key := address_key(one.email)): Cause(
            event_id=numbers[one.id], issue=about[one.id].issue if one.id in about else guessed.get(key)
        )
        for one in bounces.values()
        if one.id in numbers
    }


def _last_issues(connection: Connection, bounced_at: Mapping[str, datetime]) -> dict[str, int]:
    """The last issue that each address had been handed when it bounced, among the latest."""
    latest = select(mailing.c.issue).where(~mailing.c.is_practice).distinct().order_by(mailing.c.issue.desc())
    issues = connection.scalars(latest.limit(_LATEST_ISSUES)).all()
    rows = incoming(connection)
    query = (
        select(subscriber.c.email_key, delivery.c.issue, mailing.c.start_at)
        .join(delivery, and_(delivery.c.subscriber_id == subscriber.c.id, delivery.c.issue.in_(issues)))
        .join(parcel, parcel.c.id == delivery.c.parcel_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(
            subscriber.c.email_key.in_(select(cell(rows, 0))),
            delivery.c.handover == HandOver.ACCEPTED,
            ~delivery.c.is_practice,
        )
        .order_by(mailing.c.start_at)
    )
    found = connection.execute(query, packed([[key] for key in sorted(bounced_at)]))
    return {row.email_key: row.issue for row in found if row.start_at <= bounced_at[row.email_key]}


def outdated(connection: Connection, new: Sequence[Event], about: Mapping[str, Resolved]) -> frozenset[str]:
    """The ids of new events that tell, under another id, what was decided upon since.

    A mail bounces once: told again it changes nothing. Nor does what happened before the owner took an address off the
    do-not-mail list, or what the provider drops because of it later; nor an unsubscribe from before a person's own new
    sign-up.
    """
    bounces = [one for one in new if one.suppresses in _OF_MACHINES and one.email]
    leaving = [one for one in new if one.kind is EventKind.UNSUBSCRIBED and one.email]
    found = _told_before(connection, bounces, {one.id for one in new}, about)
    decided = _pardoned(connection, bounces)
    for one in bounces:
        at = decided.get(address_key(one.email))
        if at is not None and (one.at <= at or one.kind is EventKind.DROPPED):
            found.add(one.id)
    returned = _signed_up(connection, leaving)
    found |= {one.id for one in leaving if (at := returned.get(address_key(one.email))) is not None and one.at < at}
    return frozenset(found)


def _told_before(
    connection: Connection, bounces: Sequence[Event], new: set[str], about: Mapping[str, Resolved]
) -> set[str]:
    final = {one.id: about[one.id].delivery_id for one in bounces if one.id in about and weight(one) == HARD_BOUNCE}
    mails = sorted({one for one in final.values() if one is not None})
    if not mails:
        return set()
    rows = incoming(connection)
    query = select(event.c.delivery_id, event.c.event_id).where(
        event.c.delivery_id.in_(select(cast(cell(rows, 0), BigInteger))), event.c.weight == HARD_BOUNCE
    )
    known = {
        row.delivery_id
        for row in connection.execute(query, packed([[one] for one in mails]))
        if row.event_id not in new
    }
    return {one for one, mail in final.items() if mail in known}


def _pardoned(connection: Connection, events: Iterable[Event]) -> dict[str, datetime]:
    rows = incoming(connection)
    query = select(pardon.c.email_key, pardon.c.pardoned_at).where(pardon.c.email_key.in_(select(cell(rows, 0))))
    return _by_address(connection, query, events)


def _signed_up(connection: Connection, events: Iterable[Event]) -> dict[str, datetime]:
    rows = incoming(connection)
    query = (
        select(consent_request.c.email_key, func.max(consent_request.c.confirmed_at))
        .where(
            consent_request.c.email_key.in_(select(cell(rows, 0))),
            consent_request.c.asked == Asked.FORM,
            consent_request.c.confirmed_at.is_not(None),
        )
        .group_by(consent_request.c.email_key)
    )
    return _by_address(connection, query, events)


def _by_address(connection: Connection, query: Select[str, datetime], events: Iterable[Event]) -> dict[str, datetime]:
    keys = sorted({address_key(one.email) for one in events})
    rows = connection.execute(query, packed([[key] for key in keys])).all() if keys else []
    return {row[0]: row[1] for row in rows}
