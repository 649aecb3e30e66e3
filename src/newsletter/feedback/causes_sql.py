"""Entries of the do-not-mail list with the bounce behind them, and which events of a provider are out of date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, func, select

from newsletter.consent.do_not_mail_sql import Cause
from newsletter.consent.tables import consent_request, pardon
from newsletter.db.rows import built_once, is_named, packed_names
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
    kept = connection.execute(_numbers(connection), packed_names(bounces) | {"provider": provider})
    numbers = {row.event_id: row.id for row in kept}
    nameless = {address_key(one.email): one.at for one in bounces.values() if one.id not in about}
    guessed = _last_issues(connection, nameless) if nameless else {}
    return {
        (key := address_key(one.email)): Cause(
            event_id=numbers[one.id], issue=about[one.id].issue if one.id in about else guessed.get(key)
        )
        for one in bounces.values()
        if one.id in numbers
    }


@built_once
def _numbers(connection: Connection) -> Select[Any]:
    """The numbers that events of `provider` have in the log."""
    named = is_named(connection, event.c.event_id)
    return select(event.c.event_id, event.c.id).where(event.c.provider == bindparam("provider"), named)


def _last_issues(connection: Connection, bounced_at: Mapping[str, datetime]) -> dict[str, int]:
    """The last issue that each address had been handed when it bounced, among the latest."""
    query = (
        select(subscriber.c.email_key, delivery.c.issue, mailing.c.start_at)
        .join(
            delivery, and_(delivery.c.subscriber_id == subscriber.c.id, delivery.c.issue.in_(recent_issues(connection)))
        )
        .join(parcel, parcel.c.id == delivery.c.parcel_id)
        .join(mailing, mailing.c.id == parcel.c.mailing_id)
        .where(
            is_named(connection, subscriber.c.email_key),
            is_in(HandOver.ACCEPTED),
            ~delivery.c.is_practice,
        )
        .order_by(mailing.c.start_at)
    )
    found = connection.execute(query, packed_names(sorted(bounced_at)))
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
    decided = _by_address(connection, _pardoned, bounces)
    for one in bounces:
        at = decided.get(address_key(one.email))
        if at is not None and (one.at <= at or one.kind is EventKind.DROPPED):
            found.add(one.id)
    returned = _by_address(connection, _signed_up, leaving)
    found |= {one.id for one in leaving if (at := returned.get(address_key(one.email))) is not None and one.at < at}
    return frozenset(found)


def _told_before(
    connection: Connection, bounces: Sequence[Event], new: set[str], about: Mapping[str, Resolved]
) -> set[str]:
    final = {one.id: about[one.id].delivery_id for one in bounces if one.id in about and weight(one) == HARD_BOUNCE}
    mails = sorted({one for one in final.values() if one is not None})
    if not mails:
        return set()
    told = connection.execute(_final_bounces(connection), packed_names(mails))
    known = {row.delivery_id for row in told if row.event_id not in new}
    return {one for one, mail in final.items() if mail in known}


@built_once
def _final_bounces(connection: Connection) -> Select[Any]:
    """What is known of these mails already."""
    query = select(event.c.delivery_id, event.c.event_id)
    return query.where(is_named(connection, event.c.delivery_id), event.c.weight == HARD_BOUNCE)


@built_once
def _pardoned(connection: Connection) -> Select[str, datetime]:
    return select(pardon.c.email_key, pardon.c.pardoned_at).where(is_named(connection, pardon.c.email_key))


@built_once
def _signed_up(connection: Connection) -> Select[str, datetime]:
    return (
        select(consent_request.c.email_key, func.max(consent_request.c.confirmed_at))
        .where(
            is_named(connection, consent_request.c.email_key),
            consent_request.c.asked == Asked.FORM,
            consent_request.c.confirmed_at.is_not(None),
        )
        .group_by(consent_request.c.email_key)
    )


def _by_address(
    connection: Connection, query: Callable[[Connection], Select[str, datetime]], events: Iterable[Event]
) -> dict[str, datetime]:
    keys = sorted({address_key(one.email) for one in events})
    rows = connection.execute(query(connection), packed_names(keys)).all() if keys else []
    return {row[0]: row[1] for row in rows}
