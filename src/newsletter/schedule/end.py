"""Ending: when a sending is over, as far as it goes by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from newsletter.ledger.rows import MailingRow
from newsletter.schedule.counts_sql import SendingTally
from newsletter.schedule.desk import Desk
from newsletter.words.ledger import HandOver, MailingStatus

# Doubt is looked into at once, and evidence comes within minutes; what is open after this is for the owner.
DOUBT_PATIENCE = timedelta(minutes=10)


def tallies_if_over(desk: Desk, mailing: MailingRow) -> Sequence[SendingTally]:
    """The count of a mailing of which nothing more will be handed over by itself, first, and those of the issue's others.

    Nothing while it goes on. Who is in doubt may be in it. A million readers are counted once, not at every tick.
    """
    if mailing.status not in (MailingStatus.FINISHED, MailingStatus.CANCELLED):
        settled, planned = desk.ledger.accounts.progress(mailing.id)
        if mailing.status is not MailingStatus.SENDING or settled < planned:
            return ()
    tallies = sorted(desk.memory.tally(mailing.issue), key=lambda tally: tally.mailing.id != mailing.id)
    mine = tallies[0].handover
    if mailing.status is MailingStatus.CANCELLED:
        return () if mine[HandOver.SENDING] else tallies
    waiting = mine[HandOver.PENDING] + mine[HandOver.SENDING]
    is_over = mailing.status is MailingStatus.FINISHED or (waiting == 0 and mine[HandOver.UNCERTAIN])
    return tallies if is_over else ()
