"""What confirming a request does to the person, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from newsletter.consent.tables import asked_in_vain
from newsletter.db.types import AnyRow, database_now
from newsletter.ledger.account.issues_held_sql import give_back
from newsletter.readers.former_addresses_sql import give_up, is_former, take_up
from newsletter.readers.tables import departure, subscriber, subscription, suppression
from newsletter.words.consent import Asked, Left
from newsletter.words.erasure import EraseKey
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason, address_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """Who confirmed, and the lists they are mailed on because of it. Nobody and none where that must not be.

    `moved_from` is the address that they gave up with it, where mail to that is allowed.
    """

    subscriber: int
    lists: tuple[tuple[int, str], ...]
    moved_from: str = ""


def bring_back(
    connection: Connection, request: AnyRow, lists: Sequence[tuple[int, str]], erase_key: EraseKey | None
) -> Returning:
    """The person's own word: it lifts an earlier unsubscribe, and an erasure; never a bounce or a complaint."""
    blocked = connection.scalar(select(suppression.c.reason).where(suppression.c.email_key == request.email_key))
    by_form = request.asked == Asked.FORM
    own_word = by_form or request.asked == Asked.ADDRESS
    if blocked is not None and not (own_word and blocked == SuppressionReason.UNSUBSCRIBE):
        return Returning(subscriber=0, lists=())
    if request.asked == Asked.ADDRESS:
        return _move(connection, request, erase_key)
    if request.asked == Asked.AGAIN:
        return _stay(connection, request, lists)
    if not by_form and is_former(connection, request.email_key):
        # Who gets it at another address now, or left from there, did not ask for it here.
        return Returning(subscriber=0, lists=())
    person = _person(connection, request)
    if by_form:
        connection.execute(delete(suppression).where(suppression.c.email_key == request.email_key))
        take_up(connection, request.email_key)
        _forgive(connection, request.email, person, erase_key)
    raised = [
        (list_id, name)
        for list_id, name in lists
        if _raise(connection, person, list_id, request.wording or None, ended_too=by_form)
    ]
    return Returning(subscriber=person, lists=tuple(raised))


def _forgive(connection: Connection, email: str, person: int, erase_key: EraseKey | None) -> None:
    """Whoever reads this address has said yes: what its keyed hashes held against it is over.

    The issues that they had before they were erased stay theirs.
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


def _raise(connection: Connection, person: int, list_id: int, consent: str | None, *, ended_too: bool) -> bool:
    """Make them active. What the owner asked for does not bring back who left meanwhile; their own sign-up does."""
    theirs = (subscription.c.list_id == list_id) & (subscription.c.subscriber_id == person)
    status = connection.scalar(select(subscription.c.status).where(theirs))
    if status is None:
        connection.execute(
            insert(subscription).values(
                list_id=list_id,
                subscriber_id=person,
                status=SubscriptionStatus.ACTIVE,
                consent=consent,
                since_at=database_now(),
            )
        )
        return True
    if status == SubscriptionStatus.ENDED and not ended_too:
        return False
    if status != SubscriptionStatus.ACTIVE:
        connection.execute(
            update(subscription)
            .where(theirs)
            .values(status=SubscriptionStatus.ACTIVE, consent=consent, since_at=database_now())
        )
    return True


def _stay(connection: Connection, request: AnyRow, lists: Sequence[tuple[int, str]]) -> Returning:
    """Who says that they still want it stays. A late yes lifts what silence had ended, and nothing else."""
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
    theirs = (subscription.c.list_id == list_id) & (subscription.c.subscriber_id == person)
    if connection.scalar(select(subscription.c.status).where(theirs)) == SubscriptionStatus.ACTIVE:
        return True
    last = connection.execute(
        select(departure)
        .where(departure.c.subscriber_id == person, departure.c.list_id == list_id)
        .order_by(departure.c.id.desc())
        .limit(1)
    ).first()
    if last is None or last.how != Left.SILENCE or last.undone_at is not None:
        return False
    connection.execute(update(departure).where(departure.c.id == last.id).values(undone_at=database_now()))
    values = {"status": SubscriptionStatus.ACTIVE, "since_at": database_now()}
    return connection.execute(update(subscription).where(theirs).values(values)).rowcount == 1


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
    connection.execute(delete(suppression).where(suppression.c.email_key == request.email_key))
    take_up(connection, request.email_key)
    give_up(connection, before.id, before.email_key)
    _forgive(connection, request.email, before.id, erase_key)
    blocked = connection.scalar(select(suppression.c.reason).where(suppression.c.email_key == before.email_key))
    return Returning(subscriber=before.id, lists=(), moved_from="" if blocked else before.email)
