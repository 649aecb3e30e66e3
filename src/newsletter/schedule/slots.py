"""Slots: each brought one step further, from waiting to gone, by rules that a crash at any line leaves true."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from newsletter.ledger.plan import plan as plan_mailing
from newsletter.ledger.rows import MailingRow
from newsletter.schedule import letters
from newsletter.schedule.approval import find_good_approval, needs_approval
from newsletter.schedule.desk import Desk
from newsletter.schedule.end import DOUBT_PATIENCE, tallies_if_over
from newsletter.schedule.freeze import Frozen, freeze
from newsletter.schedule.stop import REASON
from newsletter.words.ledger import HandOver, MailingStatus
from newsletter.words.mistake import Interrupted, NewsletterError
from newsletter.words.slot import APART, Plan, Slot, SlotStatus, Why, may_mend

log = logging.getLogger(__name__)

# Rendering an issue that has errors again and again would keep a small machine busy.
TRY_AGAIN_AFTER = timedelta(minutes=5)


def advance(desk: Desk, plan: Plan, slot: Slot, now: datetime) -> None:
    """One slot, as far as it can go now."""
    if slot.status is SlotStatus.GOING:
        _follow(desk, plan, slot, now)
    elif plan.held_at is not None and slot.go_at is None:
        if slot.due_at <= now and slot.status is not SlotStatus.ASKING:
            _skip(desk, plan, slot, Why.HELD, "", now)
    elif slot.status is SlotStatus.ASKING:
        if may_mend(plan.ways, slot, now):
            _mend(desk, plan, slot, now)
    elif now >= slot.due_at - plan.ways.freeze_before:
        _freeze_and_go(desk, plan, slot, now)


def _freeze_and_go(desk: Desk, plan: Plan, slot: Slot, now: datetime) -> None:
    if slot.lateness(now) > plan.ways.late:
        _ask(desk, plan, slot, Why.LATE, _and_those_before(desk, plan, now))
        return
    is_due = slot.due_at <= now
    if slot.issue is not None and _planned(desk, plan, slot) is not None:
        # Somebody sent this very issue by hand, or set it to a time: the slot takes the one after it.
        if not desk.memory.change(slot, None, status=SlotStatus.WAITING, issue=None, digest=None):
            return
        slot = desk.memory.get_slot(slot.id)
    if slot.status is SlotStatus.WAITING:
        if not is_due and (_tried_lately(slot, now) or _is_unlocked(desk, slot)):
            return
        if is_due and _is_too_close(desk, plan, slot, now):
            return
        frozen = _frozen(desk, plan, slot, now)
        if frozen is None:
            return
        slot = frozen
    if is_due:
        _go(desk, plan, slot, now)


def _and_those_before(desk: Desk, plan: Plan, now: datetime) -> str:
    """Of several that are too late the last one asks, and tells of the others."""
    n = sum(one.why is Why.PASSED and one.ended_at == now for one in desk.memory.list_slots(plan.id))
    times = "The time before it passed" if n == 1 else f"The {n} times before it passed"
    return f"{times} without an issue as well." if n else ""


def _frozen(desk: Desk, plan: Plan, slot: Slot, now: datetime) -> Slot | None:
    """The slot with its words; None where it has none, which is written down and told when its time has come."""
    found = freeze(desk, plan, slot)
    if isinstance(found, Frozen):
        if not _lock(desk, plan, slot, found, now):
            log.warning("slot %s: issue %s is in another slot", slot.id, found.issue)
            return None
        log.info("slot %s: issue %s is frozen as %s", slot.id, found.issue, found.digest[:12])
        return desk.memory.get_slot(slot.id)
    if found.why is Why.FEW_POSTS:
        _skip(desk, plan, replace(slot, issue=found.issue), found.why, found.detail, now)
    elif slot.due_at > now:
        # An hour is time enough to read and approve it.
        asks = found.why is Why.UNAPPROVED
        notice = letters.unapproved(desk, plan, replace(slot, issue=found.issue)) if asks else None
        desk.memory.change(slot, notice, tried_at=now)
    else:
        desk.memory.change(slot, None, tried_at=now)
        _ask(desk, plan, slot, found.why, found.detail, issue=found.issue)
    return None


def _lock(desk: Desk, plan: Plan, slot: Slot, found: Frozen, now: datetime) -> bool:
    """Fix the slot's words, and show them to the editors as a reader will get them."""
    # Practice that begins now is over before anybody could look at it.
    shows = not desk.is_practice or slot.due_at > now
    named = replace(slot, issue=found.issue)
    notice = letters.frozen(desk, plan, named, found.digest, segment=found.segment) if shows else None
    values = {"status": SlotStatus.FROZEN, "issue": found.issue, "digest": found.digest, "why": None, "detail": ""}
    return desk.memory.change(slot, notice, **values, frozen_at=now, unlocked_at=None, tried_at=now)


