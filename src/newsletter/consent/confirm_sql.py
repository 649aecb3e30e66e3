"""What confirming a request does to the person, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from newsletter.consent.admission import SubscriptionStep, may_confirm, step_for_yes
from newsletter.consent.departures_sql import ended_by_silence
from newsletter.consent.tables import asked_in_vain
from newsletter.db.types import AnyRow, database_now
from newsletter.ledger.account.issues_held_sql import give_back
from newsletter.readers.former_addresses_sql import give_up, is_former, take_up
from newsletter.readers.tables import departure, subscriber, subscription, suppression
from newsletter.words.consent import Asked
from newsletter.words.erasure import EraseKey
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason, address_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """The person who confirmed, and the lists on which they are mailed now; 0 and no lists where that may not be.

    `moved_from` is the address that they gave up with it, where mail to that is allowed.
    """

    subscriber: int
    lists: tuple[tuple[int, str], ...]
    moved_from: str = ""


def bring_back(
    connection: Connection, request: AnyRow, lists: Sequence[tuple[int, str]], erase_key: EraseKey | None
) -> Returning:
    """Do what a person's yes does, as far as `admission` lets it."""
    asked = Asked(request.asked)
    if not may_confirm(
        asked,
        suppressed=_suppressed(connection, request.email_key),
        is_former=is_former(connection, request.email_key),
    ):
        return Returning(subscriber=0, lists=())
    if asked is Asked.ADDRESS:
        return _move(connection, request, erase_key)
    if asked is Asked.AGAIN:
        return _stay(connection, request, lists)
    person = _person(connection, request)
    if asked is Asked.FORM:
        _lift(connection, request, person, erase_key)
    raised = [(number, name) for number, name in lists if _join(connection, asked, person, number, request.wording)]
    return Returning(subscriber=person, lists=tuple(raised))


def _suppressed(connection: Connection, email_key: str) -> SuppressionReason | None:
    reason = connection.scalar(select(suppression.c.reason).where(suppression.c.email_key == email_key))
    return SuppressionReason(reason) if reason else None


def _lift(connection: Connection, request: AnyRow, person: int, erase_key: EraseKey | None) -> None:
    """The person asks for mail: the address is no longer suppressed, a former one or held off as erased."""
    connection.execute(delete(suppression).where(suppression.c.email_key == request.email_key))
    take_up(connection, request.email_key)
    _forgive(connection, request.email, person, erase_key)


def _forgive(connection: Connection, email: str, person: int, erase_key: EraseKey | None) -> None:
    """The reader of this address has said yes: forget what keyed hashes held against it.

    The issues that they got before they were erased still count as theirs.
    """
    if erase_key is None:
        return
    mark = erase_key.mark(email)
    connection.execute(delete(asked_in_vain).where(asked_in_vain.c.hash == mark))
    give_back(connection, mark, person)


def _person(connection: Connection, request: AnyRow) -> int:
    """The subscriber of this address, made where there is none; a name is kept where there was none."""
    known = select(subscriber).where(subscriber.c.email_key == request.email_key).with_for_update()
    person = connection.execute(known).first()
    if person is None:
        return int(
            connection.execute(
                insert(subscriber)
                .values(
                    email=request.email,
                    email_key=request.email_key,
                    first_name=request.first_name,
                    fields={"language": request.language} if request.language else {},
                    created_at=database_now(),
                    updated_at=database_now(),
                )
                .returning(subscriber.c.id)
            ).scalar_one()
        )
    facts = dict(person.fields)
    if request.language and "language" not in facts:
        facts["language"] = request.language
    connection.execute(
        update(subscriber)
        .where(subscriber.c.id == person.id)
        .values(first_name=person.first_name or request.first_name, fields=facts, updated_at=database_now())
    )
    return int(person.id)


def _join(connection: Connection, asked: Asked, person: int, list_id: int, wording: str) -> bool:
    """Make them active, where their yes does so. False where they are not on the list afterwards."""
    status = _status(connection, person, list_id)
    step = step_for_yes(asked, status)
    values = {"status": SubscriptionStatus.ACTIVE, "consent": wording or None, "since_at": database_now()}
    if step is SubscriptionStep.ADD:
        connection.execute(insert(subscription).values(list_id=list_id, subscriber_id=person, **values))
    elif step is SubscriptionStep.RAISE:
        connection.execute(update(subscription).where(*_theirs(person, list_id)).values(values))
    return step is not None


def _theirs(person: int, list_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return subscription.c.list_id == list_id, subscription.c.subscriber_id == person


def _status(connection: Connection, person: int, list_id: int) -> SubscriptionStatus | None:
    status = connection.scalar(select(subscription.c.status).where(*_theirs(person, list_id)))
    return SubscriptionStatus(status) if status else None


def _stay(connection: Connection, request: AnyRow, lists: Sequence[tuple[int, str]]) -> Returning:
    """A reader who says that they still want it stays."""
    person = connection.scalar(
        update(subscriber)
        .where(subscriber.c.id == request.subscriber_id)
        .values(updated_at=database_now())
        .returning(subscriber.c.id)
    )
    if person is None:
        return Returning(subscriber=0, lists=())
    stays = [(list_id, name) for list_id, name in lists if _is_still_on(connection, person, list_id)]
    return Returning(subscriber=person, lists=tuple(stays))


def _is_still_on(connection: Connection, person: int, list_id: int) -> bool:
    last = ended_by_silence(connection, person, list_id)
    step = step_for_yes(Asked.AGAIN, _status(connection, person, list_id), ended_by_silence=last is not None)
    if step is SubscriptionStep.RAISE:
        connection.execute(update(departure).where(departure.c.id == last).values(undone_at=database_now()))
        values = {"status": SubscriptionStatus.ACTIVE, "since_at": database_now()}
        return connection.execute(update(subscription).where(*_theirs(person, list_id)).values(values)).rowcount == 1
    return step is SubscriptionStep.KEEP


def _move(connection: Connection, request: AnyRow, erase_key: EraseKey | None) -> Returning:
    """The reader's address becomes the one that they have just proved to read."""
    taken = connection.scalar(select(subscriber.c.id).where(subscriber.c.email_key == request.email_key))
    person = select(subscriber).where(subscriber.c.id == request.subscriber_id).with_for_update()
    before = connection.execute(person).first()
    if taken is not None or before is None:
        return Returning(subscriber=0, lists=())
    connection.execute(
        update(subscriber)
        .where(subscriber.c.id == before.id)
        .values(email=request.email, email_key=address_key(request.email), updated_at=database_now())
    )
    _lift(connection, request, before.id, erase_key)
    give_up(connection, before.id, before.email_key)
    is_mailable = _suppressed(connection, before.email_key) is None
    return Returning(subscriber=before.id, lists=(), moved_from=before.email if is_mailable else "")
