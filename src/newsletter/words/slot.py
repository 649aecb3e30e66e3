"""A slot: one time of a cadence, what stands about it in the database, and the rules of what may happen next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from newsletter.words.cadence import Cadence

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
class Plan:
    """A list's cadence as it was set. Slots begin after `since_at`; while `held_at` is set they pass without an issue."""

    id: int
    list_name: str
    cadence: Cadence
    ways: Ways = field(default_factory=Ways)
    since_at: datetime
    held_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One time of a plan. `asked` is its wall time and its name; `at` the instant of it, `go_at` one the owner chose.

    `digest` are the frozen words, `segment` is the question that its readers have to fit; `n_reminders` how many reminders were considered; `tried_at` when freezing failed last.
    `frozen_at` when its words were frozen, `unlocked_at` when an editor unlocked them after that, to write on.
    """

    id: int
    plan_id: int
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


def may_mend(ways: Ways, slot: Slot, now: datetime) -> bool:
    """Whether a slot that asks would still go by itself if its reason were gone."""
    return slot.status is SlotStatus.ASKING and slot.why in MENDABLE and slot.lateness(now) <= ways.late
