"""Slots: each brought one step further, from waiting to gone, by rules that a crash at any line leaves true."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from newsletter.ledger.plan import plan as plan_mailing
from newsletter.ledger.rows import MailingRow
from newsletter.schedule import letters
from newsletter.schedule.approval import find_good_approval, needs_approval
from newsletter.schedule.desk import Desk
from newsletter.schedule.freeze import Frozen, freeze
from newsletter.schedule.sendings import DOUBT_PATIENCE, tallies_if_over
from newsletter.schedule.stop import REASON
from newsletter.words.ledger import HandOver, MailingStatus
from newsletter.words.mistake import Interrupted, NewsletterError
from newsletter.words.slot import (
    Slot,
    SlotStatus,
    SlotStep,
    Timetable,
    Why,
    is_too_close,
    next_step,
    tried_lately,
    what_keeps_it,
)

log = logging.getLogger(__name__)


def advance(desk: Desk, timetable: Timetable, slot: Slot, now: datetime) -> None:
    """One slot, as far as it can go now."""
    match next_step(timetable, slot, now):
        case SlotStep.FOLLOW:
            _follow(desk, timetable, slot, now)
        case SlotStep.SKIP_HELD:
            _skip(desk, timetable, slot, Why.HELD, "", now)
        case SlotStep.ASK_LATE:
            _ask(desk, timetable, slot, Why.LATE, _and_those_before(desk, timetable, now))
        case SlotStep.MEND:
            _mend(desk, timetable, slot, now)
        case SlotStep.FREEZE | SlotStep.GO as step:
            frozen = _with_words(desk, timetable, slot, now, is_due=step is SlotStep.GO)
            if frozen and step is SlotStep.GO:
                _go(desk, timetable, frozen, now)
        case SlotStep.REST:
            pass


def _with_words(desk: Desk, timetable: Timetable, slot: Slot, now: datetime, *, is_due: bool) -> Slot | None:
    """The slot with its words frozen, now or before. None where it has none yet, or gives way to another issue."""
    if slot.issue is not None and _planned(desk, timetable, slot) is not None:
        # Somebody sent this very issue by hand, or set it to a time: the slot takes the one after it.
        if not desk.schedule.slots.move(slot, SlotStatus.WAITING, issue=None, digest=None):
            return None
        slot = desk.schedule.slots.get(slot.id)
    if slot.status is not SlotStatus.WAITING:
        return slot
    if not is_due and (tried_lately(slot, now) or _is_unlocked(desk, slot)):
        return None
    if is_due and _skip_if_too_close(desk, timetable, slot, now):
        return None
    return _frozen(desk, timetable, slot, now)


def _and_those_before(desk: Desk, timetable: Timetable, now: datetime) -> str:
    """Of several slots that are too late the last one asks; this is its sentence about the others."""
    n = sum(one.why is Why.PASSED and one.ended_at == now for one in desk.schedule.slots.of(timetable.id))
    times = "The time before it passed" if n == 1 else f"The {n} times before it passed"
    return f"{times} without an issue as well." if n else ""


def _frozen(desk: Desk, timetable: Timetable, slot: Slot, now: datetime) -> Slot | None:
    """The slot with its words; None where it has none, which is written down and told when its time has come."""
    found = freeze(desk, timetable, slot)
    if isinstance(found, Frozen):
        if not _lock(desk, timetable, slot, found, now):
            log.warning("slot %s: issue %s is in another slot", slot.id, found.issue)
            return None
        log.info("slot %s: issue %s is frozen as %s", slot.id, found.issue, found.digest[:12])
        return desk.schedule.slots.get(slot.id)
    if found.why is Why.FEW_POSTS:
        _skip(desk, timetable, replace(slot, issue=found.issue), found.why, found.detail, now)
    elif slot.due_at > now:
        # An hour is time enough to read and approve it.
        asks = found.why is Why.UNAPPROVED
        notice = letters.unapproved(desk, timetable, replace(slot, issue=found.issue)) if asks else None
        desk.schedule.slots.note(slot, notice=notice, tried_at=now)
    else:
        desk.schedule.slots.note(slot, tried_at=now)
        _ask(desk, timetable, slot, found.why, found.detail, issue=found.issue)
    return None


def _lock(desk: Desk, timetable: Timetable, slot: Slot, found: Frozen, now: datetime) -> bool:
    """Fix the slot's words, and show them to the editors as a reader will get them."""
    # Practice that begins now is over before anybody could look at it.
    shows = not desk.is_practice or slot.due_at > now
    named = replace(slot, issue=found.issue)
    notice = letters.frozen(desk, timetable, named, found.digest, segment=found.segment) if shows else None
    words = {"issue": found.issue, "digest": found.digest, "why": None, "detail": ""}
    times = {"frozen_at": now, "unlocked_at": None, "tried_at": now}
    return desk.schedule.slots.move(slot, SlotStatus.FROZEN, notice=notice, **words, **times)


