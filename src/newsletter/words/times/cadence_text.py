"""A cadence in words: read from what a person types, and said back in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

from newsletter.words.mistake import Mistake
from newsletter.words.times.cadence import (
    LAST,
    Cadence,
    MonthlyByDate,
    MonthlyByWeekday,
    Occurrence,
    Rule,
    Weekday,
    Weekly,
)

EXAMPLES = (
    'Write it like "every thursday 09:00 Europe/Berlin", "every 2 weeks on monday and thursday 09:00 Europe/Berlin '
    'from 2026-12-03", "monthly on the 1st 09:00" or "monthly on the first thursday 09:00".'
)
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": LAST}
_WORD_OF_NTH = {number: word for word, number in _NTH.items()}
_DAYS = {day.name.lower(): day for day in Weekday}
_SHORT = {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6}
_SETS = {"day": tuple(Weekday), "weekday": tuple(Weekday)[:5]}

_TIME = re.compile(r"\b(?:at )?(\d{1,2}):(\d{2})(?!\d)\s?(am|pm)?\b|\b(?:at )?(\d{1,2})\s?(am|pm)\b", re.IGNORECASE)
_TAIL = re.compile(r"(?<!\s)\s++(from|except)\s++((?:\d{4}-\d{2}-\d{2}[\s,]*+(?:and\s++)?)++)$", re.IGNORECASE)


def parse_cadence(text: str, *, zone: str = "UTC") -> Cadence:
    """Read a cadence; `zone` counts where the text names none. Raises Mistake, saying what could not be read.

    "from DATE" begins it and anchors every n weeks; "except DATE, DATE" skips days.
    """
    rest, dates = _tails(" ".join(text.split()))
    found = list(_TIME.finditer(rest))
    if len(found) != 1:
        raise _unread(text, "It needs one time of day" if not found else "It has more than one time of day")
    rule_words, zone_words = rest[: found[0].start()].strip(), rest[found[0].end() :].strip()
    rule = _rule(rule_words.lower().removesuffix(","), text)
    starts_on = dates.get("from", (None,))[0]
    if isinstance(rule, Weekly) and rule.every > 1 and starts_on is None:
        raise _unread(
            text, f"Every {rule.every} weeks can begin in any week: say from which date, such as from 2026-12-03"
        )
    return Cadence(
        rule=rule,
        at=_time(found[0], text),
        zone=_zone(zone_words.removeprefix("in ").strip() or zone, text),
        starts_on=starts_on,
        skipped=frozenset(day for day in dates.get("except", ()) if day),
    )


def cadence_text(cadence: Cadence) -> str:
    """The shortest text that `parse_cadence` reads as exactly this cadence."""
    begins = f" from {cadence.starts_on}" if cadence.starts_on else ""
    but = f" except {', '.join(map(str, sorted(cadence.skipped)))}" if cadence.skipped else ""
    return f"{_rule_text(cadence.rule)} {cadence.at:%H:%M} {cadence.zone}{begins}{but}"


def describe(cadence: Cadence) -> str:
    """What it is, without a full stop: "Every Thursday at 09:00 Europe/Berlin"."""
    begins = f", from {say_day(cadence.starts_on)} on" if cadence.starts_on else ""
    rule = cadence.rule
    if isinstance(rule, Weekly):
        days = say_list(day.title for day in rule.weekdays)
        if len(rule.weekdays) == len(Weekday):
            days = "day"
        words = f"Every {days}" if rule.every == 1 else f"Every {rule.every} weeks on {days}"
        if rule.every > 1 and days == "day":
            words = f"Every day of every {_ordinal(rule.every)} week"
    elif isinstance(rule, MonthlyByDate):
        words = f"Monthly on the {say_list(map(_day_of_month, rule.days))}"
        if max(rule.days) > 28:
            words += " (in a shorter month on its last day)"
    else:
        words = f"Monthly on the {_WORD_OF_NTH[rule.nth]} {rule.weekday.title}"
    return f"{words} at {cadence.at:%H:%M} {cadence.zone}{begins}"


def sentence(cadence: Cadence, occurrences: Iterable[Occurrence]) -> str:
    """The whole of it: what it is, when it goes next, and every day on which the clock plays a trick."""
    known = list(occurrences)
    parts = [f"{describe(cadence)}."]
    if known:
        parts.append(f"Next: {say_time(known[0].local)}.")
    else:
        parts.append("It does not come up in this time.")
    parts += [note for one in known if (note := clock_note(one))]
    if cadence.skipped:
        days = sorted(day for day in cadence.skipped if cadence.falls_on(day))
        if days:
            more = f" and {len(days) - 4} more" if len(days) > 4 else ""
            parts.append(f"Left out: {', '.join(map(say_day, islice(days, 4)))}{more}.")
    return " ".join(parts)


def clock_note(one: Occurrence) -> str:
    """What the clock does at an occurrence, in a sentence; empty on an ordinary day."""
    if one.is_twice:
        return f"{one.local:%A} {say_day(one.local.date(), weekday=False)} {one.local:%H:%M} happens twice; the first is used."
    if one.is_moved:
        return (
            f"{one.asked:%A} {say_day(one.asked.date(), weekday=False)} {one.asked:%H:%M} does not exist; "
            f"the first minute after it, {one.local:%H:%M}{_other_day(one)}, is used."
        )
    return ""


def say_time(local: datetime) -> str:
    return f"{say_day(local.date())}, {local:%H:%M}"


def say_day(day: date, *, weekday: bool = True) -> str:
    """ "Thursday 3 Dec 2026"."""
    return (f"{day:%A} " if weekday else "") + f"{day.day} {day:%b} {day.year}"


def say_list(words: Iterable[str]) -> str:
    every = list(words)
    return " and ".join([*([", ".join(every[:-1])] if every[:-1] else []), *every[-1:]])


def _other_day(one: Occurrence) -> str:
    return "" if one.local.date() == one.asked.date() else f" on {say_day(one.local.date())}"


def _tails(text: str) -> tuple[str, dict[str, tuple[date | None, ...]]]:
    """Take "from ..." and "except ..." off the end, in either order."""
    dates: dict[str, tuple[date | None, ...]] = {}
    while match := _TAIL.search(text):
        word = match[1].lower()
        days = tuple(_date(day, text) for day in re.findall(r"\d{4}-\d{2}-\d{2}", match[2]))
        if word in dates or (word == "from" and len(days) > 1):
            raise _unread(text, f"`{word}` stands there with more dates than it can take")
        dates[word] = days
        text = text[: match.start()]
    return text, dates


def _rule(words: str, text: str) -> Rule:
    if match := re.fullmatch(r"(?:monthly|every month)(?: on)?(?: the)? (.+)", words):
        return _monthly(match[1], text)
    if match := re.fullmatch(r"(?:every week|weekly)(?: on)? (.+)", words):
        return Weekly(weekdays=_weekdays(match[1], text))
    if match := re.fullmatch(r"every (?:(\d+)|(other|second)) weeks?(?: on)? (.+)", words):
        every = int(match[1] or 2)
        if not 1 <= every <= 52:
            raise _unread(text, "Every how many weeks? 1 to 52 can be read")
        return Weekly(weekdays=_weekdays(match[3], text), every=every)
    if match := re.fullmatch(r"(?:every|each|on) (.+)|(daily)", words):
        named = "day" if match[2] else match[1]
        return Weekly(weekdays=_SETS[named] if named in _SETS else _weekdays(named, text))
    raise _unread(text, "Its days can't be read")


def _weekdays(words: str, text: str) -> tuple[Weekday, ...]:
    return tuple(sorted({_weekday(word, text) for word in _split(words)}))


def _weekday(word: str, text: str) -> Weekday:
    plain = word if word in _DAYS else word.removesuffix("s") if word not in _SHORT else word
    if plain in _DAYS:
        return _DAYS[plain]
    if word in _SHORT:
        return Weekday(_SHORT[word])
    raise _unread(text, f"{word!r} is not a weekday")


def _monthly(words: str, text: str) -> Rule:
    nth, _, day = words.partition(" ")
    if nth in _NTH and day not in ("", "day"):
        return MonthlyByWeekday(nth=_NTH[nth], weekday=_weekday(day, text))
    days = set()
    for word in _split(words):
        match = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?|last(?: day)?", word)
        if match is None or (match[1] and not 1 <= int(match[1]) <= 31):
            raise _unread(text, f"{word!r} is not a day of the month")
        days.add(int(match[1]) if match[1] else LAST)
    # The last day comes after every number, whatever it is written as.
    return MonthlyByDate(days=tuple(sorted(days, key=lambda one: one if one != LAST else 99)))


def _split(words: str) -> Iterator[str]:
    for word in re.split(r",\s*+(?:and\s++)?|(?<!\s)\s++and\s++|&", words):
        yield word.strip().removeprefix("the ").removeprefix("on ").strip()


def _time(match: re.Match[str], text: str) -> time:
    hour, minute = int(match[1] or match[4]), int(match[2] or 0)
    half = (match[3] or match[5] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise _unread(text, f"{hour} {half} is not a time of day")
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        raise _unread(text, f"{match[0].strip()!r} is not a time of day")
    return time(hour, minute)


def _zone(name: str, text: str) -> str:
    if not is_zone(name):
        meant = _zones_like(name)
        also = f", but there is {' and '.join(meant)}" if meant else ""
        raise _unread(text, f"There is no time zone {name!r}{also}")
    return name


def _zones_like(name: str) -> list[str]:
    """At most three zones that people may mean who write a town, or a zone in small letters."""
    wanted = name.strip().lower().replace(" ", "_")
    return sorted(zone for zone in available_timezones() if wanted in (zone.lower(), zone.lower().rpartition("/")[2]))[
        :3
    ]


def is_zone(name: str) -> bool:
    """Whether an IANA name is known here, spelled as it is there."""
    try:
        return ZoneInfo(name).key == name and not name.startswith((".", "/"))
    except (KeyError, ValueError, OSError):
        return False


def _date(word: str, text: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError as error:
        raise _unread(text, f"There is no day {word}") from error


def _unread(text: str, why: str) -> Mistake:
    return Mistake(f"{text!r} is no schedule that can be read. {why}.", fix=EXAMPLES)


def _rule_text(rule: Rule) -> str:
    if isinstance(rule, Weekly):
        days = " and ".join(day.name.lower() for day in rule.weekdays)
        return f"every {days}" if rule.every == 1 else f"every {rule.every} weeks on {days}"
    if isinstance(rule, MonthlyByDate):
        return f"monthly on the {' and '.join(map(_day_of_month, rule.days))}"
    return f"monthly on the {_WORD_OF_NTH[rule.nth]} {rule.weekday.name.lower()}"


def _day_of_month(day: int) -> str:
    return "last day" if day == LAST else _ordinal(day)


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
