"""A moment in words: "thu 09:00" read as an instant, and an instant said back so that nobody can mistake it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from newsletter.words.cadence import Occurrence, Weekday, resolve
from newsletter.words.cadence_text import clock_note, is_zone, say_time
from newsletter.words.mistake import Mistake

_FIX = (
    'Write it like "thu 09:00", "tomorrow 18:30", "2026-12-03 09:00", with a zone such as Europe/Berlin behind it '
    'where yours is another, or "2026-12-03T09:00+01:00".'
)
_WALL = re.compile(
    r"(?:on )?(?P<day>\d{4}-\d{2}-\d{2}|[a-z]{1,12})[ t,]{1,8}(?:at )?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::00)?"
    r"(?:\s++(?P<zone>\S+))?",
    re.IGNORECASE,
)


def parse_moment(text: str, *, now: datetime, zone: str) -> Occurrence:
    """Read a time; `zone` counts where the text names none. A weekday is the next one on which that time is to come.

    Raises Mistake for what can't be read and for what has passed.
    """
    words = " ".join(text.split())
    found = _with_offset(words, zone) or _wall(words, now, zone)
    if found.at <= now:
        raise Mistake(
            f"{say_moment(found.at, _zone_of(words, zone))} has passed.", fix="Name a later time, or send it now."
        )
    return found


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


def _with_offset(words: str, zone: str) -> Occurrence | None:
    try:
        instant = datetime.fromisoformat(words)
    except ValueError:
        return None
    if instant.tzinfo is None:
        if ":" not in words and "T" not in words:
            raise Mistake(f"{words!r} names a day but no time of day.", fix=_FIX)
        return resolve(instant, zone)
    local = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return Occurrence(asked=local, local=local, at=instant.astimezone(UTC))


def _wall(words: str, now: datetime, zone: str) -> Occurrence:
    match = _WALL.fullmatch(words)
    if match is None or int(match["hour"]) > 23 or int(match["minute"]) > 59:
        raise Mistake(f"{words!r} is not a time that can be read.", fix=_FIX)
    place = match["zone"] or zone
    if not is_zone(place):
        raise Mistake(f"There is no time zone {place!r}.", fix=_FIX)
    today = now.astimezone(ZoneInfo(place)).date()
    clock = time(int(match["hour"]), int(match["minute"]))
    day = _day(match["day"].lower(), today, words)
    found = resolve(datetime.combine(day, clock), place)
    if found.at <= now and not match["day"][0].isdigit() and match["day"].lower() not in ("today", "tomorrow"):
        found = resolve(datetime.combine(day + timedelta(days=7), clock), place)
    return found


def _day(word: str, today: date, words: str) -> date:
    if word in ("today", "tomorrow"):
        return today + timedelta(days=word == "tomorrow")
    if word[0].isdigit():
        try:
            return date.fromisoformat(word)
        except ValueError as error:
            raise Mistake(f"There is no day {word}.", fix=_FIX) from error
    for weekday in Weekday:
        name = weekday.name.lower()
        if len(word) >= 3 and name.startswith(word):
            return today + timedelta(days=(weekday - today.weekday()) % 7)
    raise Mistake(f"{words!r} is not a time that can be read.", fix=_FIX)


def _zone_of(words: str, zone: str) -> str:
    named = words.rpartition(" ")[2]
    return named if "/" in named and is_zone(named) else zone
