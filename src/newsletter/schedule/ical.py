"""Calendars as text: the days that an .ics file names, and our own calendar written as one (RFC 5545)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from newsletter.words.mistake import Mistake, Place

# More days than this in a file of holidays is a mistake, or somebody's joke.
_MOST_DAYS = 4_000
_YEARS_AHEAD = 10
# The parts of a yearly rule that don't change the days on which it falls.
_OF_A_YEARLY_RULE = {"BYMONTH", "BYMONTHDAY", "INTERVAL", "COUNT", "UNTIL", "WKST"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """One event of a calendar that we write. `uid` is stable for the life of the event."""

    uid: str
    at: datetime
    title: str
    text: str = ""
    minutes: int = 15


def write_calendar(name: str, entries: Iterable[CalendarEvent], *, now: datetime) -> str:
    """The text of an .ics file: lines end in CRLF and are folded at 75 octets."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//newsletter//schedule//EN", f"X-WR-CALNAME:{_escaped(name)}"]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_escaped(entry.uid)}",
            f"DTSTAMP:{_instant(now)}",
            f"DTSTART:{_instant(entry.at)}",
            f"DTEND:{_instant(entry.at + timedelta(minutes=entry.minutes))}",
            f"SUMMARY:{_escaped(entry.title)}",
            *([f"DESCRIPTION:{_escaped(entry.text)}"] if entry.text else []),
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in (*lines, "END:VCALENDAR"))


def read_days(text: str, *, file: str, until: date | None = None) -> dict[date, str]:
    """The days that the events of an .ics file cover, with their titles. Yearly events repeat for ten years.

    Raises Mistake with the line for a file that is not a calendar, or an event whose days can't be read.
    """
    lines = list(_unfolded(text))
    if not any(line.upper() == "BEGIN:VCALENDAR" for _, line in lines):
        raise Mistake(
            "This is not a calendar file.", fix="Export it as .ics (iCalendar) and name that file.", place=Place(file)
        )
    days: dict[date, str] = {}
    event: dict[str, tuple[str, int]] | None = None
    for number, line in lines:
        if line.upper() == "BEGIN:VEVENT":
            event = {}
        elif line.upper() == "END:VEVENT" and event is not None:
            for day in _days_of(event, file, number):
                if until is None or day <= until:
                    days[day] = event.get("SUMMARY", ("", 0))[0]
            event = None
        elif event is not None and ":" in line:
            name, _, value = line.partition(":")
            event[name.partition(";")[0].upper()] = (value, number)
        if len(days) > _MOST_DAYS:
            raise Mistake(
                f"These are more than {_MOST_DAYS:,} days.", fix="Name a calendar of holidays.", place=Place(file)
            )
    return days


def _days_of(event: dict[str, tuple[str, int]], file: str, number: int) -> Iterator[date]:
    first = _day(event.get("DTSTART"), file, number)
    end = _day(event["DTEND"], file, number) if "DTEND" in event else first
    # DTEND is not part of the event where it is a day; an event by the clock covers the day on which it ends.
    by_day = len(event["DTSTART"][0].strip()) == 8
    n_days = max((end - first).days + (0 if by_day else 1), 1)
    if n_days > _MOST_DAYS:
        raise Mistake("This event has no sensible end.", fix="Mend its DTEND.", place=Place(file, number))
    for start in _repeats(first, event.get("RRULE"), file):
        yield from (start + timedelta(days=step) for step in range(n_days))


def _repeats(first: date, rule: tuple[str, int] | None, file: str) -> Iterator[date]:
    yield first
    if rule is None:
        return
    parts = dict(part.upper().partition("=")[::2] for part in rule[0].split(";"))
    numbers = {name: parts.get(name, "0" if name == "COUNT" else "1") for name in ("INTERVAL", "COUNT")}
    is_plain = all(re.fullmatch("[0-9]{1,4}", number) for number in numbers.values())
    if not is_plain or parts.pop("FREQ", "") != "YEARLY" or set(parts) - _OF_A_YEARLY_RULE:
        raise Mistake(
            "This event repeats by a rule that is not read here; only a plain yearly one is.",
            fix="Put its days in the file one by one, or skip them with --skip DATE.",
            place=Place(file, rule[1]),
        )
    last = _day((parts["UNTIL"][:8], rule[1]), file, rule[1]) if "UNTIL" in parts else date.max
    every, count = int(numbers["INTERVAL"]), int(numbers["COUNT"])
    for turn in range(1, _YEARS_AHEAD + 1):
        if count and turn >= count:
            return
        try:
            again = first.replace(year=first.year + turn * every)
        except ValueError:
            continue  # 29 February in a common year
        if again > last:
            return
        yield again


def _day(value: tuple[str, int] | None, file: str, number: int) -> date:
    text, line = value or ("", number)
    match = re.fullmatch(r"(\d{4})(\d{2})(\d{2})(?:T\d{6}Z?)?", text.strip())
    try:
        if match:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise Mistake("This event has no day that can be read.", fix="Mend its DTSTART and DTEND.", place=Place(file, line))


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines with the number on which each begins (RFC 5545, 3.1)."""
    line, began = "", 1
    for number, piece in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if piece[:1] in (" ", "\t"):
            line += piece[1:]
            continue
        if line:
            yield began, line.strip()
        line, began = piece, number
    if line:
        yield began, line.strip()


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    plain = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
    return re.sub(r"([\\;,])", r"\\\1", plain).replace("\n", "\\n")


def _folded(line: str) -> str:
    """At most 75 octets a line, never inside a character."""
    pieces, piece, size = [], "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > 75:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + letter, size + width
    return "\r\n".join([*pieces, piece])
