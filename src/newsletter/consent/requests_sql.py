"""Requests to be mailed: kept, answered by one mail, and confirmed in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, Select, exists, insert, or_, select, update

from newsletter.consent.confirm_sql import Returning, bring_back
from newsletter.consent.tables import consent_request, consent_request_list
from newsletter.db.engine import reading, writing
from newsletter.db.frozen import patiently
from newsletter.db.types import AnyRow, database_now
from newsletter.readers.lists_sql import find_list
from newsletter.readers.tables import mailing_list, subscriber, subscription, suppression
from newsletter.segments.segments_sql import field_value
from newsletter.words.consent import Asked, ConsentRecord, Visitor
from newsletter.words.erasure import EraseKey
from newsletter.words.subscriber import SubscriptionStatus, address_key

_DAY = 86_400
_SLICE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """Somebody asks that `email` be mailed. `wording` is what they agreed to, word for word.

    `subscriber` is the person whose address changes, for `Asked.ADDRESS` alone.
    """

    email: str
    asked: Asked
    lists: Sequence[int] = ()
    subscriber: int | None = None
    first_name: str = ""
    language: str = ""
    wording: str = ""
    visitor: Visitor = field(default_factory=Visitor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What a confirmation did. `is_new` is false where the link had done its work before.

    `lists` are those that the person is now on because of it; empty where they must not be mailed. `moved_from` is the
    address that they gave up with it, where mail to that is allowed.
    """

    request: int
    subscriber: int
    email: str
    language: str
    lists: tuple[tuple[int, str], ...]
    asked: Asked
    is_new: bool
    moved_from: str = ""


class Requests:
    """What readers ask for and confirm."""

    def __init__(self, engine: Engine, erase_key: EraseKey | None = None, *, keeps_visitors: bool = True) -> None:
        """`keeps_visitors`: whether IP and program are kept with a request at all."""
        self._engine = engine
        self._erase_key = erase_key
        self._keeps_visitors = keeps_visitors

    @patiently
    def ask(self, request: NewRequest) -> int:
        """Keep a request. Returns its number; the mail that answers it waits in the queue."""
        visitor = self._kept(request.visitor)
        with writing(self._engine) as connection:
            row = {
                "email": request.email,
                "email_key": address_key(request.email),
                "asked": request.asked,
                "subscriber_id": request.subscriber,
                "first_name": request.first_name,
                "language": request.language,
                "wording": request.wording,
                "ip": visitor.ip,
                "agent": visitor.agent,
            }
            [number] = insert_requests(connection, [row], sorted(set(request.lists)))
        return number

    def ask_pending(self, list_name: str, *, asked: Asked, wording: str) -> int:
        """A request for everyone who is pending on a list and has not been asked yet. Returns how many."""
        made = 0
        while some := self._ask_some(list_name, asked, wording):
            made += some
        return made

    def _ask_some(self, list_name: str, asked: Asked, wording: str) -> int:
        """One short transaction: a list of a million must not keep an unsubscribe waiting."""
        with writing(self._engine) as connection:
            list_id = find_list(connection, list_name)
            people = connection.execute(_not_asked(list_id)).all()
            if not people:
                return 0
            rows = [
                {
                    "email": row.email,
                    "email_key": row.email_key,
                    "asked": asked,
                    "language": row.language[:35],
                    "wording": wording,
                }
                for row in people
            ]
            return len(insert_requests(connection, rows, [list_id]))

    def find_request(self, number: int) -> ConsentRecord | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(consent_request).where(consent_request.c.id == number)).first()
            return _record(row, _lists_of(connection, [number])) if row else None

    @patiently
    def confirm(self, number: int, visitor: Visitor, *, valid_days: int) -> Confirmed | None:
        """Do what a request asked for, in one transaction. None where it is unknown or older than `valid_days`."""
        with writing(self._engine) as connection:
            row = connection.execute(
                select(consent_request)
                .where(
                    consent_request.c.id == number,
                    consent_request.c.requested_at > database_now(-valid_days * _DAY),
                    # A mail was decided on. Whether it was marked as posted does not matter: the reader has it.
                    consent_request.c.mail != "",
                )
                .with_for_update()
            ).first()
            if row is None:
                return None
            lists = _ids_and_names(connection, number)
            is_new = row.confirmed_at is None
            done = Returning(subscriber=row.subscriber_id or 0, lists=())
            if is_new:
                done = bring_back(connection, row, lists, self._erase_key)
                visitor = self._kept(visitor)
                connection.execute(
                    update(consent_request)
                    .where(consent_request.c.id == number)
                    .values(
                        subscriber_id=done.subscriber or row.subscriber_id,
                        confirmed_at=database_now(),
                        confirmed_ip=visitor.ip,
                        confirmed_agent=visitor.agent,
                    )
                )
        return Confirmed(
            request=number,
            subscriber=done.subscriber,
            email=row.email,
            language=row.language,
            lists=done.lists,
            asked=Asked(row.asked),
            is_new=is_new,
            moved_from=done.moved_from,
        )

    def _kept(self, visitor: Visitor) -> Visitor:
        return visitor if self._keeps_visitors else Visitor()

    def records_of(self, email: str, subscriber: int | None) -> Sequence[ConsentRecord]:
        """Every request of a person, oldest first."""
        theirs = consent_request.c.email_key == address_key(email)
        if subscriber is not None:
            theirs = or_(theirs, consent_request.c.subscriber_id == subscriber)
        with reading(self._engine) as connection:
            rows = connection.execute(select(consent_request).where(theirs).order_by(consent_request.c.id)).all()
            lists = _lists_of(connection, [row.id for row in rows])
        return [_record(row, lists) for row in rows]


