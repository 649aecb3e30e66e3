"""How many mails a month the readers and the schedule come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.providers.steps import MailNeed
from newsletter.words.slot import Timetable

# A whole number of weeks, so that a weekly issue is counted as often wherever the year begins.
_DAYS = 364
_WEEKLY = 52
_RHYTHMS = {
    364: "daily",
    260: "workday",
    104: "twice-weekly",
    52: "weekly",
    26: "fortnightly",
    12: "monthly",
    13: "monthly",
}


def mail_need(
    timetables: Sequence[Timetable], list_names: Sequence[str], count: Callable[[str], int], now: datetime
) -> MailNeed:
    """`count` says how many of a list would be mailed. Without a schedule each list is taken to be mailed every week."""
    often = {one.list_name: _a_year(one, now) for one in timetables if one.held_at is None}
    if not often:
        often = dict.fromkeys(list_names, _WEEKLY)
    readers = {name: count(name) for name in often}
    mails = sum(readers[name] * times for name, times in often.items())
    rhythms = set(often.values())
    rhythm = _RHYTHMS.get(rhythms.pop(), "scheduled") if len(rhythms) == 1 else "scheduled"
    return MailNeed(readers=sum(readers.values()), mails_a_month=round(mails / 12), rhythm=rhythm)


def _a_year(timetable: Timetable, now: datetime) -> int:
    first = now.astimezone(ZoneInfo(timetable.cadence.zone)).date()
    return sum(1 for _ in timetable.cadence.between(first, first + timedelta(days=_DAYS - 1)))
