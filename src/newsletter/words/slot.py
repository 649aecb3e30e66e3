"""A slot: one time of a cadence, what stands about it in the database, and the rules of what may happen next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from newsletter.words.times.cadence import Cadence

# Rendering an issue that has errors again and again would keep a small machine busy.
TRY_AGAIN_AFTER = timedelta(minutes=5)
# A slot that comes sooner after an issue than this would put two into one morning.
APART = timedelta(hours=12)


class SlotStatus(StrEnum):
    """Where a slot stands. `ASKING` did not go and waits for the owner; `GOING` has its words and is being sent."""

    WAITING = "waiting"
    FROZEN = "frozen"
    ASKING = "asking"
    GOING = "going"
    GONE = "gone"
    SKIPPED = "skipped"


# What may still go out by itself or by a word of the owner.
OPEN = (SlotStatus.WAITING, SlotStatus.FROZEN, SlotStatus.ASKING)
# A slot in one of these states holds its issue: no other slot of the list may take it.
HOLDS_ISSUE = (SlotStatus.FROZEN, SlotStatus.ASKING, SlotStatus.GOING, SlotStatus.GONE)

# The one table of a slot's moves. The CHECK on the column is made of the same states, and a test walks the table.
SLOT_MOVES: frozenset[tuple[SlotStatus, SlotStatus]] = frozenset(
    {
        (SlotStatus.WAITING, SlotStatus.FROZEN),
        (SlotStatus.WAITING, SlotStatus.ASKING),
        (SlotStatus.WAITING, SlotStatus.SKIPPED),
        (SlotStatus.FROZEN, SlotStatus.WAITING),  # an editor unlocked it, or another issue is to go
        (SlotStatus.FROZEN, SlotStatus.GOING),
        (SlotStatus.FROZEN, SlotStatus.ASKING),
        (SlotStatus.FROZEN, SlotStatus.SKIPPED),
        (SlotStatus.ASKING, SlotStatus.WAITING),  # the owner named a time, or the clock was set back
        (SlotStatus.ASKING, SlotStatus.FROZEN),  # its reason is gone
        (SlotStatus.ASKING, SlotStatus.GOING),  # stopped between its beginning and its plan
        (SlotStatus.ASKING, SlotStatus.SKIPPED),
        (SlotStatus.GOING, SlotStatus.GONE),
        (SlotStatus.GOING, SlotStatus.ASKING),  # it could not be planned, or was stopped
        (SlotStatus.SKIPPED, SlotStatus.WAITING),  # the clock was set back, or an issue was put into it
    }
)


def may_move(now: SlotStatus, to: SlotStatus) -> bool:
    """Whether a slot may go from one state to another. To stay is no move, and always allowed."""
    return now is to or (now, to) in SLOT_MOVES


class Why(StrEnum):
    """Why a slot asks, or why it was skipped. The sentences for people are in `schedule/letters.py`."""

    LATE = "late"
    UNAPPROVED = "unapproved"
    FINDINGS = "findings"
    NO_ISSUE = "no_issue"
    FAULT = "fault"
    CLOSED = "closed"
    UNFINISHED = "unfinished"
    MOVED = "moved"
    FEW_POSTS = "few_posts"
    HELD = "held"
    TOO_CLOSE = "too_close"
    PASSED = "passed"
    DECIDED = "decided"
    STOPPED = "stopped"


# Reasons that the owner can mend in time: such a slot goes by itself once they are gone.
MENDABLE = frozenset({Why.UNAPPROVED, Why.FINDINGS, Why.NO_ISSUE, Why.FAULT, Why.CLOSED, Why.UNFINISHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How the slots of a cadence drive themselves.

    `freeze_before` and `late` are lengths of time before and after a slot; `min_posts` the fewest posts that make an
    issue. `needs_approval`: nothing goes that nobody approved. `drafts`: a missing issue is made of unused posts.
    `tell` are the owner's and the editors' addresses.
    """

    freeze_before: timedelta = timedelta(hours=1)
    late: timedelta = timedelta(hours=3)
    min_posts: int = 1
    needs_approval: bool = False
    drafts: bool = True
    tell: tuple[str, ...] = ()
    heartbeat_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """A list's cadence as it was set. Slots begin after `since_at`; while `held_at` is set they pass without an issue."""

    id: int
    list_name: str
    cadence: Cadence
    ways: Ways = field(default_factory=Ways)
    since_at: datetime
    held_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One time of a timetable. `asked` is its wall time and its name; `at` the instant of it, `go_at` one the owner chose.

    `digest` are the frozen words, `segment` is the question that its readers have to fit; `n_reminders` how many reminders were considered; `tried_at` when freezing failed last.
    `frozen_at` when its words were frozen, `unlocked_at` when an editor unlocked them after that, to write on.
    """

    id: int
    timetable_id: int
    asked: datetime
    at: datetime
    go_at: datetime | None = None
    status: SlotStatus = SlotStatus.WAITING
    why: Why | None = None
    detail: str = ""
    issue: int | None = None
    digest: str | None = None
    segment: str = ""
    mailing_id: int | None = None
    n_reminders: int = 0
    tried_at: datetime | None = None
    frozen_at: datetime | None = None
    unlocked_at: datetime | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def due_at(self) -> datetime:
        return self.go_at or self.at

    @property
    def day(self) -> date:
        return self.asked.date()

    def lateness(self, now: datetime) -> timedelta:
        """How long its time is over; negative before it."""
        return now - self.due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Somebody said that exactly these words of an issue may go. `is_next` puts the issue before all others.

    `segment` is the question that readers have to fit who get it in its slot; "" is the whole list.
    """

    issue: int
    digest: str
    approved_by: str
    approved_at: datetime
    is_next: bool = False
    segment: str = ""


