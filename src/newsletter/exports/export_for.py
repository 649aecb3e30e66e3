"""Write a list in the files that other systems take: nobody who left, bounced or complained becomes a subscriber there."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from newsletter.imports.rows import split_name
from newsletter.readers.readers_sql import Readers
from newsletter.words.subscriber import Subscriber, SubscriptionStatus, SuppressionReason

TARGETS = ("mailchimp", "ghost", "listmonk")
IN_A_ZIP = ("mailchimp", "listmonk")
_CLEANED = (SuppressionReason.HARD_BOUNCE, SuppressionReason.INVALID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """How many people became subscribers in the files, how many are in them as gone, and how many are left out.

    Readers who have not confirmed are left out: no other system has such a status to import.
    """

    subscribed: int
    gone: int
    left_out: int
    n_fields_lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _GoneReader:
    """Someone who must not be mailed; `person` is None where only the address is known."""

    email: str
    reason: SuppressionReason
    since_at: datetime
    person: Subscriber | None = None


def export_for(target: str, readers: Readers, list_name: str, out: IO[bytes]) -> Exported:
    """Write a list for one of `TARGETS`. Raises Missing where there is no such list.

    mailchimp: an archive of the three files that it exports itself, each to be imported with its own status.
    ghost: its members' file. listmonk: an archive with one file for each of its two ways to import.
    """
    people = _People(readers, list_name)
    _WRITERS[target](people, out)
    return Exported(
        subscribed=people.subscribed,
        gone=people.gone,
        left_out=people.left_out,
        n_fields_lost=len([name for name in people.fields if name not in _GHOST_FIELDS]) if target == "ghost" else 0,
    )


class _People:
    """A list, read as often as there are files to write, so that memory does not grow with it."""

    def __init__(self, readers: Readers, list_name: str) -> None:
        self._readers = readers
        self._list_name = list_name
        readers.iterate(list_name)
        self.fields = tuple(readers.known_fields())
        self.subscribed = self.gone = self.left_out = 0

    def to_mail(self) -> Iterator[Subscriber]:
        for person in self._readers.iterate(self._list_name):
            status = person.subscriptions[0].status
            if person.suppressed is None and status is SubscriptionStatus.PENDING:
                self.left_out += 1
            elif person.suppressed is None and status is SubscriptionStatus.ACTIVE:
                self.subscribed += 1
                yield person

    def not_to_mail(self, *reasons: SuppressionReason) -> Iterator[_GoneReader]:
        for person in self._readers.iterate(self._list_name):
            subscription = person.subscriptions[0]
            if person.suppressed or subscription.status is SubscriptionStatus.ENDED:
                reason = person.suppressed or SuppressionReason.UNSUBSCRIBE
                if reason in reasons:
                    self.gone += 1
                    yield _GoneReader(email=person.email, reason=reason, since_at=subscription.since_at, person=person)
        for key, reason, since_at in self._readers.iterate_suppressed(self._list_name):
            if reason in reasons:
                self.gone += 1
                yield _GoneReader(email=key, reason=reason, since_at=since_at)


def _mailchimp(people: _People, out: IO[bytes]) -> None:
    head = ("Email Address", "First Name", "Last Name", *people.fields)
    others = [reason for reason in SuppressionReason if reason not in _CLEANED]
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        rows = (
            [*_named(person.email, person, people.fields), _time(person.subscriptions[0].since_at), _tags(person)]
            for person in people.to_mail()
        )
        _member(archive, "subscribed.csv", (*head, "CONFIRM_TIME", "TAGS"), rows)
        gone = (
            [
                *_named(one.email, one.person, people.fields),
                _time(one.since_at),
                "SPAM" if one.reason is SuppressionReason.COMPLAINT else "NORMAL",
                _tags(one.person),
            ]
            for one in people.not_to_mail(*others)
        )
        _member(archive, "unsubscribed.csv", (*head, "UNSUB_TIME", "UNSUB_REASON", "TAGS"), gone)
        cleaned = (
            [*_named(one.email, one.person, people.fields), _time(one.since_at), _tags(one.person)]
            for one in people.not_to_mail(*_CLEANED)
        )
        _member(archive, "cleaned.csv", (*head, "CLEAN_TIME", "TAGS"), cleaned)


# Columns of a members' file that are custom fields here.
_GHOST_FIELDS = ("note", "complimentary_plan", "stripe_customer_id")


GHOST_HEAD = (
    "email",
    "name",
    "note",
    "subscribed_to_emails",
    "complimentary_plan",
    "stripe_customer_id",
    "created_at",
    "labels",
)


def _ghost(people: _People, out: IO[bytes]) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    write = csv.writer(text, lineterminator="\r\n").writerow
    write(GHOST_HEAD)
    for person in people.to_mail():
        write(ghost_row(person.email, person, person.subscriptions[0].since_at, is_subscribed=True))
    for one in people.not_to_mail(*SuppressionReason):
        write(ghost_row(one.email, one.person, one.since_at, is_subscribed=False))
    text.flush()
    text.detach()


def ghost_row(email: str, person: Subscriber | None, since_at: datetime, *, is_subscribed: bool) -> list[str]:
    """A member below `GHOST_HEAD`."""
    fields: Mapping[str, str] = person.fields if person else {}
    return [
        email,
        whole_name(person),
        str(fields.get("note", "")),
        "true" if is_subscribed else "false",
        str(fields.get("complimentary_plan", "false")),
        str(fields.get("stripe_customer_id", "")),
        since_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        joined_tags(person),
    ]


def joined_tags(person: Subscriber | None) -> str:
    """With commas between them, for systems that cut at every comma, quoted or not."""
    return ",".join(tag.replace(",", " ") for tag in (person.tags if person else ()))


# Words that our own import reads; listmonk does not look at the column.
_LISTMONK_WORDS = {
    SuppressionReason.COMPLAINT: "complained",
    SuppressionReason.UNSUBSCRIBE: "unsubscribed",
    SuppressionReason.MANUAL: "blocklisted",
    SuppressionReason.HARD_BOUNCE: "bounced",
    SuppressionReason.INVALID: "invalid",
}


def _listmonk(people: _People, out: IO[bytes]) -> None:
    head = ("email", "name", "attributes")
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        rows = ([person.email, whole_name(person), _attributes(person)] for person in people.to_mail())
        _member(archive, "subscribe.csv", head, rows)
        gone = (
            [one.email, whole_name(one.person), _attributes(one.person), _LISTMONK_WORDS[one.reason]]
            for one in people.not_to_mail(*SuppressionReason)
        )
        _member(archive, "blocklist.csv", (*head, "status"), gone)


_WRITERS: Mapping[str, Callable[[_People, IO[bytes]], None]] = {
    "mailchimp": _mailchimp,
    "ghost": _ghost,
    "listmonk": _listmonk,
}


def _member(archive: ZipFile, name: str, head: Sequence[str], rows: Iterator[list[str]]) -> None:
    with archive.open(name, "w", force_zip64=True) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        write = csv.writer(text, lineterminator="\r\n").writerow
        write(head)
        for row in rows:
            write(row)
        text.flush()
        text.detach()


def _named(email: str, person: Subscriber | None, fields: Sequence[str]) -> list[str]:
    if person is None:
        return [email, "", "", *("" for _ in fields)]
    return [email, person.first_name, person.last_name, *(str(person.fields.get(name, "")) for name in fields)]


def _tags(person: Subscriber | None) -> str:
    """Each tag in quotes, as Mailchimp writes them."""
    return ",".join('"' + tag.replace('"', '""') + '"' for tag in (person.tags if person else ()))


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def whole_name(person: Subscriber | None) -> str:
    """First and last name, whichever of them there are."""
    return f"{person.first_name} {person.last_name}".strip() if person else ""


def _attributes(person: Subscriber | None) -> str:
    import orjson

    if person is None:
        return "{}"
    more: dict[str, object] = {"subscribed_at": person.subscriptions[0].since_at.isoformat()}
    if split_name(whole_name(person)) != (person.first_name, person.last_name):
        more |= {"first_name": person.first_name, "last_name": person.last_name}
    if person.tags:
        more["tags"] = person.tags
    return orjson.dumps({**person.fields, **more}).decode()
