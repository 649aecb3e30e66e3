"""Entries of the do-not-mail list with the bounce behind them, and which events of a provider are out of date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, and_, func, select

from newsletter.consent.do_not_mail_sql import Cause
from newsletter.consent.tables import consent_request, pardon
from newsletter.db.rows import cell, incoming, packed
from newsletter.feedback.bounces_sql import recent_issues
from newsletter.feedback.marks_sql import Resolved
from newsletter.feedback.tables import event
from newsletter.ledger.tables import delivery, is_in, mailing, parcel
from newsletter.readers.tables import subscriber
from newsletter.words.consent import Asked
from newsletter.words.event import Event, EventKind
from newsletter.words.fate import HARD_BOUNCE, weight
from newsletter.words.ledger import HandOver
from newsletter.words.subscriber import SuppressionReason, address_key

# What a mail server or the provider said, and not the person.
_OF_MACHINES = frozenset({SuppressionReason.HARD_BOUNCE, SuppressionReason.INVALID})


def causes_of(
    connection: Connection, provider: str, events: Sequence[Event], about: Mapping[str, Resolved]
) -> dict[str, Cause]:
    """The permanent bounces among these events, by address. The events are in the log already.

    A provider's own list names no mail: there the cause is the last one handed over before.
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
    rows = incoming(connection)
    query = (
        select(subscriber.c.email_key, delivery.c.issue, mailing.c.start_at)
        .join(
            delivery, and_(delivery.c.subscriber_id == subscriber.c.id, delivery.c.issue.in_(recent_issues(connection)))
        )
        .join(parcel, parcel.c.id == delivery.c.parcel_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(
            subscriber.c.email_key.in_(select(cell(rows, 0))),
            is_in(HandOver.ACCEPTED),
            ~delivery.c.is_practice,
        )
        .order_by(mailing.c.start_at)
    )
    found = connection.execute(query, packed([[key] for key in sorted(bounced_at)]))
    return {row.email_key: row.issue for row in found if row.start_at <= bounced_at[row.email_key]}


def outdated(connection: Connection, new: Sequence[Event], about: Mapping[str, Resolved]) -> frozenset[str]:
    """The ids of new events that repeat, under another id, what has been decided since.

    A mail bounces once: hearing it again changes nothing. Nor does what happened before the owner took an address off
    the do-not-mail list, or what the provider drops because of it later; nor an unsubscribe from before a person's own
    new sign-up.
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
    query = select(event.c.delivery_id, event.c.event_id).where(
        event.c.delivery_id.in_(mails), event.c.weight == HARD_BOUNCE
    )
    known = {row.delivery_id for row in connection.execute(query) if row.event_id not in new}
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
