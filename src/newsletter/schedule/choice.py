"""Choice: what a person decides. An approval, the issue that goes next, the answer to a slot that did not go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from newsletter.compose.press import press
from newsletter.preflight.check import check
from newsletter.schedule.approval import find_good_approval
from newsletter.schedule.desk import Desk
from newsletter.schedule.freeze import choose
from newsletter.schedule.lock import lock_anew, slots_with
from newsletter.schedule.times.line import slot_at, times_ahead
from newsletter.words.finding import Finding, that_ask, that_stop
from newsletter.words.mistake import Missing, Mistake, NotNow
from newsletter.words.slot import APART, Approval, Slot, SlotStatus, Timetable, Why
from newsletter.words.times.cadence_text import say_time

_NOT_BEGUN = (SlotStatus.WAITING, SlotStatus.FROZEN)


class FindingsStop(Mistake):
    """`check` finds errors in the issue, of which `found` is the first, and nobody said that it may go all the same."""

    def __init__(self, number: int, found: Finding) -> None:
        despite = "" if found.is_firm else " To approve it as it is, add --despite-findings."
        super().__init__(
            f"{found.message} Issue {number} was not approved.", fix=f"{found.fix}{despite}", place=found.place
        )
        self.found = found


class FindingsUnanswered(Mistake):
    """Nobody has answered what the findings about an issue ask, so nobody can approve it."""

    def __init__(self, number: int, questions: Sequence[Finding]) -> None:
        each = "\n".join(f"- {one.place}: {one.message} {one.fix}" for one in questions)
        n = "1 question is" if len(questions) == 1 else f"{len(questions)} questions are"
        super().__init__(f"Issue {number} was not approved: {n} not answered yet.", fix=each)
        self.questions = questions


def approve_issue(
    desk: Desk,
    number: int,
    *,
    by: str,
    is_next: bool | None = None,
    segment: str | None = None,
    despite_findings: bool = False,
    seen: str = "",
) -> Approval:
    """Pin an issue to the words that stand in the folder now. A sending of it that has not begun goes with them too.

    `is_next` and `segment` stay as they are where None. `seen` is the digest of the words that were read; "" is those
    of now. Raises NotNow where the folder has changed since, FindingsStop where `check` finds errors, and
    FindingsUnanswered where findings wait for an answer.
    """
    proof = press(desk.shelf, desk.newsletter, number)
    if seen not in ("", proof.rendered.edition.digest):
        raise NotNow(
            f"Issue {number} was changed since you looked, so it was not approved.", fix="Look once more, then approve."
        )
    found = check(proof, desk.around(proof))
    if errors := that_stop(found, despite=despite_findings):
        raise FindingsStop(number, errors[0])
    if questions := that_ask(found):
        raise FindingsUnanswered(number, questions)
    words = proof.rendered.edition
    approval = desk.schedule.approvals.approve(words, by=by, now=desk.clock.now(), is_next=is_next, segment=segment)
    desk.schedule.sendings.reword(words)
    lock_anew(desk, approval)
    return approval


def send_next(
    desk: Desk,
    timetable: Timetable,
    number: int,
    *,
    by: str,
    segment: str = "",
    despite_findings: bool = False,
    seen: str = "",
) -> Slot:
    """Put an issue before all others: it goes in the next slot, as it was approved, else as it is now. Returns that slot.

    Readers have to fit the question `segment`; "" is the whole list. `seen` as in `approve_issue`.
    """
    known = find_good_approval(desk, number)
    if known:
        if seen not in ("", known.digest):
            raise NotNow(f"Other words of issue {number} were approved since you looked.", fix="Look once more.")
        words = desk.ledger.mailings.get_edition(known.digest)
        desk.schedule.approvals.approve(
            words, by=known.approved_by, now=known.approved_at, is_next=True, segment=segment
        )
    else:
        approve_issue(desk, number, by=by, is_next=True, segment=segment, despite_findings=despite_findings, seen=seen)
    following = _next_slot(desk, timetable)
    if following.issue != number:
        # Another issue was ready: it keeps its file and goes in a later slot.
        desk.schedule.slots.move(following, SlotStatus.WAITING, issue=None, digest=None)
    if choose(desk, timetable) != number and desk.schedule.slots.get(following.id).issue != number:
        raise Missing(
            f"Issue {number} is not meant for {timetable.list_name!r}, or has gone to it.",
            fix=f"See where it stands: newsletter status {number}, and `lists:` on top of its file.",
        )
    return desk.schedule.slots.get(following.id)


def withdraw_approval(desk: Desk, number: int) -> bool:
    """Take an approval back; a slot that has not begun chooses again."""
    withdrawn = desk.schedule.approvals.withdraw(number)
    if withdrawn:
        for _, slot in slots_with(desk, number, *_NOT_BEGUN):
            desk.schedule.slots.move(slot, SlotStatus.WAITING, issue=None, digest=None, frozen_at=None)
    return withdrawn


def _next_slot(desk: Desk, timetable: Timetable) -> Slot:
    following = next(times_ahead(desk, timetable), None)
    if following is None:
        raise Missing("No time of this schedule is to come.", fix="See it: newsletter schedule show")
    return slot_at(desk, timetable, following)


def find_asking(desk: Desk, timetable: Timetable) -> Slot:
    """The last slot of a timetable that asks. Raises NotNow where none does."""
    asking = [slot for slot in desk.schedule.slots.of(timetable.id) if slot.status is SlotStatus.ASKING]
    if not asking:
        raise NotNow(
            f"No slot of {timetable.list_name!r} asks for anything.",
            fix="See the calendar: newsletter schedule show. To leave out a day: newsletter schedule set --skip DATE",
        )
    return asking[-1]


def send_at(desk: Desk, timetable: Timetable, slot: Slot, at: datetime) -> None:
    """Let it go at this time after all. Raises Mistake for a time too close to the next slot."""
    following = next(timetable.cadence.after(max(slot.at, desk.clock.now())), None)
    if following and at > following.at - APART and at > desk.clock.now():
        raise Mistake(
            f"That is less than {APART.total_seconds() / 3600:.0f} hours before the next slot, {say_time(following.local)}.",
            fix="Name an earlier time, or skip it: what was ready goes in the next slot.",
        )
    _decide(desk, slot, SlotStatus.WAITING, go_at=at, why=None, detail="", tried_at=None)


def skip_slot(desk: Desk, slot: Slot) -> None:
    _decide(desk, slot, SlotStatus.SKIPPED, why=Why.DECIDED, ended_at=desk.clock.now())


def _decide(desk: Desk, slot: Slot, to: SlotStatus, **values: Any) -> None:
    if not desk.schedule.slots.move(slot, to, **values):
        raise NotNow("The slot has changed meanwhile.", fix="See where it stands: newsletter schedule show")
