"""Choosing: approvals, and the issue that was asked to go next, with what follows from them for slots."""

from __future__ import annotations

from newsletter.schedule.approval import find_good_approval
from newsletter.schedule.desk import Desk
from newsletter.schedule.freeze import approve, choose
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.slot import Approval, Plan, Slot, SlotStatus

_NOT_BEGUN = (SlotStatus.WAITING, SlotStatus.FROZEN)


def approve_issue(desk: Desk, number: int, *, by: str, despite_findings: bool = False, seen: str = "") -> Approval:
    """Pin an issue to its present words; see `freezing.approve`."""
    known = desk.memory.find_approval(number)
    is_next = known.is_next if known else False
    return approve(desk, number, by=by, is_next=is_next, despite_findings=despite_findings, seen=seen)


def send_next(
    desk: Desk, plan: Plan, number: int, *, by: str, segment: str = "", despite_findings: bool = False, seen: str = ""
) -> Slot:
    """Put an issue before all others: it goes in the next slot, as it was approved, else as it is now. Returns that slot.

    Readers have to fit the question `segment`; "" is the whole list. `seen` as in `freezing.approve`.
    """
    known = find_good_approval(desk, number)
    if known:
        if seen not in ("", known.digest):
            raise NotNow(f"Other words of issue {number} were approved since you looked.", fix="Look once more.")
        words = desk.ledger.mailings.get_edition(known.digest)
        desk.memory.approve(words, by=known.approved_by, now=known.approved_at, is_next=True, segment=segment)
    else:
        approve(desk, number, by=by, is_next=True, segment=segment, despite_findings=despite_findings, seen=seen)
    following = _next_slot(desk, plan)
    if following.issue != number:
        # Another issue was ready: it keeps its file and goes in a later slot.
        desk.memory.change(following, None, status=SlotStatus.WAITING, issue=None, digest=None)
    if choose(desk, plan) != number and desk.memory.get_slot(following.id).issue != number:
        raise Missing(
            f"Issue {number} is not meant for {plan.list_name!r}, or has gone to it.",
            fix=f"See where it stands: newsletter status {number}, and `lists:` on top of its file.",
        )
    return desk.memory.get_slot(following.id)


def withdraw_approval(desk: Desk, number: int) -> bool:
    """Take an approval back; a slot that has not begun chooses anew."""
    withdrawn = desk.memory.withdraw(number)
    for plan in desk.memory.list_plans():
        for slot in desk.memory.list_slots(plan.id):
            if withdrawn and slot.issue == number and slot.status in _NOT_BEGUN:
                desk.memory.change(slot, None, status=SlotStatus.WAITING, issue=None, digest=None, frozen_at=None)
    return withdrawn


def _next_slot(desk: Desk, plan: Plan) -> Slot:
    now = desk.clock.now()
    following = next(plan.cadence.after(now), None)
    if following is None:
        raise Missing("No time of this schedule is to come.", fix="See it: newsletter schedule show")
    desk.memory.add_slots(plan.id, [following])
    return next(slot for slot in desk.memory.list_slots(plan.id) if slot.asked == following.asked)