def insert_requests(
    connection: Connection, rows: Sequence[Mapping[str, object]], lists: Sequence[int | None]
) -> Sequence[int]:
    """Keep requests that are made now, each about these lists. Returns their numbers."""
    timed = [{**row, "requested_at": database_now()} for row in rows]
    numbers = connection.scalars(insert(consent_request).values(timed).returning(consent_request.c.id)).all()
    of_lists = [{"request_id": number, "list_id": list_id} for number in numbers for list_id in lists]
    if of_lists:
        connection.execute(insert(consent_request_list), of_lists)
    return numbers


def _not_asked(list_id: int | None) -> Select[tuple[str, str, str]]:
    """Address, key and language of the next people who are pending on a list and were never asked to confirm it."""
    asked_before = exists().where(
        consent_request.c.email_key == subscriber.c.email_key,
        consent_request.c.id == consent_request_list.c.request_id,
        consent_request_list.c.list_id == subscription.c.list_id,
    )
    blocked = exists().where(suppression.c.email_key == subscriber.c.email_key)
    return (
        select(subscriber.c.email, subscriber.c.email_key, field_value("language").label("language"))
        .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
        .where(
            subscription.c.list_id == list_id,
            subscription.c.status == SubscriptionStatus.PENDING,
            ~asked_before,
            ~blocked,
        )
        .order_by(subscriber.c.id)
        .limit(_SLICE)
    )


def _ids_and_names(connection: Connection, number: int) -> list[tuple[int, str]]:
    rows = connection.execute(
        select(mailing_list.c.id, mailing_list.c.name)
        .join(consent_request_list, consent_request_list.c.list_id == mailing_list.c.id)
        .where(consent_request_list.c.request_id == number)
        .order_by(mailing_list.c.id)
    )
    return [(row.id, row.name) for row in rows]


def _lists_of(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    rows = connection.execute(
        select(consent_request_list.c.request_id, mailing_list.c.name)
        .join(mailing_list, mailing_list.c.id == consent_request_list.c.list_id)
        .where(consent_request_list.c.request_id.in_(numbers))
        .order_by(mailing_list.c.name)
    )
    for number, name in rows:
        found[number] = (*found.get(number, ()), name)
    return found


def _record(row: AnyRow, lists: Mapping[int, tuple[str, ...]]) -> ConsentRecord:
    return ConsentRecord(
        id=row.id,
        email=row.email,
        asked=Asked(row.asked),
        lists=lists.get(row.id, ()),
        wording=row.wording,
        language=row.language,
        requested_at=row.requested_at,
        visitor=Visitor(ip=row.ip, agent=row.agent),
        mail=row.mail,
        posted_at=row.posted_at,
        confirmed_at=row.confirmed_at,
        confirmed_by=Visitor(ip=row.confirmed_ip, agent=row.confirmed_agent) if row.confirmed_at else None,
    )
