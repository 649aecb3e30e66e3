"""Ending: when a sending is over, as far as it goes by itself."""

from __future__ import annotations

from datetime import timedelta

from newsletter.ports.ledger import Account, MailingRow
from newsletter.schedule.desk import Desk
from newsletter.words.ledger import HandOver, MailingStatus

# Doubt is looked into at once, and evidence comes within minutes; what is open after this is for the owner.
DOUBT_PATIENCE = timedelta(minutes=10)


def account_if_over(desk: Desk, mailing: MailingRow) -> Account | None:
    """The account of a mailing of which nothing more will be handed over by itself; None while it goes on.

    Who is in doubt may be in it. A million readers are counted once, not at every tick.
    """
    if mailing.status not in (MailingStatus.FINISHED, MailingStatus.CANCELLED):
        settled, planned = desk.accounts.progress(mailing.id)
        if mailing.status is not MailingStatus.SENDING or settled < planned:
            return None
    account = desk.accounts.find_account(mailing.issue)
    if account is None or mailing.status is MailingStatus.FINISHED:
        return account
    waiting = account.handover[HandOver.PENDING] + account.handover[HandOver.SENDING]
    if mailing.status is MailingStatus.CANCELLED:
        return None if account.handover[HandOver.SENDING] else account
    return account if waiting == 0 and account.handover[HandOver.UNCERTAIN] else None
