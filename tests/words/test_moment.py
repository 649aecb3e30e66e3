"""Times in words: read as an instant, and said back so that nobody can mistake them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.words.mistake import Mistake
from newsletter.words.moment import say_back, say_moment, say_span
from newsletter.words.times.typed_time import parse_moment

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)  # Monday, 16:00 in Berlin


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("thu 09:00", "2026-11-26T08:00"),
        ("on Thursday at 9:00", "2026-11-26T08:00"),
        ("monday 16:01", "2026-11-23T15:01"),
        ("monday 15:59", "2026-11-30T14:59"),
        ("today 18:00", "2026-11-23T17:00"),
        ("tomorrow 09:00", "2026-11-24T08:00"),
        ("2026-12-03 09:00", "2026-12-03T08:00"),
        ("2026-12-03T09:00", "2026-12-03T08:00"),
        ("2026-12-03T09:00+05:45", "2026-12-03T03:15"),
        ("2026-12-03T09:00Z", "2026-12-03T09:00"),
        ("thu 09:00 America/New_York", "2026-11-26T14:00"),
        ("2026-12-03 09:00 Asia/Kathmandu", "2026-12-03T03:15"),
        ("2027-03-28 02:30", "2027-03-28T01:00"),
        ("2027-10-31 02:30", "2027-10-31T00:30"),
        ("tomorrow at 9", "2026-11-24T08:00"),
        ("thursday 9am", "2026-11-26T08:00"),
        ("Thursday, 9 AM", "2026-11-26T08:00"),
        ("9am on thursday", "2026-11-26T08:00"),
        ("9 thursday", "2026-11-26T08:00"),
        ("3 dec 09:00", "2026-12-03T08:00"),
        ("Dec 3rd, 9pm", "2026-12-03T20:00"),
        ("3. December 2027 at 9:30", "2027-12-03T08:30"),
        ("the 3rd of december at noon", "2026-12-03T11:00"),
        ("3.12. 9h", "2026-12-03T08:00"),
        ("3.12.2027 09:00", "2027-12-03T08:00"),
        ("9 dec 9", "2026-12-09T08:00"),
        ("22 nov 09:00", "2027-11-22T08:00"),
        ("29 feb 09:00", "2028-02-29T08:00"),
        ("today 12:30 pm America/New_York", "2026-11-23T17:30"),
        ("at 18", "2026-11-23T17:00"),
        ("9am", "2026-11-24T08:00"),
        ("Thursday 3 December 2026 at 9:00", "2026-12-03T08:00"),
        ("thu 3 dec 09:00", "2026-12-03T08:00"),
        ("fri 3 dec 09:00", "2027-12-03T08:00"),
    ],
)
def test_times_are_read(text: str, at: str) -> None:
    """Words, weekdays, dates and ISO, with a zone behind them or the newsletter's own; gap and fold as for a cadence."""
    found = parse_moment(text, now=NOW, zone="Europe/Berlin")

    assert datetime.fromisoformat(f"{at}+00:00") == found.at


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("today 15:00", "has passed"),
        ("2026-11-23T15:00Z", "has passed"),
        ("2026-12-03", "no time of day"),
        ("thu", "no time of day"),
        ("next year", "not a time"),
        ("thu 25:00", "not a time"),
        ("2026-02-30 09:00", "no day 2026-02-30"),
        ("thu 09:00 Mars/Olympus", "no time zone 'Mars/Olympus'"),
        ("", "not a time"),
        ("in a while", "not a time"),
        ("thursday friday 9am", "not a time"),
        ("thursday tomorrow 9am", "not a time"),
        ("friday 3 december 2026 9:00", "3 December 2026 is a Thursday"),
        ("thursday 9am 10am", "not a time"),
        ("13pm tomorrow", "not a time"),
        ("next thursday 9am", "not a time"),
        ("3/12 09:00", "not a time"),
        ("31 feb 09:00", "no such day"),
        ("1 jan 0001 00:00", "not a time"),
        ("9999-12-31T23:59-12:00", "not a time"),
        ("3 dec ²²²² 9:00", "not a time"),
        ("22 nov 2026 09:00", "has passed"),
    ],
)
def test_what_can_not_be_read_is_refused(text: str, why: str) -> None:
    """Never a guess: the refusal says why, and shows how to write it."""
    with pytest.raises(Mistake) as refused:
        parse_moment(text, now=NOW, zone="Europe/Berlin")

    assert why in refused.value.message
    assert refused.value.fix


def test_a_time_is_said_back_whole() -> None:
    """Day, wall time, zone, UTC, how long until then, and what the clock does."""
    found = parse_moment("2027-10-31 02:30", now=NOW, zone="Europe/Berlin")

    assert (
        "Sunday 31 Oct 2027, 02:30 CEST Europe/Berlin (00:30 UTC), in 341 days 9 h. "
        "Sunday 31 Oct 2027 02:30 happens twice; the first is used."
    ) == say_back(found, now=NOW, zone="Europe/Berlin")


@given(
    st.datetimes(datetime(2026, 12, 1), datetime(2031, 1, 1)),  # noqa: DTZ001 - wall time
    st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_a_wall_time_that_exists_is_what_the_wall_then_shows(asked: datetime, zone: str) -> None:
    """Whatever is read shows on the clock of that zone at that instant, or the clock jumps over it."""
    asked = asked.replace(second=0, microsecond=0)
    found = parse_moment(f"{asked:%Y-%m-%d %H:%M} {zone}", now=NOW, zone="UTC")

    assert asked == found.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) or found.is_moved
    assert say_moment(found.at, zone).startswith(f"{found.local:%A} {found.local.day} ")


def test_lengths_of_time_in_two_units() -> None:
    """As people say them."""
    spans = [timedelta(seconds=20), timedelta(minutes=5), timedelta(hours=2, minutes=5), timedelta(days=1, hours=3)]

    assert ["under a minute", "5 min", "2 h 5 min", "1 day 3 h"] == [say_span(span) for span in spans]
