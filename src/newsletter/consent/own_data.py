"""Everything that is kept about one person, for them to take away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from newsletter.consent.consent import Consent
from newsletter.readers.readers_sql import Readers
from newsletter.words.consent import ConsentRecord
from newsletter.words.subscriber import Subscriber


def own_data(person: Subscriber, readers: Readers, consent: Consent) -> dict[str, object]:
    """JSON-ready. Times are ISO 8601 in UTC."""
    return {
        "email": person.email,
        "addresses_before": [
            {"email": email, "until": at.isoformat()} for email, at in readers.former_addresses(person.id)
        ],
        "first_name": person.first_name,
        "last_name": person.last_name,
        "fields": dict(person.fields),
        "do_not_mail": person.suppressed.value if person.suppressed else None,
        "no_mail_until": person.rests_until.isoformat() if person.rests_until else None,
        "subscriptions": [
            {
                "list": each.list_name,
                "status": each.status.value,
                "since_at": each.since_at.isoformat(),
                "consent": each.consent,
            }
            for each in person.subscriptions
        ],
        "tags": list(person.tags),
        "issues": [dict(fact) for fact in consent.profiles.issues_of(person.id)],
        "consents": [consent_as_json(record) for record in consent.requests.records_of(person.email, person.id)],
        "departures": [fact_as_json(fact) for fact in consent.departures.departures_of(person.id)],
        "told_by_the_provider": [fact_as_json(fact) for fact in consent.profiles.heard_of(person.id)],
    }


def fact_as_json(fact: Mapping[str, object]) -> dict[str, object]:
    """A fact with its times as text."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fact.items()}


def consent_as_json(record: ConsentRecord) -> dict[str, object]:
    """One request: when, with which words, from where, and when it was confirmed."""
    confirmed = record.confirmed_by
    return {
        "email": record.email,
        "asked": record.asked.value,
        "lists": list(record.lists),
        "wording": record.wording,
        "requested_at": record.requested_at.isoformat(),
        "ip": record.visitor.ip,
        "agent": record.visitor.agent,
        "mail": record.mail,
        "mailed_at": record.posted_at.isoformat() if record.posted_at else None,
        "confirmed_at": record.confirmed_at.isoformat() if record.confirmed_at else None,
        "confirmed_ip": confirmed.ip if confirmed else None,
        "confirmed_agent": confirmed.agent if confirmed else None,
    }
