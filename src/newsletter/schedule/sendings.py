"""Sendings: when one is over; and those set to a time, which are held where they missed it, and reported like slots."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.ledger.rows import MailingRow
from newsletter.schedule import letters
from newsletter.schedule.desk import Desk
from newsletter.schedule.sendings_sql import SendingTally
from newsletter.words.ledger import HandOver, MailingStatus
from newsletter.words.moment import say_span

log = logging.getLogger(__name__)

# Doubt is looked into at once, and evidence comes within minutes; what is open after this is for the owner.
DOUBT_PATIENCE = timedelta(minutes=10)
# A sending that was set to a time, and missed it by more, waits for a word of the owner.
LATE_SENDING = timedelta(hours=3)
# The owner hears of sendings, and slots are looked at, that are not older than this.
LOOK_BACK = timedelta(days=7)


def is_over(status: MailingStatus, n: Mapping[HandOver, int]) -> bool:
    """Whether nothing more of a mailing is handed over by itself. Readers in doubt may be left in it."""
    if status is MailingStatus.CANCELLED:
        return not n[HandOver.SENDING]
    waiting = n[HandOver.PENDING] + n[HandOver.SENDING]
    return status is MailingStatus.FINISHED or (waiting == 0 and n[HandOver.UNCERTAIN] > 0)


def missed_by(status: MailingStatus, start_at: datetime, now: datetime) -> timedelta | None:
    """How long ago the time of a waiting sending passed; None where it does not wait, or its time is still to come."""
    lateness = now - start_at
    return lateness if status is MailingStatus.SCHEDULED and lateness > timedelta(0) else None


class News(StrEnum):
    """What the owner is to hear of a sending that was set to a time."""

    STOPPED = "stopped"
    RESULT = "result"


def news_of(status: MailingStatus, start_at: datetime, now: datetime, *, was_told_result: bool) -> News | None:
    """The mail that is due about a sending, if it is over.

    The owner has already heard of one that is held for being late.
    """
    if status is MailingStatus.PAUSED and now - start_at <= LATE_SENDING:
        return News.STOPPED
    return None if status is MailingStatus.CANCELLED or was_told_result else News.RESULT


def may_tell_result(n: Mapping[HandOver, int], in_doubt_since: datetime, now: datetime) -> bool:
    """Readers in doubt are given time: a result with many unknown in it would only worry."""
    return not n[HandOver.UNCERTAIN] or now - in_doubt_since >= DOUBT_PATIENCE


def tallies_if_over(desk: Desk, mailing: MailingRow) -> Sequence[SendingTally]:
    """The count of a mailing that is over, first, and those of the issue's other mailings.

    Empty while it goes on. Readers in doubt may be among them. A million readers are counted once, not at every tick.
    """
    if mailing.status not in (MailingStatus.FINISHED, MailingStatus.CANCELLED):
        settled, planned = desk.ledger.accounts.progress(mailing.id)
        if mailing.status is not MailingStatus.SENDING or settled < planned:
            return ()
    tallies = sorted(desk.schedule.sendings.tally(mailing.issue), key=lambda tally: tally.mailing.id != mailing.id)
    return tallies if is_over(mailing.status, tallies[0].handover) else ()


def hold_late(desk: Desk) -> None:
    """A sending set to a time that passed long ago is paused before anything can start it, and the owner is asked."""
    for mailing, lateness in _missed(desk):
        if lateness > LATE_SENDING:
            reason = f"It was overdue by {say_span(lateness)} when this machine came back."
            # Told first: a machine that dies here asks again, and never holds a sending in silence.
            desk.notices.add(letters.late_sending(desk, mailing, reason))
            if desk.ledger.control.pause(mailing.issue, reason):
                log.warning("mailing %s of issue %s is too late and asks", mailing.id, mailing.issue)


def hold_missed(desk: Desk) -> None:
    """Where a person is there to decide: a sending whose time passed while nothing ran is paused, and shown as overdue."""
    for mailing, lateness in _missed(desk):
        reason = f"It was overdue by {say_span(lateness)} when the studio was opened: nothing ran at its time."
        if desk.ledger.control.pause(mailing.issue, reason):
            log.warning("mailing %s of issue %s was missed and asks", mailing.id, mailing.issue)


def _missed(desk: Desk) -> list[tuple[MailingRow, timedelta]]:
    """Sendings that still wait although their time has passed, and by how much. On a copy of the database none."""
    if desk.find_hold():
        return []
    now = desk.clock.now()
    timed = [(one, missed_by(one.status, one.start_at, now)) for one in desk.schedule.sendings.list_timed()]
    return [(one, lateness) for one, lateness in timed if lateness is not None]


def follow_one_offs(desk: Desk, now: datetime) -> None:
    """Tell the owner about sendings set to a time, in the same mails as about slots."""
    timed = [one for one in desk.schedule.sendings.list_timed() if now - one.start_at <= LOOK_BACK]
    if not timed:
        return
    told = {(notice.about, notice.kind) for notice in desk.notices.list_all(waiting=False)}
    for mailing in timed:
        was_told = (f"mailing:{mailing.id}", "result") in told
        news = news_of(mailing.status, mailing.start_at, now, was_told_result=was_told)
        if news is News.STOPPED:
            desk.notices.add(letters.one_off_stopped(desk, mailing))
        elif news is News.RESULT:
            tallies = tallies_if_over(desk, mailing)
            if tallies and may_tell_result(tallies[0].handover, mailing.start_at, now):
                desk.notices.add(letters.one_off_result(desk, tallies, mailing.finished_at or now))
