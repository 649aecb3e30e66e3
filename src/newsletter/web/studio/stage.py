"""The stage of a week: collecting, writing, to approve, locked, going, gone; and what a person has to put right first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# What readers did is news for so long, where the next issue leaves time for it.
_NEWS_FOR = timedelta(days=3)


class WeekStage(StrEnum):
    """Each has one first action. `STOPPED` did not go, is paused or overdue; `ON_HOLD` is a schedule that somebody paused."""

    COLLECTING = "collecting"
    WRITING = "writing"
    TO_APPROVE = "to approve"
    LOCKED = "locked"
    GOING = "going"
    GONE = "gone"
    STOPPED = "stopped"
    ON_HOLD = "on hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What decides it. `status` is that of the line in the calendar, "" where nothing waits for a time.

    `n_free` are places of the issue that nothing fills, `n_to_sort` finds that nobody has sorted, `n_unwritten` what has
    no words yet or has to be fixed. `is_good`: somebody approved the words that stand there now, or no approval is needed
    and they are fixed. `went_at` is when the last issue began to go, `at` when the next does.
    """

    now: datetime
    status: str = ""
    at: datetime | None = None
    went_at: datetime | None = None
    is_overdue: bool = False
    is_held: bool = False
    has_issue: bool = False
    is_good: bool = False
    n_free: int = 0
    n_to_sort: int = 0
    n_unwritten: int = 0


def stage_of(facts: Facts) -> WeekStage:
    """What has to be put right comes first, then what is under way; the news of the last issue comes before the next one."""
    if facts.is_overdue or facts.status in ("asking", "paused"):
        return WeekStage.STOPPED
    if facts.status in ("going", "sending", "planning"):
        return WeekStage.GOING
    if facts.status in ("frozen", "scheduled"):
        return WeekStage.LOCKED
    if facts.is_held:
        return WeekStage.ON_HOLD
    if facts.is_good:
        return WeekStage.LOCKED
    if _is_news(facts):
        return WeekStage.GONE
    if not facts.has_issue or (facts.n_free and facts.n_to_sort):
        return WeekStage.COLLECTING
    return WeekStage.WRITING if facts.n_unwritten else WeekStage.TO_APPROVE


def _is_news(facts: Facts) -> bool:
    if facts.went_at is None:
        return False
    half = (facts.at - facts.went_at) / 2 if facts.at else _NEWS_FOR
    return facts.now - facts.went_at < min(_NEWS_FOR, half)
