"""The pulse of one service: whether it keeps the schedule, and how long ago its beats began and went well."""

from __future__ import annotations

import time
from collections.abc import Callable, MutableSequence
from dataclasses import dataclass

from newsletter.jobs.ticker import SECONDS_BETWEEN_TICKS

# Beats that may be missed before the schedule counts as silent, and before the process counts as stuck.
BEATS_BEFORE_SILENCE = 4
BEATS_BEFORE_STUCK = 20
_BEGAN, _TRIED, _LOOKED = range(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseSign:
    """What a process says of its schedule. `is_stuck`: only a new start helps."""

    is_well: bool
    is_stuck: bool
    words: str


class Pulse:
    """`begin` when this service took the schedule on, `tried` when a beat began, `looked` when one went well.

    `marks` are the three moments in seconds of `now`, the first negative before it began. Where one process keeps the
    schedule and another answers for it, they are in memory that both share.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        *,
        seconds_between_ticks: float = SECONDS_BETWEEN_TICKS,
        marks: MutableSequence[float] | None = None,
    ) -> None:
        self._now, self._beat = now, seconds_between_ticks
        self._marks: MutableSequence[float] = [0.0] * 3 if marks is None else marks
        self._marks[:] = [-1.0, now(), now()]

    def begin(self) -> None:
        self._marks[:] = [self._now()] * 3

    def leave(self) -> None:
        """Another service keeps the schedule."""
        self._marks[_BEGAN] = -1.0

    def tried(self) -> None:
        self._marks[_TRIED] = self._now()

    def looked(self) -> None:
        self._marks[_TRIED] = self._marks[_LOOKED] = self._now()

    @property
    def is_alive(self) -> bool:
        """Whether it has looked at the schedule lately, and nothing went wrong."""
        return self._now() - self._marks[_LOOKED] < BEATS_BEFORE_SILENCE * self._beat

    def sign(self, since_any_tick: float | None) -> PulseSign:
        """`since_any_tick` are the seconds since any process did all that was due, as the database knows it."""
        if self._marks[_BEGAN] < 0:
            by_others = "" if since_any_tick is None else f" It was looked at {since_any_tick:.0f} s ago."
            return PulseSign(
                is_well=True, is_stuck=False, words=f"pages only: the schedule is not kept here.{by_others}"
            )
        silence = BEATS_BEFORE_SILENCE * self._beat
        since_look, since_try = self._now() - self._marks[_LOOKED], self._now() - self._marks[_TRIED]
        is_stuck = since_try >= BEATS_BEFORE_STUCK * self._beat
        if since_look >= silence:
            words = f"the schedule is silent: it was last looked at {since_look:.0f} s ago"
        elif self._now() - self._marks[_BEGAN] >= silence and since_any_tick is not None and since_any_tick >= silence:
            words = f"the schedule is held by another process, and was last looked at {since_any_tick:.0f} s ago"
        else:
            return PulseSign(is_well=True, is_stuck=False, words=f"the schedule was looked at {since_look:.0f} s ago")
        return PulseSign(is_well=False, is_stuck=is_stuck, words=words)
