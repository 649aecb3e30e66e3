"""Telling: the owner's mails handed over through the provider that carries the newsletter."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from html import escape

from newsletter.ports.slots import Notice
from newsletter.schedule.desk import Desk
from newsletter.words.consignment import Consignment
from newsletter.words.edition import Edition
from newsletter.words.gap import Part
from newsletter.words.newsletter import Newsletter
from newsletter.words.outcome import Accepted

log = logging.getLogger(__name__)


# A mail that is not taken is tried again, but not every 15 seconds, and not for ever.
_TRY_AGAIN_AFTER = timedelta(minutes=10)
_GIVE_UP_AFTER = timedelta(days=2)


def tell_all(desk: Desk) -> int:
    """Hand over every notice that waits. Returns how many were taken.

    A machine that dies between the mail and the note of it tells twice: better than not at all.
    """
    told = 0
    for notice in desk.memory.list_notices(waiting=True):
        now = desk.clock.now()
        if _may_try(notice, now):
            taken = _hand_over(desk, notice)
            desk.memory.mark_tried(notice.id, now, taken=taken)
            told += taken
    return told


def _may_try(notice: Notice, now: datetime) -> bool:
    lately = notice.tried_at is not None and timedelta(0) <= now - notice.tried_at < _TRY_AGAIN_AFTER
    return not lately and now - notice.made_at < _GIVE_UP_AFTER


def letter(notice: Notice, newsletter: Newsletter) -> Edition:
    """A notice as an edition of issue 0: the same words for everybody, and nothing to fill in."""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in notice.body.split("\n") if line)
    page = f'<!doctype html><html lang="en"><body style="font-family:sans-serif">{paragraphs}</body></html>'
    return Edition(
        issue=0,
        subject=Part((notice.subject,)),
        html=Part((page,)),
        text=Part((f"{notice.body}\n",)),
        language="en",
        sender_name=newsletter.name,
        sender=newsletter.sender,
        reply_to=newsletter.reply_to,
    )


def _hand_over(desk: Desk, notice: Notice) -> bool:
    consignment = Consignment(
        attempt=desk.new_token(),
        edition=letter(notice, desk.newsletter),
        deliveries=[notice.id * 100 + place for place in range(len(notice.tell))],
        addresses=list(notice.tell),
        values=[],
        headers={"Auto-Submitted": "auto-generated"},
        reader_headers={},
        deadline_at=desk.clock.now() + desk.provider.limits.deadline,
    )
    taken = False
    for _, outcome in desk.provider.hand_over(consignment):
        if isinstance(outcome, Accepted):
            # One address that is refused must not bring the others the same mail again and again.
            taken = True
        else:
            log.warning("notice %s was not taken: %s", notice.id, type(outcome).__name__)
    return taken
