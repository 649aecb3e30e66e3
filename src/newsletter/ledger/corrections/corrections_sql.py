"""Corrections: other words for an issue that went out, which hold for all who still wait, and who has which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, exists, func, insert, select, update

from newsletter.db.engine import reading, writing
from newsletter.db.frozen import patiently
from newsletter.db.types import AnyRow, database_now
from newsletter.ledger.corrections.other_words_sql import (
    IN_DOUBT,
    holders_of_other_words,
    is_called_in_other_words,
    tried_in_other_words,
    whom_it_is_for,
)
from newsletter.ledger.editions_sql import freeze
from newsletter.ledger.mailings_sql import UNFINISHED
from newsletter.ledger.status_sql import move_mailings
from newsletter.ledger.tables import attempt, correction, delivery, edition, holds, is_in, mailing, parcel
from newsletter.readers.issue_copies_sql import has_issue
from newsletter.readers.lists_sql import list_numbers
from newsletter.readers.mailable_sql import mailable
from newsletter.readers.tables import mailing_list, subscription
from newsletter.words.correction import Correction, numbers_of_mails
from newsletter.words.edition import Edition
from newsletter.words.ledger import HandOver, MailingStatus
from newsletter.words.mistake import Missing, NotNow


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionCount:
    """How many readers were handed an issue in one version of its words, the first version that went being number 1."""

    number: int
    digest: str
    accepted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailReach:
    """Readers who have or may have an issue in other words than the corrected ones; `in_doubt` of them only may have it.

    `due` would get the mail of the correction now, `have_it` have it or are about to get it. The others may not be mailed
    any more.
    """

    readers: int
    in_doubt: int
    due: int
    have_it: int

    @property
    def left_out(self) -> int:
        return max(self.readers - self.due - self.have_it, 0)


class Corrections:
    """The corrections of issues, for one account of the ledger."""

    def __init__(self, engine: Engine, *, practice: bool = False) -> None:
        self._engine, self._practice = engine, practice

    @patiently
    def correct(self, words: Edition, *, note: str, by: str) -> Correction:
        """Give an issue these words from now on: every sending of it, and all who read it in the archive.

        One transaction: killed before its commit nothing has changed, after it all has. A batch that was claimed keeps
        the words it was claimed with. Pressed twice, or by two people at once, it is one correction. The mail of an
        earlier correction that is still going is ended: it says what does not hold any more.
        Raises Missing where the issue was never planned, and NotNow where it went in these very words.
        """
        with writing(self._engine) as connection:
            before = self._words_before(connection, words.issue)
            edition_id = freeze(connection, words)
            if before != edition_id:
                self._insert(connection, words.issue, edition_id, before, note=note, by=by)
            connection.execute(update(mailing).where(*self._sendings(words.issue)).values(edition_id=edition_id))
            made = self._all(connection, words.issue)
            if not made:
                raise nothing_to_correct(words.issue)
            self._end_mails(connection, [one.mail for one in made[:-1]])
        return made[-1]

    def _words_before(self, connection: Connection, issue: int) -> int:
        """The edition that holds now. Its mailings are locked: a claim waits for us, or we for it."""
        theirs = select(mailing.c.edition_id).where(*self._sendings(issue)).order_by(mailing.c.id).with_for_update()
        rows = connection.scalars(theirs).all()
        if not rows:
            raise Missing(f"Issue {issue} was never sent, so there is nothing to correct.")
        newest = self._newest(connection, issue)
        digest = select(edition.c.id).where(edition.c.digest == newest.digest) if newest else None
        return int(connection.execute(digest).scalar_one()) if digest is not None else int(rows[-1])

    def _insert(
        self, connection: Connection, issue: int, edition_id: int, replaces_id: int, *, note: str, by: str
    ) -> None:
        ours = (correction.c.issue == issue, correction.c.is_practice == self._practice)
        number = select(func.coalesce(func.max(correction.c.number), 0) + 1).where(*ours).scalar_subquery()
        new = insert(correction).values(
            issue=issue,
            is_practice=self._practice,
            number=number,
            edition_id=edition_id,
            replaces_id=replaces_id,
            note=note,
            corrected_by=by,
            corrected_at=database_now(),
        )
        connection.execute(new)

    def _end_mails(self, connection: Connection, numbers: Sequence[int]) -> None:
        theirs = (mailing.c.issue.in_(numbers), mailing.c.is_practice == self._practice)
        ended = MailingStatus.CANCELLED
        move_mailings(connection, *theirs, out_of=UNFINISHED, to=ended, finished_at=database_now())

    def list_of(self, issue: int) -> Sequence[Correction]:
        """The corrections of an issue, oldest first."""
        with reading(self._engine) as connection:
            return self._all(connection, issue)

    def get(self, correction_id: int) -> Correction:
        """Raises Missing."""
        with reading(self._engine) as connection:
            row = connection.execute(corrections().where(correction.c.id == correction_id)).first()
        if row is None:
            raise Missing("There is no such correction.")
        return correction_row(row)

    def lists_that_got(self, issue: int) -> Sequence[str]:
        """The names of the lists that the issue was sent to, oldest sending first."""
        first = func.min(mailing.c.id)
        with reading(self._engine) as connection:
            named = select(mailing_list.c.name).join(mailing, mailing.c.list_id == mailing_list.c.id)
            rows = named.where(*self._sendings(issue)).group_by(mailing_list.c.name).order_by(first)
            return list(connection.scalars(rows))

    def is_public(self, issue: int) -> bool:
        """Whether the issue has a page in the archive: a sending of it to an open list has ended."""
        ended = (mailing.c.status == MailingStatus.FINISHED, mailing_list.c.is_open)
        found = select(mailing.c.id).join(mailing_list, mailing_list.c.id == mailing.c.list_id)
        with reading(self._engine) as connection:
            return connection.scalar(found.where(*self._sendings(issue), *ended).limit(1)) is not None

    def words_that_hold(self, issue: int) -> str | None:
        """The digest of the words that are handed over from now on; None where the issue was never planned."""
        held = select(edition.c.digest).join(mailing, mailing.c.edition_id == edition.c.id)
        with reading(self._engine) as connection:
            newest = self._newest(connection, issue)
            last = held.where(*self._sendings(issue)).order_by(mailing.c.id.desc()).limit(1)
            return newest.digest if newest else connection.scalar(last)

    def has_begun(self, issue: int) -> bool:
        """Whether anybody of the issue was handed over, or is about to be."""
        begun = exists().where(
            *self._sendings(issue), parcel.c.mailing_id == mailing.c.id, attempt.c.parcel_id == parcel.c.id
        )
        with reading(self._engine) as connection:
            return bool(connection.scalar(select(begun)))

    def is_called(self, of: Correction) -> bool:
        """Whether a call that carries the words before the correction is still under way."""
        with reading(self._engine) as connection:
            called = is_called_in_other_words(of.issue, _edition_id(connection, of.digest), practice=self._practice)
            return bool(connection.scalar(select(called)))

    def count_reach(self, of: Correction) -> MailReach:
        """Each reader once, whatever lists they are on; by the rule that planning goes by."""
        names = self.lists_that_got(of.issue)
        with reading(self._engine) as connection:
            edition_id = _edition_id(connection, of.digest)
            wrong = holders_of_other_words(of.issue, edition_id, practice=self._practice).subquery()
            tried = tried_in_other_words(of.issue, edition_id, practice=self._practice)
            in_doubt = (is_in(*IN_DOUBT), delivery.c.id.in_(tried))
            has_it = has_issue(of.mail, practice=self._practice)
            lists = list_numbers(connection, names)
            theirs = mailable(subscription.c.subscriber_id, lists=lists).where(
                *whom_it_is_for(connection, of.mail, practice=self._practice), ~has_it
            )
            got = (delivery.c.issue == of.mail, delivery.c.is_practice == self._practice, holds)
            return MailReach(
                readers=_count(connection, select(func.count()).select_from(wrong)),
                in_doubt=_count(connection, select(func.count()).select_from(delivery).where(*in_doubt)),
                due=_count(connection, select(func.count()).select_from(theirs.distinct().subquery())),
                have_it=_count(connection, select(func.count()).select_from(delivery).where(*got)),
            )

    def count_versions(self, issue: int) -> Sequence[VersionCount]:
        """How many readers were handed which words, in the order in which the versions first went; only for an issue that was corrected."""
        with reading(self._engine) as connection:
            if self._newest(connection, issue) is None:
                return ()
            return count_versions(connection, issue, practice=self._practice)

    def _sendings(self, issue: int) -> tuple[Any, Any]:
        return mailing.c.issue == issue, mailing.c.is_practice == self._practice

    def _all(self, connection: Connection, issue: int) -> list[Correction]:
        ours = (correction.c.issue == issue, correction.c.is_practice == self._practice)
        rows = connection.execute(corrections().where(*ours).order_by(correction.c.number))
        return [correction_row(row) for row in rows]

    def _newest(self, connection: Connection, issue: int) -> Correction | None:
        return next(reversed(self._all(connection, issue)), None)


def nothing_to_correct(issue: int) -> NotNow:
    return NotNow(
        f"Issue {issue} went in these very words, so there is nothing to correct.",
        fix="Write it as it should be, and look again.",
    )


def count_versions(connection: Connection, issue: int, *, practice: bool) -> list[VersionCount]:
    """How many readers were handed each version of the words."""
    theirs = (delivery.c.issue == issue, delivery.c.is_practice == practice, is_in(HandOver.ACCEPTED))
    counted = (
        select(attempt.c.edition_id, func.count().label("n"), func.min(attempt.c.id).label("first"))
        .join(delivery, delivery.c.accepted_by == attempt.c.id)
        .where(*theirs)
        .group_by(attempt.c.edition_id)
        .subquery()
    )
    named = select(edition.c.digest, counted.c.n).join(edition, edition.c.id == counted.c.edition_id)
    rows = connection.execute(named.order_by(counted.c.first))
    return [VersionCount(number=place, digest=row.digest, accepted=row.n) for place, row in enumerate(rows, 1)]


def corrections() -> Select[Any]:
    now, before = edition.alias("now"), edition.alias("before")
    return (
        select(correction, now.c.digest.label("digest"), before.c.digest.label("replaces"))
        .join(now, now.c.id == correction.c.edition_id)
        .join(before, before.c.id == correction.c.replaces_id)
    )


def mail_of_correction() -> ColumnElement[int]:
    """For a correction: the number of its mail, as `Correction.mail` says it."""
    first, _ = numbers_of_mails()
    return correction.c.id + first


def correction_row(row: AnyRow) -> Correction:
    return Correction(
        id=row.id,
        issue=row.issue,
        number=row.number,
        digest=row.digest,
        replaces=row.replaces,
        note=row.note,
        by=row.corrected_by,
        at=row.corrected_at,
    )


def _count(connection: Connection, counted: Select[Any]) -> int:
    return int(connection.scalar(counted) or 0)


def _edition_id(connection: Connection, digest: str) -> int:
    return int(connection.execute(select(edition.c.id).where(edition.c.digest == digest)).scalar_one())
