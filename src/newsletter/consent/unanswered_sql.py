"""Mails that asked an address to confirm and that nobody answered: counted, and forgiven where the owner says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, Select, case, delete, func, or_, select, update

from newsletter.consent.tables import asked_in_vain, consent_request
from newsletter.db.engine import reading, writing
from newsletter.db.types import AnyRow, database_now
from newsletter.db.upsert import insert_into
from newsletter.words.consent import Mail, Unanswered
from newsletter.words.erasure import EraseKey
from newsletter.words.subscriber import address_key


class UnansweredMails:
    """Addresses that do not answer."""

    def __init__(self, engine: Engine, erase_key: EraseKey | None = None) -> None:
        self._engine = engine
        self._erase_key = erase_key

    def find(self, email: str) -> Unanswered | None:
        """How often this address was asked and did not answer. None where it never was, or answered since."""
        key = address_key(email)
        with reading(self._engine) as connection:
            return count_unanswered(connection, [key], self._erase_key).get(key)

    def forgive(self, email: str) -> int:
        """The address may be asked again at once, as if it had never been. Returns how many mails that forgives."""
        key = address_key(email)
        with writing(self._engine) as connection:
            found = count_unanswered(connection, [key], self._erase_key).get(key)
            theirs = (consent_request.c.email_key == key, consent_request.c.confirmed_at.is_(None))
            connection.execute(update(consent_request).where(*theirs).values(is_forgiven=True))
            if self._erase_key is not None:
                connection.execute(delete(asked_in_vain).where(asked_in_vain.c.hash == self._erase_key.mark(key)))
        return found.mails if found else 0


def count_unanswered(connection: Connection, keys: Sequence[str], erase_key: EraseKey | None) -> dict[str, Unanswered]:
    """For addresses that were asked: the mails since one was last confirmed or forgiven, and when the last one went.

    Those of requests that are forgotten are known by a keyed hash and this number alone. `keys` are a few hundred.
    """
    found = {
        row.email_key: Unanswered(mails=row.mails, last_at=row.last_at) for row in connection.execute(_remembered(keys))
    }
    if erase_key is None:
        return found
    by_hash = {erase_key.mark(key): key for key in keys}
    for row in connection.execute(select(asked_in_vain).where(asked_in_vain.c.hash.in_(list(by_hash)))):
        key = by_hash[row.hash]
        before = found.get(key)
        times = [at for at in (row.last_at, before.last_at if before else None) if at is not None]
        found[key] = Unanswered(mails=row.mails + (before.mails if before else 0), last_at=max(times, default=None))
    return found


def add_in_vain(connection: Connection, rows: Sequence[AnyRow], erase_key: EraseKey) -> None:
    """Keep that these addresses were asked: the requests are about to be deleted."""
    asked: dict[str, list[datetime]] = {}
    for row in rows:
        if row.mail == Mail.CONFIRM and not row.is_forgiven:
            asked.setdefault(erase_key.mark(row.email_key), []).append(row.posted_at or row.requested_at)
    for mark, times in sorted(asked.items()):
        statement = insert_into(connection, asked_in_vain).values(hash=mark, mails=len(times), last_at=max(times))
        last, new = asked_in_vain.c.last_at, statement.excluded.last_at
        more = {"mails": asked_in_vain.c.mails + len(times), "last_at": case((last > new, last), else_=new)}
        connection.execute(statement.on_conflict_do_update(index_elements=["hash"], set_=more))


def _remembered(keys: Sequence[str]) -> Select[tuple[str, int, datetime]]:
    theirs = consent_request.c.email_key.in_(keys)
    last = (
        select(consent_request.c.email_key, func.max(consent_request.c.id).label("id"))
        .where(theirs, consent_request.c.confirmed_at.is_not(None))
        .group_by(consent_request.c.email_key)
        .subquery()
    )
    # An address whose mail is being posted at this moment counts as mailed.
    is_under_way = consent_request.c.taken_until > database_now()
    at = func.coalesce(consent_request.c.posted_at, consent_request.c.requested_at)
    return (
        select(consent_request.c.email_key, func.count().label("mails"), func.max(at).label("last_at"))
        .outerjoin(last, last.c.email_key == consent_request.c.email_key)
        .where(
            theirs,
            consent_request.c.mail == Mail.CONFIRM,
            ~consent_request.c.is_forgiven,
            or_(is_under_way, consent_request.c.posted_at.is_not(None)),
            consent_request.c.id > func.coalesce(last.c.id, 0),
        )
        .group_by(consent_request.c.email_key)
    )