def _go(desk: Desk, plan: Plan, slot: Slot, now: datetime) -> None:
    """From here on the slot has begun: one transaction decides it, whoever else is trying."""
    assert slot.issue is not None
    if desk.refusal:
        _ask(desk, plan, slot, Why.CLOSED, str(desk.refusal))
        return
    approval = find_good_approval(desk, slot.issue)
    if approval is None and needs_approval(desk, plan.ways, slot.issue):
        _ask(desk, plan, slot, Why.UNAPPROVED, "")
        return
    if _is_unfinished_before(desk, plan, slot):
        _ask(desk, plan, slot, Why.UNFINISHED, "Finish or cancel it: newsletter status")
        return
    if _is_too_close(desk, plan, slot, now):
        return
    digest = approval.digest if approval else slot.digest
    segment = approval.segment if approval else ""
    if desk.memory.change(slot, None, status=SlotStatus.GOING, digest=digest, segment=segment, began_at=now):
        log.info("slot %s: issue %s goes as %s", slot.id, slot.issue, (digest or "")[:12])
        _launch(desk, plan, desk.memory.get_slot(slot.id), now)


def _launch(desk: Desk, plan: Plan, slot: Slot, now: datetime) -> None:
    """Plan the mailing, or find the one that an interrupted tick has planned."""
    assert slot.issue is not None and slot.digest is not None
    mailing = _planned(desk, plan, slot)
    if mailing is None and slot.lateness(now) > plan.ways.late:
        # Decided in time, but the machine was gone before anything was planned.
        _ask(desk, plan, slot, Why.LATE, "")
        return
    try:
        if mailing is None:
            edition = desk.ledger.mailings.get_edition(slot.digest)
            mailing, _ = plan_mailing(
                desk.ledger,
                desk.clock,
                edition,
                list_name=plan.list_name,
                parcel_size=desk.parcel_size,
                segment=slot.segment,
            )
    except Interrupted:
        raise  # nothing is wrong with the slot: whoever looks next goes on with it
    except NewsletterError as error:
        _ask(desk, plan, slot, Why.FAULT, str(error))
        return
    if not desk.memory.change(slot, None, mailing_id=mailing.id):
        # Stopped between the word that it begins and its plan: it stands still from its beginning.
        desk.ledger.control.pause(mailing.issue, REASON)
        stopped = replace(slot, status=SlotStatus.ASKING)
        desk.memory.change(stopped, None, status=SlotStatus.GOING, why=None, mailing_id=mailing.id)


def _follow(desk: Desk, plan: Plan, slot: Slot, now: datetime) -> None:
    """See what became of a slot that has begun, and tell the owner once it is over or stands still."""
    if slot.mailing_id is None:
        _launch(desk, plan, slot, now)
        return
    mailing = desk.ledger.mailings.get(slot.mailing_id)
    tallies = tallies_if_over(desk, mailing)
    if tallies and tallies[0].handover[HandOver.UNCERTAIN] and not _is_old_doubt(desk, slot, now):
        return
    if tallies:
        notice = letters.result(desk, plan, slot, tallies, now)
        desk.memory.change(slot, notice, status=SlotStatus.GONE, ended_at=now)
        log.info("slot %s: issue %s is over", slot.id, slot.issue)
    elif mailing.status is MailingStatus.PAUSED:
        desk.memory.add_notice(letters.stopped(desk, plan, slot, mailing.pause_reason or "it was paused."))