def reminders(ways: Ways, slot: Slot) -> tuple[datetime, ...]:
    """When editors are reminded, earliest first: a day and two hours before the words are frozen."""
    frozen_at = slot.due_at - ways.freeze_before
    return (frozen_at - timedelta(hours=24), frozen_at - timedelta(hours=2))


def reminder_due(timetable: Timetable, slot: Slot, now: datetime) -> int | None:
    """The number of the reminder that is due, from 1 on; None where none is, or it was considered before.

    Once the words are frozen, or while the schedule is on hold, there is nothing to remind of.
    """
    n_passed = sum(time <= now for time in reminders(timetable.ways, slot))
    is_open = slot.status is SlotStatus.WAITING and timetable.held_at is None
    if not is_open or slot.n_reminders >= n_passed or now >= slot.due_at - timetable.ways.freeze_before:
        return None
    return n_passed


def passed_over(slots: Sequence[Slot], now: datetime) -> list[Slot]:
    """Of slots by time, those that are too late to go: a later one has come, or they ask and the next is to be frozen."""
    return [
        slot
        for slot, following in pairwise(slots)
        if slot.due_at <= now
        and (following.at <= now or slot.status is SlotStatus.ASKING)
        and slot.due_at < following.at
    ]


def may_mend(ways: Ways, slot: Slot, now: datetime) -> bool:
    """Whether a slot that asks would still go by itself if its reason were gone."""
    return slot.status is SlotStatus.ASKING and slot.why in MENDABLE and slot.lateness(now) <= ways.late


class SlotStep(StrEnum):
    """What a slot does at this look. `FREEZE` fixes its words before its time; `GO` sends it, frozen already or not."""

    REST = "rest"
    FREEZE = "freeze"
    GO = "go"
    FOLLOW = "follow"
    MEND = "mend"
    ASK_LATE = "ask late"
    SKIP_HELD = "skip held"


def next_step(timetable: Timetable, slot: Slot, now: datetime) -> SlotStep:
    """A slot that has begun is followed, whatever else holds. A time that the owner chose goes through a hold."""
    asks, is_due = slot.status is SlotStatus.ASKING, slot.due_at <= now
    if slot.status is SlotStatus.GOING:
        return SlotStep.FOLLOW
    if timetable.held_at is not None and slot.go_at is None:
        return SlotStep.SKIP_HELD if is_due and not asks else SlotStep.REST
    if asks:
        return SlotStep.MEND if may_mend(timetable.ways, slot, now) else SlotStep.REST
    if now < slot.due_at - timetable.ways.freeze_before:
        return SlotStep.REST
    if slot.lateness(now) > timetable.ways.late:
        return SlotStep.ASK_LATE
    return SlotStep.GO if is_due else SlotStep.FREEZE


def what_keeps_it(*, is_closed: bool, lacks_approval: bool, is_unfinished_before: bool) -> Why | None:
    """Why a slot whose time has come asks instead of going: what the owner has to mend first comes first."""
    if is_closed:
        return Why.CLOSED
    if lacks_approval:
        return Why.UNAPPROVED
    return Why.UNFINISHED if is_unfinished_before else None


def is_too_close(slot: Slot, went_at: datetime | None, now: datetime) -> bool:
    """Never two issues back to back, unless the owner chose this very time. `went_at`: when the one before went."""
    return slot.go_at is None and went_at is not None and now - went_at < APART


def tried_lately(slot: Slot, now: datetime) -> bool:
    return slot.tried_at is not None and timedelta(0) <= now - slot.tried_at < TRY_AGAIN_AFTER
