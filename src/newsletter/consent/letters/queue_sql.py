"""The queue of mails that answer requests: taken for a time, marked once they are handed over."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, func, or_, select, update

from newsletter.consent.letters.answers import Posting
from newsletter.consent.letters.answers_sql import decide_mails
from newsletter.consent.tables import consent_request
from newsletter.db.engine import reading, writing
from newsletter.db.types import AnyRow, database_now
from newsletter.words.consent import Asked, Mail
from newsletter.words.erasure import EraseKey

_HOUR = 3_600
# A mail that a reader waits for at their screen goes before those with which an owner asks thousands.
_OWN_WORD = (Asked.FORM, Asked.ADDRESS)


class Queue:
    """Hands out the mails that wait, and marks those that went."""

    def __init__(self, engine: Engine, erase_key: EraseKey | None = None) -> None:
        self._engine = engine
        self._erase_key = erase_key

    def take_unposted(
        self, *, most: int, quiet_hours: int, lease_seconds: float, most_tries: int
    ) -> Sequence[Posting] | None:
        """Decide on the mails of the oldest requests, readers' own first, and take them for `lease_seconds`.

        No other process posts them until then. What is neither marked nor put back by that time waits again: a mail may
        go twice rather than never, and `most_tries` times at most. An address gets at most one answer in `quiet_hours`,
        and none while it has left too many `Unanswered`; an owner's request waits for the hours to pass. People who are
        asked become pending on the lists. Only the postings that are mails are returned; None where nothing waits.
        """
        with writing(self._engine) as connection:
            _give_up(connection, most_tries)
            waiting = _take(connection, consent_request.c.asked.in_(_OWN_WORD), most)
            if len(waiting) < most:
                waiting += _take(connection, consent_request.c.asked.not_in(_OWN_WORD), most - len(waiting))
            if not waiting:
                return None
            postings = decide_mails(connection, waiting, quiet_hours=quiet_hours, erase_key=self._erase_key)
            decided = {posting.request for posting in postings}
            later = [row.id for row in waiting if row.id not in decided]
            if later:
                until = {"taken_until": database_now(quiet_hours * _HOUR)}
                connection.execute(update(consent_request).where(consent_request.c.id.in_(later)).values(until))
            by_mail: dict[Mail, list[int]] = {}
            for posting in postings:
                by_mail.setdefault(posting.mail, []).append(posting.request)
            for mail, numbers in by_mail.items():
                theirs = update(consent_request).where(consent_request.c.id.in_(numbers))
                if mail is Mail.NONE:
                    connection.execute(theirs.values(mail=mail, posted_at=database_now(), taken_until=None))
                else:
                    lease = {"taken_until": database_now(lease_seconds), "tries": consent_request.c.tries + 1}
                    connection.execute(theirs.values(mail=mail, **lease))
            return [posting for posting in postings if posting.mail is not Mail.NONE]

    def count_unposted(self) -> int:
        """Requests whose mail has not gone, those included that have to wait for quiet hours to pass."""
        with reading(self._engine) as connection:
            # A request that is taken but has no mail yet waits for quiet hours to pass.
            waits = or_(_is_free(), and_(consent_request.c.posted_at.is_(None), consent_request.c.mail == ""))
            return connection.scalar(select(func.count()).select_from(consent_request).where(waits)) or 0

    def mark_posted(self, requests: Sequence[int]) -> None:
        """These mails were handed over, or refused for good."""
        with writing(self._engine) as connection:
            connection.execute(
                update(consent_request)
                .where(consent_request.c.id.in_(requests), consent_request.c.posted_at.is_(None))
                .values(posted_at=database_now(), taken_until=None)
            )

    def unpost(self, requests: Sequence[int]) -> None:
        """These mails were surely not handed over: they wait again, and the try does not count."""
        with writing(self._engine) as connection:
            connection.execute(
                update(consent_request)
                .where(consent_request.c.id.in_(requests), consent_request.c.posted_at.is_(None))
                .values(taken_until=None, mail="", tries=consent_request.c.tries - 1)
            )


def _is_free() -> ColumnElement[bool]:
    """Whether a request waits, and nobody is posting its mail."""
    untaken = or_(consent_request.c.taken_until.is_(None), consent_request.c.taken_until <= database_now())
    return and_(consent_request.c.posted_at.is_(None), untaken)


def _take(connection: Connection, which: ColumnElement[bool], most: int) -> list[AnyRow]:
    oldest: Select[tuple[object, ...]] = (
        select(consent_request)
        .where(_is_free(), which)
        .order_by(consent_request.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return list(connection.execute(oldest).all())


def _give_up(connection: Connection, most_tries: int) -> None:
    """Give up mails that were tried often enough without an answer: they may well have arrived."""
    connection.execute(
        update(consent_request)
        .where(_is_free(), consent_request.c.tries >= most_tries)
        .values(posted_at=database_now(), taken_until=None)
    )