def _go(desk: Desk, timetable: Timetable, slot: Slot, now: datetime) -> None:
    """Begin the slot: one transaction decides it, however many try."""
    assert slot.issue is not None
    approval = find_good_approval(desk, slot.issue)
    why = what_keeps_it(
        is_closed=desk.refusal is not None,
        lacks_approval=approval is None and needs_approval(desk, timetable.ways, slot.issue),
        is_unfinished_before=_is_unfinished_before(desk, timetable, slot),
    )
    if why:
        details = {Why.CLOSED: str(desk.refusal), Why.UNFINISHED: "Finish or cancel it: newsletter status"}
        _ask(desk, timetable, slot, why, details.get(why, ""))
        return
    if _skip_if_too_close(desk, timetable, slot, now):
        return
    digest = approval.digest if approval else slot.digest
    segment = approval.segment if approval else ""
    if desk.schedule.slots.move(slot, SlotStatus.GOING, digest=digest, segment=segment, began_at=now):
        log.info("slot %s: issue %s goes as %s", slot.id, slot.issue, (digest or "")[:12])
        _launch(desk, timetable, desk.schedule.slots.get(slot.id), now)


def _launch(desk: Desk, timetable: Timetable, slot: Slot, now: datetime) -> None:
    """Plan the mailing, or find the one that an interrupted tick has planned."""
    assert slot.issue is not None and slot.digest is not None
    mailing = _planned(desk, timetable, slot)
    if mailing is None and slot.lateness(now) > timetable.ways.late:
        # Decided in time, but the machine was gone before anything was planned.
        _ask(desk, timetable, slot, Why.LATE, "")
        return
    try:
        if mailing is None:
            edition = desk.ledger.mailings.get_edition(slot.digest)
            mailing, _ = plan_mailing(
                desk.ledger,
                desk.clock,
                edition,
                list_name=timetable.list_name,
                parcel_size=desk.parcel_size,
                segment=slot.segment,
            )
    except Interrupted:
        raise  # nothing is wrong with the slot: the next look goes on with it
    except NewsletterError as error:
        _ask(desk, timetable, slot, Why.FAULT, str(error))
        return
    if not desk.schedule.slots.note(slot, mailing_id=mailing.id):
        # It was stopped after it began and before it was planned: pause it from the start.
        desk.ledger.control.pause(mailing.issue, REASON)
        stopped = replace(slot, status=SlotStatus.ASKING)
        desk.schedule.slots.move(stopped, SlotStatus.GOING, why=None, mailing_id=mailing.id)


def _follow(desk: Desk, timetable: Timetable, slot: Slot, now: datetime) -> None:
    """See what became of a slot that has begun, and tell the owner once it is over or stands still."""
    if slot.mailing_id is None:
        _launch(desk, timetable, slot, now)
        return
    mailing = desk.ledger.mailings.get(slot.mailing_id)
    tallies = tallies_if_over(desk, mailing)
    if tallies and tallies[0].handover[HandOver.UNCERTAIN] and not _is_old_doubt(desk, slot, now):
        return
    if tallies:
        notice = letters.result(desk, timetable, slot, tallies, now)
        desk.schedule.slots.move(slot, SlotStatus.GONE, notice=notice, ended_at=now)
        log.info("slot %s: issue %s is over", slot.id, slot.issue)
    elif mailing.status is MailingStatus.PAUSED:
        desk.notices.add(letters.stopped(desk, timetable, slot, mailing.pause_reason or "it was paused."))


