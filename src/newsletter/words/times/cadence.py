"""A cadence: when a newsletter goes out as a rule, in wall time, and the instants that follow from it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

LAST = -1


class Weekday(IntEnum):
    """Monday is 0, as in Python; never a bare number in a rule."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6

    @property
    def title(self) -> str:
        return self.name.capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """On these weekdays of every `every`-th week. Weeks begin on Monday and are counted from that of the anchor."""

    weekdays: tuple[Weekday, ...]
    every: int = 1

    def falls_on(self, day: date, anchor: date | None) -> bool:
        if day.weekday() not in self.weekdays:
            return False
        return self.every == 1 or anchor is None or (_monday(day) - _monday(anchor)).days // 7 % self.every == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyByDate:
    """On these days of every month; a month that is too short takes its last day, and `LAST` always means that."""

    days: tuple[int, ...]

    def falls_on(self, day: date, anchor: date | None) -> bool:
        length = monthrange(day.year, day.month)[1]
        return any(day.day == (length if wanted == LAST else min(wanted, length)) for wanted in self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyByWeekday:
    """On the `nth` (1 to 4, or `LAST`) such weekday of every month."""

    nth: int
    weekday: Weekday

    def falls_on(self, day: date, anchor: date | None) -> bool:
        if day.weekday() != self.weekday:
            return False
        if self.nth == LAST:
            return day.day + 7 > monthrange(day.year, day.month)[1]
        return (day.day - 1) // 7 + 1 == self.nth


Rule = Weekly | MonthlyByDate | MonthlyByWeekday


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One time of a cadence. `asked` is the wall time of the rule, and the name of the slot; `local` what clocks show.

    The two differ only where the clock jumps over the asked time. `is_twice` says that `local` comes twice that day
    and this is the first of them.
    """

    asked: datetime
    local: datetime
    at: datetime
    is_twice: bool = False

    @property
    def is_moved(self) -> bool:
        return self.local != self.asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """A rule, a wall time and an IANA zone. Nothing goes out before `starts_on`, which also anchors "every 2 weeks".

    `skipped` are dates on which it does not go out.
    """

    rule: Rule
    at: time
    zone: str
    starts_on: date | None = None
    skipped: frozenset[date] = frozenset()

    def falls_on(self, day: date) -> bool:
        """Whether the rule names this day; skipped days are asked for apart."""
        return (self.starts_on is None or day >= self.starts_on) and self.rule.falls_on(day, self.starts_on)

    def has(self, asked: datetime) -> bool:
        """Whether `asked` (wall time) is one of its times."""
        return asked.time() == self.at and self.falls_on(asked.date()) and asked.date() not in self.skipped

    def days(self, first: date, last: date) -> Iterator[date]:
        """The days it names from `first` to `last`, both included, skipped ones too."""
        day = max(first, self.starts_on or first)
        while day <= last:
            if self.falls_on(day):
                yield day
            if day == date.max:
                return
            day += timedelta(days=1)

    def between(self, first: date, last: date) -> Iterator[Occurrence]:
        """Its occurrences from one local date to another, both included, each at an instant of its own."""
        before = None
        for day in self.days(first, last):
            if day not in self.skipped and (found := self.on(day)).at != before:
                before = found.at
                yield found

    def after(self, instant: datetime, *, days: int = 800) -> Iterator[Occurrence]:
        """Its occurrences later than an instant, over this many days."""
        first = instant.astimezone(ZoneInfo(self.zone)).date()
        begin = first - timedelta(days=1)
        return (found for found in self.between(begin, _plus(first, days)) if found.at > instant)

    def on(self, day: date) -> Occurrence:
        """Where its time falls on a day."""
        return resolve(datetime.combine(day, self.at), self.zone)


def resolve(asked: datetime, zone: str) -> Occurrence:
    """The instant of a wall time: the first of two; the first minute after, where the clock jumps over it."""
    place = ZoneInfo(zone)
    first, second = (asked.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(place).replace(tzinfo=None) == asked:
        return Occurrence(asked=asked, local=asked, at=first, is_twice=second > first)
    # Inside a gap PEP 495 puts fold=1 before the jump and fold=0 after it.
    at = _end_of_gap(second, first, place)
    return Occurrence(asked=asked, local=at.astimezone(place).replace(tzinfo=None), at=at)


def _end_of_gap(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    """The first whole minute at which the offset from UTC is that of `after`, by halving."""
    new = after.astimezone(place).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(place).utcoffset() == new:
            after = middle
        else:
            before = middle
    rest = after.astimezone(place).second
    return after + timedelta(seconds=60 - rest) if rest else after


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _plus(day: date, days: int) -> date:
    return day + timedelta(days=min(days, (date.max - day).days))
