"""What is known of one reader, or of an address that nobody has any more: sentences for people, JSON for scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import click

from newsletter.cli.output import one_line
from newsletter.readers.pages import Erasure, FormerAddress
from newsletter.wiring import Parts
from newsletter.words.consent import ConsentRecord, Unanswered
from newsletter.words.erasure import RequestOf
from newsletter.words.subscriber import Subscriber, SuppressionReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderRecord:
    """`email` is as it was typed. `before` are addresses that the person gave up, `former` says who gave up this one. `departures` are leavings."""

    email: str
    person: Subscriber | None
    suppressed: SuppressionReason | None
    former: FormerAddress | None
    before: Sequence[tuple[str, datetime]]
    unanswered: Unanswered | None
    tags: Sequence[str]
    records: Sequence[ConsentRecord]
    departures: Sequence[Mapping[str, object]]
    erased: Erasure | None


def find_known(parts: Parts, email: str) -> ReaderRecord | None:
    """None where nothing at all is known of the address."""
    person = parts.readers.find_subscriber(email)
    found = ReaderRecord(
        email=email,
        person=person,
        suppressed=parts.readers.find_suppression(email),
        former=parts.readers.find_former(email),
        before=parts.readers.former_addresses(person.id) if person else (),
        unanswered=parts.consent.unanswered.find(email),
        tags=person.tags if person else (),
        records=parts.consent.requests.records_of(email, person.id if person else None),
        departures=parts.consent.departures.departures_of(person.id) if person else (),
        erased=parts.consent.profiles.find_erasure(email),
    )
    is_known = any((person, found.suppressed, found.erased, found.former, found.records, found.unanswered))
    return found if is_known else None


def known_as_json(found: ReaderRecord) -> dict[str, object]:
    from newsletter.consent.own_data import consent_as_json, fact_as_json

    person, former, unanswered, erased = found.person, found.former, found.unanswered, found.erased
    return {
        "email": person.email if person else found.email,
        "first_name": person.first_name if person else "",
        "last_name": person.last_name if person else "",
        "fields": dict(person.fields) if person else {},
        "subscriptions": [
            {"list": one.list_name, "status": one.status, "since_at": one.since_at, "consent": one.consent}
            for one in (person.subscriptions if person else ())
        ],
        "suppressed": found.suppressed,
        "rests_until": person.rests_until if person else None,
        "former_address": {"moved_at": former.moved_at, "present": former.present} if former else None,
        "addresses_before": [{"email": email, "moved_at": at} for email, at in found.before],
        "unanswered": unanswered
        and {"mails": unanswered.mails, "last_at": unanswered.last_at, "quiet_until": unanswered.quiet_until},
        "tags": list(found.tags),
        "consents": [consent_as_json(record) for record in found.records],
        "departures": [fact_as_json(fact) for fact in found.departures],
        "erased": erased
        and {"erased_at": erased.erased_at, "request_of": erased.request_of, "returned_at": erased.returned_at},
    }


def print_known(found: ReaderRecord, now: datetime) -> None:
    click.echo(found.person.email if found.person else found.email)
    for line in (*_now(found), *_addresses(found)):
        click.echo(f"  {line}")
    print_quiet(found.email, found.unanswered, now, indent="  ")
    for line in _history(found):
        click.echo(f"  {line}")


def print_quiet(email: str, found: Unanswered | None, now: datetime, *, indent: str = "") -> None:
    """Why no mail asks an address, where none does, and how to let it be asked."""
    from newsletter.consent.ask import why_quiet

    if why := why_quiet(found, now):
        click.echo(f"{indent}{why} To let it be asked at once: newsletter subscribers reopen {email.strip()}")


def _now(found: ReaderRecord) -> Iterator[str]:
    if person := found.person:
        if name := f"{person.first_name} {person.last_name}".strip():
            yield f"name: {name}"
        for field, value in sorted(person.fields.items()):
            yield f"{field}: {one_line(str(value))}"
        for one in person.subscriptions:
            proof = f" ({one_line(one.consent)})" if one.consent else ""
            yield f"list {one.list_name}: {one.status.value} since {_utc(one.since_at)}{proof}"
        if person.rests_until:
            yield f"wants no mail until {_utc(person.rests_until)}"
    if found.suppressed:
        yield f"do-not-mail: {found.suppressed.value.replace('_', ' ')}"


def _addresses(found: ReaderRecord) -> Iterator[str]:
    if former := found.former:
        where = f"that reader is now {former.present}" if former.present else "nobody knows whose it was"
        yield f"given up for another address by {_utc(former.moved_at)}; {where}"
    for email, at in found.before:
        yield f"had {email} until {_utc(at)}; it stays off"


def _history(found: ReaderRecord) -> Iterator[str]:
    if found.tags:
        yield f"tags: {', '.join(found.tags)}"
    for record in found.records:
        done = f"confirmed {_utc(record.confirmed_at)}" if record.confirmed_at else "not confirmed"
        yield f"asked ({record.asked.value}) {_utc(record.requested_at)}, {done}: {', '.join(record.lists)}"
    for fact in found.departures:
        how = str(fact["how"]).replace("_", "-")
        why = f", reason {fact['reason']}" if fact["reason"] else ""
        undone = f", undone {_utc(fact['undone_at'])}" if fact["undone_at"] else ""
        yield f"left {fact['list']} {_utc(fact['left_at'])} ({how}{why}){undone}"
    if erased := found.erased:
        whose = "their own request" if erased.request_of is RequestOf.READER else "the owner's request"
        back = f"; back by their own sign-up on {erased.returned_at:%Y-%m-%d}" if erased.returned_at else ""
        yield f"erased on {_utc(erased.erased_at)} at {whose}{back}"


def _utc(at: object) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
