"""Deciding: the owner's answer to a slot that did not go."""

from __future__ import annotations

from datetime import datetime

from newsletter.schedule.desk import Desk
from newsletter.words.cadence_text import say_time
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.slot import APART, Plan, Slot, SlotStatus, Why


def find_asking(desk: Desk, plan: Plan) -> Slot:
    """The last slot of a plan that asks. Raises NotNow where none does."""
    asking = [slot for slot in desk.memory.list_slots(plan.id) if slot.status is SlotStatus.ASKING]
    if not asking:
        raise NotNow(
            f"No slot of {plan.list_name!r} asks for anything.",
            fix="See the calendar: newsletter schedule show. To leave out a day: newsletter schedule set --skip DATE",
        )
    return asking[-1]


def send_at(desk: Desk, plan: Plan, slot: Slot, at: datetime) -> None:
    """Let it go at this time after all. Raises Mistake for a time so near the next slot that two would meet."""
    following = next(plan.cadence.after(max(slot.at, desk.clock.now())), None)
    if following and at > following.at - APART and at > desk.clock.now():
        raise Mistake(
            f"That is less than {APART.total_seconds() / 3600:.0f} hours before the next slot, {say_time(following.local)}.",
            fix="Name an earlier time, or skip it: what was ready goes in the next slot.",
        )
    _change(desk, slot, status=SlotStatus.WAITING, go_at=at, why=None, detail="", tried_at=None)


def skip_slot(desk: Desk, slot: Slot) -> None:
    _change(desk, slot, status=SlotStatus.SKIPPED, why=Why.DECIDED, ended_at=desk.clock.now())


def _change(desk: Desk, slot: Slot, **values: object) -> None:
    if not desk.memory.change(slot, None, **values):
        raise NotNow("The slot has changed meanwhile.", fix="See where it stands: newsletter schedule show")
