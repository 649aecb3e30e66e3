"""The mails that answer requests: what is known of their addresses is read, and those who are asked become pending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection, or_, select

from newsletter.consent.join import decide
from newsletter.consent.join_sql import insert_new, look_up, write
from newsletter.consent.letters.answers import AddressFacts, Posting, answer
from newsletter.consent.tables import asking_again, consent_request, consent_request_list
from newsletter.consent.unanswered_sql import count_unanswered
from newsletter.db.types import AnyRow, database_now
from newsletter.readers.mailable_sql import mailable
from newsletter.readers.rows import ReaderRow
from newsletter.readers.tables import mailing_list, subscriber, subscription, suppression
from newsletter.words.consent import Asked, Mail
from newsletter.words.erasure import EraseKey
from newsletter.words.subscriber import SubscriptionStatus, SuppressionReason

_HOUR = 3_600
_SLICE = 500

# A subscriber's number, and their status on each of their lists.
_KnownPerson = tuple[int, dict[int, SubscriptionStatus]]
_T = TypeVar("_T")


def decide_mails(
    connection: Connection,
    waiting: Sequence[AnyRow],
    *,
    quiet_hours: int,
    erase_key: EraseKey | None = None,
) -> list[Posting]:
    """A posting for every request; those that a mail must not answer have `Mail.NONE`.

    There is none for a request that has to wait. People whom a mail asks become pending on the lists, where they may.
    """
    keys = sorted({row.email_key for row in waiting})
    blocked = _blocked(connection, keys)
    recent, enough = _mailed_lately(connection, keys, quiet_hours), _asked_enough(connection, keys, erase_key)
    known = _find_known(connection, keys)
    wanted = _wanted(connection, [row.id for row in waiting])
    again = [row.email_key for row in waiting if row.asked == Asked.AGAIN]
    mailed = _mailed(connection, wanted, [known[key][0] for key in again if key in known])
    days = _days(connection, [row.run_id for row in waiting if row.run_id])
    postings: list[Posting] = []
    asking: dict[int, list[ReaderRow]] = {}
    for row in waiting:
        lists = wanted.get(row.id, {})
        person, statuses = known.get(row.email_key, (0, {}))
        facts = AddressFacts(
            suppressed=blocked.get(row.email_key),
            is_known=bool(person),
            statuses=[statuses.get(list_id) for list_id in lists],
            is_mailable=any((list_id, person) in mailed for list_id in lists),
            is_left_alone=row.email_key in enough,
            was_mailed=row.email_key in recent,
        )
        mail = answer(Asked(row.asked), facts)
        if mail is None:
            continue
        if mail is not Mail.NONE:
            recent.add(row.email_key)
        if mail is Mail.CONFIRM:
            for list_id in lists:
                asking.setdefault(list_id, []).append(ReaderRow(email=row.email))
        postings.append(
            Posting(
                request=row.id,
                mail=mail,
                email=row.email,
                language=row.language,
                lists=tuple(lists.values()),
                subscriber=person,
                mailing_list=min(lists, default=0),
                days=days.get(row.run_id, 0),
            )
        )
    for list_id, rows in sorted(asking.items()):
        brought = look_up(connection, list_id, rows, lock=True)
        decided = decide(brought, status=SubscriptionStatus.PENDING, consent=None)
        write(connection, list_id, decided, insert_new(connection, decided))
    return postings


def _mailed(
    connection: Connection, wanted: Mapping[int, Mapping[int, str]], people: Sequence[int]
) -> set[tuple[int, int]]:
    """(list, person) for each of these lists on which each of these people may be mailed now."""
    lists = sorted({list_id for some in wanted.values() for list_id in some})
    query = mailable(subscription.c.list_id, subscription.c.subscriber_id, lists=lists)
    return {
        (row.list_id, row.subscriber_id)
        for some in _slices(people)
        for row in connection.execute(query.where(subscription.c.subscriber_id.in_(some)))
    }


def _blocked(connection: Connection, keys: Sequence[str]) -> dict[str, SuppressionReason]:
    found: dict[str, SuppressionReason] = {}
    for some in _slices(keys):
        rows = connection.execute(
            select(suppression.c.email_key, suppression.c.reason).where(suppression.c.email_key.in_(some))
        )
        found |= {row.email_key: SuppressionReason(row.reason) for row in rows}
    return found


def _mailed_lately(connection: Connection, keys: Sequence[str], quiet_hours: int) -> set[str]:
    """The addresses mailed within the quiet hours, without mails that the owner has forgiven since."""
    recent: set[str] = set()
    mailed = consent_request.c.mail.in_([mail for mail in Mail if mail is not Mail.NONE])
    # An address whose mail is being posted at this moment counts as mailed.
    is_under_way = consent_request.c.taken_until > database_now()
    lately = or_(is_under_way, consent_request.c.posted_at > database_now(-quiet_hours * _HOUR))
    for some in _slices(keys):
        theirs = (consent_request.c.email_key.in_(some), ~consent_request.c.is_forgiven)
        recent |= set(connection.scalars(select(consent_request.c.email_key).where(*theirs, mailed, lately)))
    return recent


def _asked_enough(connection: Connection, keys: Sequence[str], erase_key: EraseKey | None) -> set[str]:
    """The addresses that have not answered, and that no mail asks again for now."""
    now = connection.execute(select(database_now())).scalar_one()
    return {
        key
        for some in _slices(keys)
        for key, one in count_unanswered(connection, some, erase_key).items()
        if one.quiet_until and one.quiet_until > now
    }


def _find_known(connection: Connection, keys: Sequence[str]) -> Mapping[str, _KnownPerson]:
    found: dict[str, _KnownPerson] = {}
    for some in _slices(keys):
        rows = connection.execute(
            select(subscriber.c.email_key, subscriber.c.id, subscription.c.list_id, subscription.c.status)
            .outerjoin(subscription, subscription.c.subscriber_id == subscriber.c.id)
            .where(subscriber.c.email_key.in_(some))
        )
        for key, person, list_id, status in rows:
            statuses = found.setdefault(key, (person, {}))[1]
            if list_id is not None:
                statuses[list_id] = SubscriptionStatus(status)
    return found


def _days(connection: Connection, runs: Sequence[int]) -> dict[int, int]:
    if not runs:
        return {}
    query = select(asking_again.c.id, asking_again.c.days).where(asking_again.c.id.in_(sorted(set(runs))))
    return {row.id: row.days for row in connection.execute(query)}


def _wanted(connection: Connection, numbers: Sequence[int]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    for some in _slices(numbers):
        rows = connection.execute(
            select(consent_request_list.c.request_id, mailing_list.c.id, mailing_list.c.name)
            .join(mailing_list, mailing_list.c.id == consent_request_list.c.list_id)
            .where(consent_request_list.c.request_id.in_(some))
        )
        for number, list_id, name in rows:
            found.setdefault(number, {})[list_id] = name
    return found


def _slices(values: Sequence[_T]) -> list[Sequence[_T]]:
    return [values[start : start + _SLICE] for start in range(0, len(values), _SLICE)]