def _is_old_doubt(desk: Desk, slot: Slot, now: datetime) -> bool:
    """Whether readers have been in doubt for so long that the owner should hear; notes when it was seen first."""
    if slot.tried_at is None or slot.tried_at < (slot.began_at or now):
        desk.memory.change(slot, None, tried_at=now)
        return False
    return now - slot.tried_at >= DOUBT_PATIENCE


def _mend(desk: Desk, plan: Plan, slot: Slot, now: datetime) -> None:
    """A slot that asks goes by itself when its reason is gone in time."""
    if slot.why is Why.UNAPPROVED:
        if slot.issue is None or find_good_approval(desk, slot.issue) is None:
            return
    elif slot.why is Why.UNFINISHED:
        if _is_unfinished_before(desk, plan, slot):
            return
    elif _tried_lately(slot, now):
        return
    found = freeze(desk, plan, slot)
    if not isinstance(found, Frozen):
        desk.memory.change(slot, None, tried_at=now)
        if found.why not in (slot.why, Why.FEW_POSTS):
            _ask(desk, plan, slot, found.why, found.detail, issue=found.issue)
        return
    if _lock(desk, plan, slot, found, now):
        _go(desk, plan, desk.memory.get_slot(slot.id), now)


def _ask(desk: Desk, plan: Plan, slot: Slot, why: Why, detail: str, *, issue: int | None = None) -> None:
    notice = letters.asking(desk, plan, replace(slot, issue=issue or slot.issue), why, detail)
    values: dict[str, object] = {"status": SlotStatus.ASKING, "why": why, "detail": detail}
    if desk.memory.change(slot, notice, **values, **({"issue": issue} if issue else {})):
        log.warning("slot %s did not go and asks: %s", slot.id, why.value)


def _skip(desk: Desk, plan: Plan, slot: Slot, why: Why, detail: str, now: datetime) -> None:
    notice = letters.skipped(desk, plan, slot, why, detail)
    if desk.memory.change(slot, notice, status=SlotStatus.SKIPPED, why=why, detail=detail, ended_at=now):
        log.info("slot %s is skipped: %s", slot.id, why.value)


def _is_too_close(desk: Desk, plan: Plan, slot: Slot, now: datetime) -> bool:
    """Never two issues back to back, unless the owner chose this very time."""
    if slot.go_at is not None:
        return False
    before = desk.memory.last_went_at(plan.list_name, but=slot, now=now)
    if before is None or now - before >= APART:
        return False
    _skip(desk, plan, slot, Why.TOO_CLOSE, "", now)
    return True


def _is_unfinished_before(desk: Desk, plan: Plan, slot: Slot) -> bool:
    going = [one for one in desk.memory.list_slots(plan.id) if one.status is SlotStatus.GOING and one.id != slot.id]
    return bool(going)


def _planned(desk: Desk, plan: Plan, slot: Slot) -> MailingRow | None:
    """The mailing of the slot's issue to its list, wherever it came from; not one that was called off."""
    mine = [
        row
        for row, _ in desk.memory.list_sendings()
        if (row.issue, row.list_name) == (slot.issue, plan.list_name) and row.status is not MailingStatus.CANCELLED
    ]
    return mine[-1] if mine else None


def _is_unlocked(desk: Desk, slot: Slot) -> bool:
    """Whether somebody writes on: the words are fixed again by an approval, else at the last moment."""
    approved = slot.issue is not None and find_good_approval(desk, slot.issue) is not None
    return slot.unlocked_at is not None and not approved


def _tried_lately(slot: Slot, now: datetime) -> bool:
    return slot.tried_at is not None and timedelta(0) <= now - slot.tried_at < TRY_AGAIN_AFTER