def _is_old_doubt(desk: Desk, slot: Slot, now: datetime) -> bool:
    """Whether readers have been in doubt for so long that the owner should hear; notes when it was seen first."""
    if slot.tried_at is None or slot.tried_at < (slot.began_at or now):
        desk.schedule.slots.note(slot, tried_at=now)
        return False
    return now - slot.tried_at >= DOUBT_PATIENCE


def _mend(desk: Desk, timetable: Timetable, slot: Slot, now: datetime) -> None:
    """Let a slot that asks go by itself when its reason is gone in time."""
    if slot.why is Why.UNAPPROVED:
        if slot.issue is None or find_good_approval(desk, slot.issue) is None:
            return
    elif slot.why is Why.UNFINISHED:
        if _is_unfinished_before(desk, timetable, slot):
            return
    elif tried_lately(slot, now):
        return
    found = freeze(desk, timetable, slot)
    if not isinstance(found, Frozen):
        desk.schedule.slots.note(slot, tried_at=now)
        if found.why not in (slot.why, Why.FEW_POSTS):
            _ask(desk, timetable, slot, found.why, found.detail, issue=found.issue)
        return
    if _lock(desk, timetable, slot, found, now):
        _go(desk, timetable, desk.schedule.slots.get(slot.id), now)


def _ask(desk: Desk, timetable: Timetable, slot: Slot, why: Why, detail: str, *, issue: int | None = None) -> None:
    notice = letters.asking(desk, timetable, replace(slot, issue=issue or slot.issue), why, detail)
    taken = {"issue": issue} if issue else {}
    if desk.schedule.slots.move(slot, SlotStatus.ASKING, notice=notice, why=why, detail=detail, **taken):
        log.warning("slot %s did not go and asks: %s", slot.id, why.value)


def _skip(desk: Desk, timetable: Timetable, slot: Slot, why: Why, detail: str, now: datetime) -> None:
    notice = letters.skipped(desk, timetable, slot, why, detail)
    if desk.schedule.slots.move(slot, SlotStatus.SKIPPED, notice=notice, why=why, detail=detail, ended_at=now):
        log.info("slot %s is skipped: %s", slot.id, why.value)


def _skip_if_too_close(desk: Desk, timetable: Timetable, slot: Slot, now: datetime) -> bool:
    went_at = desk.schedule.slots.last_went_at(timetable.list_name, but=slot, now=now)
    if not is_too_close(slot, went_at, now):
        return False
    _skip(desk, timetable, slot, Why.TOO_CLOSE, "", now)
    return True


def _is_unfinished_before(desk: Desk, timetable: Timetable, slot: Slot) -> bool:
    others = (one for one in desk.schedule.slots.of(timetable.id) if one.id != slot.id)
    return any(one.status is SlotStatus.GOING for one in others)


def _planned(desk: Desk, timetable: Timetable, slot: Slot) -> MailingRow | None:
    """The mailing of the slot's issue to its list, wherever it came from; not one that was called off."""
    mine = [
        row
        for row in desk.schedule.sendings.list_all()
        if (row.issue, row.list_name) == (slot.issue, timetable.list_name) and row.status is not MailingStatus.CANCELLED
    ]
    return mine[-1] if mine else None


def _is_unlocked(desk: Desk, slot: Slot) -> bool:
    """Whether somebody goes on writing: an approval fixes the words again, else the last moment does."""
    approved = slot.issue is not None and find_good_approval(desk, slot.issue) is not None
    return slot.unlocked_at is not None and not approved
