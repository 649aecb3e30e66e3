"""Stop: the link in the mail at the freeze. Its holder can hold the slot, skip it or pause its sending, and nothing else."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from enum import StrEnum

from newsletter.schedule import letters
from newsletter.schedule.desk import Desk
from newsletter.schedule.times.line import is_skipped
from newsletter.schedule.times.skip import skip_time
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.slot import Slot, SlotStatus, Timetable, Why
from newsletter.words.token import ReaderToken

log = logging.getLogger(__name__)

REASON = "stopped by the link in the mail to the editors."


class Stand(StrEnum):
    """How far the slot of the link is: to come, on its way, stopped, skipped, or over with nothing left to stop."""

    COMING = "coming"
    GOING = "going"
    STOPPED = "stopped"
    SKIPPED = "skipped"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stoppable:
    """A slot as it stands for the holder of its link."""

    timetable: Timetable
    slot: Slot
    issue: int
    stand: Stand

    @property
    def may_be_skipped(self) -> bool:
        """Whether nobody of it was called yet, so that the issue can go at the next time instead."""
        has_begun = self.slot.mailing_id is not None or self.slot.status is SlotStatus.GOING
        return self.stand in (Stand.COMING, Stand.STOPPED) and not has_begun


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


def skip(desk: Desk, found: Stoppable) -> None:
    """Let nothing go at this time; the issue goes at the next one. Where it has begun meanwhile, it is paused instead."""
    try:
        skip_time(desk, found.timetable, found.slot.asked)
    except NotNow:
        stop(desk, replace(found, slot=desk.schedule.slots.get(found.slot.id), stand=Stand.GOING))


def _stand(desk: Desk, slot: Slot, issue: int) -> Stand:
    if slot.issue == issue and is_skipped(slot):
        return Stand.SKIPPED
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
