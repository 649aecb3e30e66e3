"""The calendar: what went out, what will, and what did not, from slots, sendings and the cadence itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from newsletter.ledger.mailings_sql import UNFINISHED
from newsletter.ledger.rows import MailingRow
from newsletter.schedule.desk import Desk
from newsletter.schedule.freeze import choose
from newsletter.schedule.ical import CalendarEvent
from newsletter.schedule.letters import BECAUSE
from newsletter.schedule.rows import missing_times
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import NewsletterError
from newsletter.words.slot import OPEN, Slot, SlotStatus, Timetable
from newsletter.words.times.cadence import Occurrence
from newsletter.words.times.cadence_text import clock_note

_SAID = {
    SlotStatus.WAITING: "waiting",
    SlotStatus.FROZEN: "words frozen",
    SlotStatus.ASKING: "did not go and asks you",
    SlotStatus.GOING: "going out",
    SlotStatus.GONE: "went out",
    SlotStatus.SKIPPED: "skipped",
}
_SAID_OF_SENDING = {
    MailingStatus.PLANNING: "being planned",
    MailingStatus.SCHEDULED: "set to this time by hand",
    MailingStatus.SENDING: "going out, by hand",
    MailingStatus.PAUSED: "by hand, paused",
    MailingStatus.CANCELLED: "by hand, cancelled",
    MailingStatus.FINISHED: "sent by hand",
}
# Slots that are not over, however long ago their time was.
_OPEN_SLOTS = (*OPEN, SlotStatus.GOING)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLine:
    """One time in the calendar. `local` is wall time in `zone`; `kind` is "slot", "left out" or "sending".

    `due_at` is when it goes; None for what does not wait for its time. `asked` is the wall time that names a slot.
    """

    uid: str
    kind: str
    list_name: str
    at: datetime
    local: datetime
    zone: str
    status: str
    issue: int | None
    words: str
    due_at: datetime | None = None
    asked: datetime | None = None

    def lateness(self, now: datetime) -> timedelta | None:
        """How long it is overdue: its time has come and nothing has begun. None where it is not."""
        return now - self.due_at if self.due_at is not None and self.due_at < now else None


def calendar(desk: Desk, *, since: datetime, n_ahead: int) -> list[CalendarLine]:
    """Every time from `since` on, what is open from before, and the next `n_ahead` of each timetable, by time."""
    now = desk.clock.now()
    timetables = desk.schedule.timetables.list_all()
    of_slots = set()
    lines: list[CalendarLine] = []
    for timetable in timetables:
        slots = desk.schedule.slots.of(timetable.id)
        of_slots |= {slot.mailing_id for slot in slots}
        come = [_of_slot(timetable, slot) for slot in slots if slot.at >= since or slot.status in _OPEN_SLOTS]
        lines += _last_may_go([*come, *_not_written_down(timetable, slots, now)], now)
        lines += _ahead(desk, timetable, {slot.asked for slot in slots}, now, n_ahead)
    zones = {timetable.list_name: timetable.cadence.zone for timetable in timetables}
    for mailing in desk.schedule.sendings.list_all():
        if mailing.id not in of_slots and (mailing.start_at >= since or mailing.status in UNFINISHED):
            lines.append(_of_sending(mailing, zones.get(mailing.list_name, desk.newsletter.zone), now))
    return sorted(_next_named(desk, timetables, lines, now), key=lambda line: (line.at, line.uid))


def entries(lines: Iterable[CalendarLine], newsletter: str) -> Iterator[CalendarEvent]:
    """The calendar as events."""
    for line in lines:
        if line.kind == "left out":
            continue
        issue = f"issue {line.issue}" if line.issue else "next issue"
        yield CalendarEvent(
            uid=f"{line.uid}@newsletter", at=line.at, title=f"{newsletter}: {issue} ({line.status})", text=line.words
        )


def _of_slot(timetable: Timetable, slot: Slot) -> CalendarLine:
    words = _SAID[slot.status]
    if slot.why:
        words += f": {BECAUSE[slot.why]}"
    if slot.segment:
        words += f", to those who fit {slot.segment}"
    shown = slot.began_at if slot.began_at and slot.began_at - slot.at >= timedelta(minutes=1) else slot.go_at
    place = ZoneInfo(timetable.cadence.zone)
    if shown:
        words += f", {'begun' if slot.began_at else 'set to'} {shown.astimezone(place):%a %-d %b %H:%M}"
    return CalendarLine(
        uid=f"slot-{timetable.id}-{slot.asked:%Y%m%dT%H%M}",
        kind="slot",
        list_name=timetable.list_name,
        at=slot.at,
        local=slot.at.astimezone(place).replace(tzinfo=None),
        zone=timetable.cadence.zone,
        status=slot.status.value,
        issue=slot.issue,
        words=words,
        due_at=slot.due_at if slot.status in (SlotStatus.WAITING, SlotStatus.FROZEN) else None,
        asked=slot.asked,
    )


def _not_written_down(timetable: Timetable, slots: Sequence[Slot], now: datetime) -> Iterator[CalendarLine]:
    """Times that came while nothing looked."""
    if timetable.held_at is None:
        for one in missing_times(timetable, slots, now):
            if one.at <= now:
                yield _of_rule(timetable, one, "waiting", due_at=one.at)


def _last_may_go(lines: list[CalendarLine], now: datetime) -> list[CalendarLine]:
    """Mark the overdue times of a timetable but the last as passed: the next tick will skip them."""
    late = sorted((line for line in lines if line.lateness(now) is not None), key=lambda line: line.at)[:-1]
    words = "its time passed while nothing ran"
    return [replace(line, due_at=None, status="skipped", words=words) if line in late else line for line in lines]


def _ahead(
    desk: Desk, timetable: Timetable, known: set[datetime], now: datetime, n_ahead: int
) -> Iterator[CalendarLine]:
    """Times that are not written down yet, and the days that are left out between them."""
    coming = list(islice(timetable.cadence.after(now), n_ahead))
    for one in coming:
        if one.asked not in known:
            is_held = timetable.held_at is not None
            yield _of_rule(timetable, one, "on hold") if is_held else _of_rule(timetable, one, "to come", one.at)
    last = coming[-1].at if coming else now
    for day in sorted(timetable.cadence.skipped):
        if timetable.cadence.falls_on(day) and now < (one := timetable.cadence.on(day)).at <= last:
            yield _of_rule(timetable, one, "left out")


def _of_rule(timetable: Timetable, one: Occurrence, status: str, due_at: datetime | None = None) -> CalendarLine:
    return CalendarLine(
        uid=f"slot-{timetable.id}-{one.asked:%Y%m%dT%H%M}",
        kind="left out" if status == "left out" else "slot",
        list_name=timetable.list_name,
        at=one.at,
        local=one.local,
        zone=timetable.cadence.zone,
        status=status,
        issue=None,
        words=" ".join(part for part in (status, clock_note(one)) if part),
        due_at=due_at,
        asked=one.asked,
    )


def _of_sending(mailing: MailingRow, zone: str, now: datetime) -> CalendarLine:
    waits = mailing.status is MailingStatus.SCHEDULED or (
        mailing.status is MailingStatus.PLANNING and mailing.start_at > now
    )
    reason = f": {mailing.pause_reason}" if mailing.pause_reason else ""
    return CalendarLine(
        uid=f"sending-{mailing.id}",
        kind="sending",
        list_name=mailing.list_name,
        at=mailing.start_at,
        local=mailing.start_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None),
        zone=zone,
        status=MailingStatus.SCHEDULED.value if waits else mailing.status.value,
        issue=mailing.issue,
        words=f"{_SAID_OF_SENDING[mailing.status]}{reason}",
        due_at=mailing.start_at if waits else None,
    )


def _is_to_go(line: CalendarLine, now: datetime) -> bool:
    is_to_come = line.at > now and line.status != SlotStatus.SKIPPED
    return is_to_come or line.lateness(now) is not None


def _next_named(
    desk: Desk, timetables: Iterable[Timetable], lines: list[CalendarLine], now: datetime
) -> list[CalendarLine]:
    """The first open slot of each timetable with the issue that would go as things stand."""
    named = list(lines)
    for timetable in timetables:
        mine = [line for line in lines if (line.list_name, line.kind) == (timetable.list_name, "slot")]
        first = min((line for line in mine if _is_to_go(line, now)), key=lambda line: line.at, default=None)
        if first is None or first.issue or timetable.held_at:
            continue
        try:
            number = choose(desk, timetable)
        except NewsletterError:
            number = None
        if number:
            approval = desk.schedule.approvals.find(number)
            state = "as it was approved" if approval else "as things stand"
            whom = f", to those who fit {approval.segment}" if approval and approval.segment else ""
            named[named.index(first)] = replace(first, issue=number, words=f"{first.words}, {state}{whom}")
    return named
