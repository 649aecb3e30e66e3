"""A moment in words: an instant said back so that nobody can mistake it, and lengths of time read and said."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.words.mistake import Mistake
from newsletter.words.times.cadence import Occurrence
from newsletter.words.times.cadence_text import clock_note, say_time


def say_moment(at: datetime, zone: str) -> str:
    """An instant as the wall shows it: "Thursday 3 Dec 2026, 09:00 Europe/Berlin"."""
    local = at.astimezone(ZoneInfo(zone))
    # In the hour that comes twice the name of the zone alone would not tell which.
    twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    return f"{say_time(local.replace(tzinfo=None))}{f' {local:%Z}' if twice else ''} {zone}"


def say_back(found: Occurrence, *, now: datetime, zone: str) -> str:
    """The whole of it before anything is promised: wall time, zone, UTC, how long until then, tricks of the clock."""
    note = clock_note(found)
    until = say_span(found.at - now)
    return f"{say_moment(found.at, zone)} ({found.at:%H:%M} UTC), in {until}." + (f" {note}" if note else "")


def say_span(span: timedelta) -> str:
    """A length of time in its two largest units: "9 days 17 h", "2 h 5 min", "under a minute"."""
    minutes = int(span.total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} day{'s' if days > 1 else ''}" + (f" {hours} h" if hours else "")
    if hours:
        return f"{hours} h" + (f" {rest} min" if rest else "")
    return f"{rest} min" if rest else "under a minute"


def parse_span(text: str) -> timedelta:
    """Read a length of time: "90m", "3h", "1d". Raises Mistake."""
    match = re.fullmatch(r"(\d{1,4})\s*(m|min|h|d)", text.strip())
    if match is None:
        raise Mistake(f"{text!r} is no length of time.", fix="Write it like 90m, 3h or 1d.")
    unit = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}[match[2]]
    return timedelta(**{unit: int(match[1])})


def span_text(span: timedelta) -> str:
    """The shortest text that `parse_span` reads as this many whole minutes."""
    minutes = int(span.total_seconds() // 60)
    for unit, letter in ((1440, "d"), (60, "h")):
        if minutes and minutes % unit == 0:
            return f"{minutes // unit}{letter}"
    return f"{minutes}m"
