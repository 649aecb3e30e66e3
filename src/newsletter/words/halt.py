"""A halt: why nothing of a sending goes out just now, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter.words.moment import say_moment, say_span

_SHORT_SECONDS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """`until` is None where only somebody's act ends it."""

    reason: str
    until: datetime | None


def say_halt(halt: Halt, *, now: datetime, zone: str) -> str:
    """For people: "Waits until 09:00:30, 12 s more: 421 too many connections"."""
    if halt.until is None:
        return f"Waits: {halt.reason}"
    left = halt.until - now
    if left.total_seconds() < _SHORT_SECONDS:
        local = halt.until.astimezone(ZoneInfo(zone))
        return f"Waits until {local:%H:%M:%S}, {max(left.total_seconds(), 0):.0f} s more: {halt.reason}"
    return f"Waits until {say_moment(halt.until, zone)}, {say_span(left)} more: {halt.reason}"
