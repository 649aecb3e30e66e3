"""A time as a person types it: "tomorrow at 9", "thursday 9am", "3 dec 09:00", or as a calendar writes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from newsletter.words.mistake import Mistake
from newsletter.words.moment import say_moment
from newsletter.words.times.cadence import Occurrence, Weekday, resolve
from newsletter.words.times.cadence_text import is_zone

_FIX = (
    'Write it like "tomorrow at 9", "thursday 9am", "3 dec 09:00" or "2026-12-03 09:00", with a zone such as '
    'Europe/Berlin behind it where yours is another, or "2026-12-03T09:00+01:00".'
)
_MONTHS = tuple(f"{date(2000, month, 1):%B}".lower() for month in range(1, 13))
_FILLING = frozenset({"on", "at", "the", "of", "o'clock"})
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2})(?::00)?)?(am|pm|h)?")
_DAY_NUMBER = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?")
_DOTTED_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?")
_YEARS_AHEAD = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Date:
    """A day of a month. Without a year it is the next one that comes."""

    day: int
    month: int
    year: int | None


# `timedelta` is a number of days from today on.
_Day = timedelta | Weekday | _Date


def parse_moment(text: str, *, now: datetime, zone: str) -> Occurrence:
    """Read a time; `zone` counts where the text names none.

    A weekday, a date without a year and a time of day alone are the next ones that are to come. Raises Mistake for what
    can't be read, what could mean two times, and what has passed.
    """
    words = " ".join(text.split())
    try:
        found = _with_offset(words, zone) or _in_words(words, now, zone)
    except OverflowError as error:
        # The first and the last day of the calendar, in a zone where it is another day.
        raise _unread(words) from error
    if found.at <= now:
        raise Mistake(
            f"{say_moment(found.at, _zone_of(words, zone))} has passed.", fix="Name a later time, or send it now."
        )
    return found


def _with_offset(words: str, zone: str) -> Occurrence | None:
    """ISO 8601; None for anything else."""
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


def _in_words(words: str, now: datetime, zone: str) -> Occurrence:
    place, rest = _split_zone(words, zone)
    clock, day, weekday = _clock_and_day([word for word in _tokens(rest) if word not in _FILLING], words)
    if clock is None:
        raise _unread(words) if day is None else Mistake(f"{words!r} names a day but no time of day.", fix=_FIX)
    today = now.astimezone(ZoneInfo(place)).date()
    days = _days(day, today, words)
    named = [one for one in days if weekday is None or one.weekday() == weekday]
    if not named:
        raise Mistake(f"{days[0]:%-d %B %Y} is a {days[0]:%A}: {words!r} names two days.", fix="Name the one you mean.")
    found = [resolve(datetime.combine(one, clock), place) for one in named]
    return next((one for one in found if one.at > now), found[-1])


def _tokens(text: str) -> list[str]:
    return text.lower().replace(",", " ").split()


def _split_zone(words: str, zone: str) -> tuple[str, str]:
    """The zone that the text names at its end, else `zone`; and the text before it."""
    rest, _, last = words.rpartition(" ")
    if rest and is_zone(last):
        return last, rest
    if rest and "/" in last:
        raise Mistake(f"There is no time zone {last!r}.", fix=_FIX)
    return zone, words


def _clock_and_day(tokens: Sequence[str], words: str) -> tuple[time | None, _Day | None, Weekday | None]:
    """One time of day and one day, in any order; a weekday may stand beside a date. Raises Mistake for anything besides."""
    clock: time | None = None
    day: _Day | None = None
    weekday: Weekday | None = None
    at = 0
    while at < len(tokens):
        found_day, n_words = _read_day(tokens[at:], words)
        found_clock, n_words = (None, n_words) if n_words else _read_clock(tokens[at:])
        at += n_words
        if isinstance(found_day, Weekday) and weekday is None:
            weekday = found_day
        elif found_day is not None and not isinstance(found_day, Weekday) and day is None:
            day = found_day
        elif found_clock is not None and clock is None:
            clock = found_clock
        else:
            raise _unread(words)
    if weekday is not None and isinstance(day, timedelta):
        raise _unread(words)
    return clock, weekday if day is None else day, weekday


def _read_clock(tokens: Sequence[str]) -> tuple[time | None, int]:
    """The time of day at the front, and how many words it takes: "9", "9am", "9 am", "09:00", "noon"."""
    if tokens[0] == "noon":
        return time(12), 1
    joins = len(tokens) > 1 and tokens[1] in {"am", "pm", "h"}
    match = _CLOCK.fullmatch(tokens[0] + tokens[1] if joins else tokens[0])
    if match is None:
        return None, 0
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half in {"am", "pm"}:
        if not 1 <= hour <= 12:
            return None, 0
        hour = hour % 12 + (12 if half == "pm" else 0)
    return (time(hour, minute), 1 + joins) if hour < 24 and minute < 60 else (None, 0)


def _read_day(tokens: Sequence[str], words: str) -> tuple[_Day | None, int]:
    """The day at the front, and how many words it takes."""
    first = tokens[0]
    if first in {"today", "tomorrow"}:
        return timedelta(days=first == "tomorrow"), 1
    if first[:4].isdigit() and first[4:5] == "-":
        return _iso_date(first, words), 1
    if match := _DOTTED_DATE.fullmatch(first):
        return _Date(day=int(match[1]), month=int(match[2]), year=int(match[3]) if match[3] else None), 1
    weekday = next((one for one in Weekday if len(first) >= 3 and one.name.lower().startswith(first)), None)
    if weekday is not None:
        return weekday, 1
    return _month_and_day(tokens)


def _month_and_day(tokens: Sequence[str]) -> tuple[_Date | None, int]:
    """ "3 dec", "dec 3rd", each with a year behind it or without."""
    if len(tokens) < 2:
        return None, 0
    for number, name in ((tokens[0], tokens[1]), (tokens[1], tokens[0])):
        match = _DAY_NUMBER.fullmatch(number)
        month = next((n for n, one in enumerate(_MONTHS, 1) if len(name) >= 3 and one.startswith(name.rstrip("."))), 0)
        if match and month:
            has_year = len(tokens) > 2 and len(tokens[2]) == 4 and tokens[2].isdecimal()
            return _Date(day=int(match[1]), month=month, year=int(tokens[2]) if has_year else None), 2 + has_year
    return None, 0


def _iso_date(word: str, words: str) -> _Date:
    try:
        found = date.fromisoformat(word)
    except ValueError as error:
        raise Mistake(f"There is no day {word}.", fix=_FIX) from error
    if len(word) != 10:
        raise _unread(words)
    return _Date(day=found.day, month=found.month, year=found.year)


def _days(day: _Day | None, today: date, words: str) -> list[date]:
    """The days that are meant, nearest first: the first whose time is to come counts."""
    if day is None:
        return [today, today + timedelta(days=1)]
    if isinstance(day, timedelta):
        return [today + day]
    if isinstance(day, Weekday):
        first = today + timedelta(days=(day - today.weekday()) % 7)
        return [first, first + timedelta(days=7)]
    years = [day.year] if day.year is not None else range(today.year, today.year + _YEARS_AHEAD + 1)
    found = [one for year in years if (one := _on(year, day)) is not None]
    if not found:
        raise Mistake(f"There is no such day: {words!r}.", fix=_FIX)
    return found


def _on(year: int, day: _Date) -> date | None:
    try:
        return date(year, day.month, day.day)
    except ValueError:
        return None


def _unread(words: str) -> Mistake:
    return Mistake(f"{words!r} is not a time that can be read.", fix=_FIX)


def _zone_of(words: str, zone: str) -> str:
    named = words.rpartition(" ")[2]
    return named if "/" in named and is_zone(named) else zone
