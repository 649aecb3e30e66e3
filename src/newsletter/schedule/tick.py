"""The tick: everything of the schedule that is due now. Twice, late or after a crash it comes to the same."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from newsletter.schedule import letters
from newsletter.schedule.desk import Desk
from newsletter.schedule.end import DOUBT_PATIENCE, tallies_if_over
from newsletter.schedule.reminder import remind
from newsletter.schedule.rows import align, next_moment
from newsletter.schedule.slots import advance
from newsletter.schedule.tell import tell_all
from newsletter.words.ledger import HandOver, MailingStatus
from newsletter.words.mistake import Interrupted
from newsletter.words.moment import say_span
from newsletter.words.slot import Plan

log = logging.getLogger(__name__)

# A sending that was set to a time, and missed it by more, waits for a word of the owner.
LATE_SENDING = timedelta(hours=3)
_LOOK_BACK = timedelta(days=7)


def tick(desk: Desk) -> datetime | None:
    """Bring every plan, and every sending set to a time, up to now. Returns when something is due next.

    One process at a time does it; the others do nothing, and on a copy of the database nobody does. What goes wrong with one plan keeps no other from going: it is
    raised at the end.
    """
    faults: list[Exception] = []
    with desk.lock.try_hold() as held:
        if not held:
            return None
        if desk.find_hold():
            desk.memory.mark_tick()
            return None
        now = desk.clock.now()
        # Looked at anew for each: a process that stood still in the middle leaves the others to whoever has the lock now.
        plans = (plan for plan in desk.memory.list_plans() if desk.lock.is_mine())
        times = [_tick_plan(desk, plan, now, faults) for plan in plans]
        if not desk.lock.is_mine():
            log.warning("another process has the schedule now: this one stood still for too long")
            return None
        hold_late(desk)
        _follow_one_offs(desk, now)
        tell_all(desk)
        if faults:
            raise faults[0]
        desk.memory.mark_tick()
        times += [row.start_at for row, _ in desk.memory.list_sendings(only_timed=True) if _waits(row.status)]
    return min((time for time in times if time is not None and time > now), default=None)


def hold_late(desk: Desk) -> None:
    """A sending set to a time that passed long ago is paused before anything can start it, and the owner is asked."""
    if desk.find_hold():
        return
    now = desk.clock.now()
    for mailing, _ in desk.memory.list_sendings(only_timed=True):
        lateness = now - mailing.start_at
        if not _waits(mailing.status) or lateness <= LATE_SENDING:
            continue
        reason = f"It was overdue by {say_span(lateness)} when this machine came back."
        # Told first: a machine that dies here asks again, and never holds a sending in silence.
        desk.memory.add_notice(letters.late_sending(desk, mailing, reason))
        if desk.ledger.control.pause(mailing.issue, reason):
            log.warning("mailing %s of issue %s is too late and asks", mailing.id, mailing.issue)


def hold_missed(desk: Desk) -> None:
    """Where a person is there to decide: a sending whose time passed while nothing ran is paused, and shown as overdue."""
    if desk.find_hold():
        return
    now = desk.clock.now()
    for mailing, _ in desk.memory.list_sendings(only_timed=True):
        if _waits(mailing.status) and mailing.start_at < now:
            reason = f"It was overdue by {say_span(now - mailing.start_at)} when the studio was opened: nothing ran at its time."
            if desk.ledger.control.pause(mailing.issue, reason):
                log.warning("mailing %s of issue %s was missed and asks", mailing.id, mailing.issue)


def _tick_plan(desk: Desk, plan: Plan, now: datetime, faults: list[Exception]) -> datetime | None:
    """One plan. A fault of our own is told as well, once a day: a slot that can't go must not be silent."""
    try:
        align(desk, plan, now)
        for slot in desk.memory.find_open(plan.id, until=now + timedelta(days=2) + plan.ways.freeze_before):
            advance(desk, plan, slot, now)
            remind(desk, plan, desk.memory.get_slot(slot.id), now)
        return next_moment(plan, desk.memory.list_slots(plan.id, since=now - _LOOK_BACK), now)
    except Interrupted as error:
        faults.append(error)
        return None
    except Exception as error:
        log.exception("plan %s: this tick failed; the next one tries again", plan.id)
        faults.append(error)
        desk.memory.add_notice(letters.fault(desk, plan, type(error).__name__))
        return None


def _follow_one_offs(desk: Desk, now: datetime) -> None:
    """The owner hears of a sending set to a time as of a slot."""
    timed = [pair for pair in desk.memory.list_sendings(only_timed=True) if now - pair[0].start_at <= _LOOK_BACK]
    if not timed:
        return
    told = {(notice.about, notice.kind) for notice in desk.memory.list_notices(waiting=False)}
    for mailing, finished_at in timed:
        if mailing.status is MailingStatus.PAUSED and now - mailing.start_at <= LATE_SENDING:
            desk.memory.add_notice(letters.one_off_stopped(desk, mailing))
        elif mailing.status is not MailingStatus.CANCELLED and (f"mailing:{mailing.id}", "result") not in told:
            tallies = tallies_if_over(desk, mailing)
            in_doubt = bool(tallies) and tallies[0].handover[HandOver.UNCERTAIN] > 0
            if tallies and not (in_doubt and now - mailing.start_at < DOUBT_PATIENCE):
                desk.memory.add_notice(letters.one_off_result(desk, tallies, finished_at or now))


def _waits(status: MailingStatus) -> bool:
    return status is MailingStatus.SCHEDULED
