"""Calendars: holidays read from what other programs write, and ours written so that they can read it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from newsletter.schedule.ical import CalendarEvent, read_days, write_calendar
from newsletter.words.mistake import Mistake


def calendar(*events: str) -> str:
    """The text of a file with these events, as programs write it."""
    body = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n"


@pytest.mark.parametrize(
    ("event", "days"),
    [
        ("DTSTART;VALUE=DATE:20261224\r\nSUMMARY:Eve", ["2026-12-24"]),
        ("DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227", ["2026-12-24", "2026-12-25", "2026-12-26"]),
        (
            "DTSTART;TZID=Europe/Berlin:20261224T100000\r\nDTEND;TZID=Europe/Berlin:20261225T120000",
            ["2026-12-24", "2026-12-25"],
        ),
        ("DTSTART:20261224T100000Z", ["2026-12-24"]),
        ("SUMMARY:A long title that\r\n  goes on\r\nDTSTART;VALUE=DATE:2026\r\n 1224", ["2026-12-24"]),
        ("DTSTART;VALUE=DATE:20261224\r\nRRULE:FREQ=YEARLY;COUNT=3", ["2026-12-24", "2027-12-24", "2028-12-24"]),
        ("DTSTART;VALUE=DATE:20261224\r\nRRULE:FREQ=YEARLY;UNTIL=20271231T000000Z", ["2026-12-24", "2027-12-24"]),
    ],
)
def test_the_days_of_events(event: str, days: list[str]) -> None:
    """All-day events end before DTEND; others cover the days they touch; a yearly rule repeats."""
    assert [date.fromisoformat(day) for day in days] == sorted(read_days(calendar(event), file="h.ics"))


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        ("hello", "not a calendar", None),
        (calendar("SUMMARY:No day"), "no day that can be read", 5),
        (calendar("DTSTART;VALUE=DATE:20261345"), "no day that can be read", 4),
        (calendar("DTSTART;VALUE=DATE:20261224\r\nRRULE:FREQ=WEEKLY"), "repeats by a rule", 5),
        (calendar("DTSTART;VALUE=DATE:20261224\r\nRRULE:FREQ=YEARLY;INTERVAL=x"), "repeats by a rule", 5),
        (calendar("DTSTART;VALUE=DATE:19000101\r\nDTEND;VALUE=DATE:29990101"), "no sensible end", None),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(text: str, why: str, line: int | None) -> None:
    """A rule that is not read would leave out the wrong days in silence."""
    with pytest.raises(Mistake) as refused:
        read_days(text, file="h.ics")

    assert why in refused.value.message
    assert refused.value.place is not None
    assert line is None or line == refused.value.place.line


def test_what_is_written_can_be_read_by_others() -> None:
    """CRLF, at most 75 octets a line, no character cut in two, and special characters escaped."""
    entry = CalendarEvent(
        uid="slot-1@newsletter",
        at=datetime(2026, 12, 3, 8, tzinfo=UTC),
        title="Fähren; Brücken, Schiffe " * 6,
        text="a\nb\\c",
    )
    text = write_calendar("Weekly Ferries", [entry], now=datetime(2026, 11, 23, tzinfo=UTC))

    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    unfolded = text.replace("\r\n ", "")
    assert "DTSTART:20261203T080000Z\r\n" in unfolded
    assert "DESCRIPTION:a\\nb\\\\c\r\n" in unfolded
    assert "Fähren\\; Brücken\\, Schiffe " * 6 in unfolded
    assert [date(2026, 12, 3)] == list(read_days(text, file="own.ics"))
