"""Stop: the link in the mail at the freeze. Its holder can hold the slot or pause its sending, and nothing else."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum

from newsletter.schedule import letters
from newsletter.schedule.desk import Desk
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import Missing
from newsletter.words.slot import Slot, SlotStatus, Timetable, Why
from newsletter.words.token import ReaderToken

log = logging.getLogger(__name__)

REASON = "stopped by the link in the mail to the editors."


class Stand(StrEnum):
    """How far the slot of the link is: to come, on its way, stopped, or over with nothing left to stop."""

    COMING = "coming"
    GOING = "going"
    STOPPED = "stopped"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stoppable:
    """A slot as it stands for the holder of its link."""

    timetable: Timetable
    slot: Slot
    issue: int
    stand: Stand


def find_stoppable(desk: Desk, token: ReaderToken) -> Stoppable | None:
    """What a genuine link is about; None where there is no such slot any more. Changes nothing."""
    timetable = next(
        (timetable for timetable in desk.schedule.timetables.list_all() if timetable.id == token.mailing_list), None
    )
    try:
        slot = desk.schedule.slots.get(token.subscriber)
    except Missing:
        return None
    if timetable is None:
        return None
    return Stoppable(timetable=timetable, slot=slot, issue=token.issue, stand=_stand(desk, slot, token.issue))


def stop(desk: Desk, found: Stoppable) -> None:
    """Hold the slot or pause its sending until an editor decides. Twice is the same as once."""
    slot = found.slot
    if found.stand is Stand.COMING or (found.stand is Stand.GOING and slot.mailing_id is None):
        notice = letters.asking(desk, found.timetable, slot, Why.STOPPED, "")
        if desk.schedule.slots.move(slot, SlotStatus.ASKING, notice=notice, why=Why.STOPPED, detail=""):
            log.warning("slot %s is stopped by its link", slot.id)
    # Also after the hold: the sending may have begun in between.
    if found.stand in (Stand.COMING, Stand.GOING) and desk.ledger.control.pause(found.issue, REASON):
        log.warning("issue %s is stopped by its link", found.issue)


def _stand(desk: Desk, slot: Slot, issue: int) -> Stand:
    if slot.issue != issue or slot.status in (SlotStatus.GONE, SlotStatus.SKIPPED):
        return Stand.OVER
    if slot.status is SlotStatus.ASKING:
        return Stand.STOPPED
    if slot.status is not SlotStatus.GOING:
        return Stand.COMING
    if slot.mailing_id is None:
        return Stand.GOING
    mailing = desk.ledger.mailings.get(slot.mailing_id)
    if mailing.status is MailingStatus.PAUSED or mailing.pause_reason:
        return Stand.STOPPED
    settled, planned = desk.ledger.accounts.progress(mailing.id)
    is_left = mailing.status in (MailingStatus.PLANNING, MailingStatus.SCHEDULED) or settled < planned
    is_over = mailing.status in (MailingStatus.FINISHED, MailingStatus.CANCELLED)
    return Stand.GOING if is_left and not is_over else Stand.OVER
