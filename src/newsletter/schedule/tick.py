"""The tick: everything of the schedule that is due now.

Running it twice, late or after a crash gives the same result.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from newsletter.schedule import letters
from newsletter.schedule.desk import Desk
from newsletter.schedule.reminder import remind
from newsletter.schedule.rows import align, next_moment
from newsletter.schedule.sendings import LOOK_BACK, follow_one_offs, hold_late
from newsletter.schedule.slots import advance
from newsletter.schedule.tell import tell_all
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import Interrupted
from newsletter.words.slot import Timetable

log = logging.getLogger(__name__)


def tick(desk: Desk) -> datetime | None:
    """Bring every timetable, and every sending set to a time, up to now. Returns when something is due next.

    One process at a time does it; the others do nothing, and on a copy of the database nobody does. A fault in one
    timetable does not stop the others: it is raised at the end.
    """
    faults: list[Exception] = []
    with desk.lock.try_hold() as held:
        if not held:
            return None
        if desk.find_hold():
            desk.schedule.ticks.mark()
            return None
        now = desk.clock.now()
        # Asked before each one: a process that stood still in the middle leaves the rest to the process that has the
        # lock now.
        timetables = (timetable for timetable in desk.schedule.timetables.list_all() if desk.lock.is_mine())
        times = [_tick_timetable(desk, timetable, now, faults) for timetable in timetables]
        if not desk.lock.is_mine():
            log.warning("another process has the schedule now: this one stood still for too long")
            return None
        hold_late(desk)
        follow_one_offs(desk, now)
        tell_all(desk)
        if faults:
            raise faults[0]
        desk.schedule.ticks.mark()
        timed = desk.schedule.sendings.list_timed()
        times += [one.start_at for one in timed if one.status is MailingStatus.SCHEDULED]
    return min((time for time in times if time is not None and time > now), default=None)


def _tick_timetable(desk: Desk, timetable: Timetable, now: datetime, faults: list[Exception]) -> datetime | None:
    """One timetable.

    The owner hears of a fault of our own as well, once a day: a slot that can't go must not be silent.
    """
    try:
        align(desk, timetable, now)
        for slot in desk.schedule.slots.find_open(
            timetable.id, until=now + timedelta(days=2) + timetable.ways.freeze_before
        ):
            advance(desk, timetable, slot, now)
            remind(desk, timetable, desk.schedule.slots.get(slot.id), now)
        return next_moment(timetable, desk.schedule.slots.of(timetable.id, since=now - LOOK_BACK), now)
    except Interrupted as error:
        faults.append(error)
        return None
    except Exception as error:
        log.exception("timetable %s: this tick failed; the next one tries again", timetable.id)
        faults.append(error)
        desk.notices.add(letters.fault(desk, timetable, type(error).__name__))
        return None
