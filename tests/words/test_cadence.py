"""Cadences: every time of every rule, through every trick that clocks play."""

# ruff: noqa: DTZ001 - wall time has no zone of its own

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.words.mistake import Mistake
from newsletter.words.times.cadence import LAST, Cadence, MonthlyByDate, MonthlyByWeekday, Weekday, Weekly, resolve
from newsletter.words.times.cadence_text import cadence_text, clock_note, parse_cadence, sentence

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Apia",
)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FIRST, LAST_DAY = date(2026, 1, 1), date(2030, 12, 31)


def first_minute_showing(asked: datetime, zone: str) -> datetime:
    """The oracle: walk through UTC until the wall clock in `zone` shows the asked time or a later one.

    It never turns wall time into an instant; it only reads clocks. Begins a day and a half before.
    """
    place, at = ZoneInfo(zone), asked.replace(tzinfo=UTC) - 36 * HOUR
    while _wall(at + HOUR, place) < asked:
        at += HOUR
    while _wall(at, place) < asked:
        at += MINUTE
    return at


def _wall(at: datetime, place: ZoneInfo) -> datetime:
    return at.astimezone(place).replace(tzinfo=None)


def transitions(zone: str) -> Iterator[datetime]:
    """The first instants of every new offset from 2026 to 2030, found by looking at the clock every hour."""
    place, at = ZoneInfo(zone), datetime(2026, 1, 1, tzinfo=UTC)
    while at.year <= 2030:
        if _wall(at + HOUR, place) - _wall(at, place) != HOUR:
            while _wall(at + MINUTE, place) - _wall(at, place) == MINUTE:
                at += MINUTE
            yield at + MINUTE
            at = at.replace(minute=0) + HOUR
        at += HOUR


def test_the_zones_have_the_transitions_that_make_this_worth_while() -> None:
    """Four of the six change their clocks in these years; two never do."""
    n = {zone: len(list(transitions(zone))) for zone in ZONES}

    assert 10 == n["Europe/Berlin"] == n["America/New_York"] == n["Australia/Lord_Howe"]
    assert n["Africa/Casablanca"] >= 10  # by the moon; 2030 has one more
    assert 0 == n["Asia/Kathmandu"] == n["Pacific/Apia"]


@pytest.mark.parametrize("zone", ZONES)
def test_one_slot_a_week_for_each_weekly_rule(zone: str) -> None:
    """2026 to 2030, all seven weekdays: exactly one time in each week, in order, never two at one instant."""
    for weekday in Weekday:
        cadence = Cadence(rule=Weekly(weekdays=(weekday,)), at=time(2, 30), zone=zone)
        found = list(cadence.between(FIRST, LAST_DAY))
        days = [one.asked.date() for one in found]

        assert [weekday] * len(days) == [day.weekday() for day in days]
        assert {7} == {(later - earlier).days for earlier, later in pairwise(days)}
        assert days[0] - FIRST < timedelta(days=7) and LAST_DAY - days[-1] < timedelta(days=7)
        assert all(earlier.at < later.at for earlier, later in pairwise(found))


@pytest.mark.parametrize("zone", ZONES)
def test_every_transition_against_a_walk_through_the_minutes(zone: str) -> None:
    """Around every change of the clock, every quarter of an hour of that day means the minute that the oracle finds."""
    n_asked = n_moved = n_twice = 0
    days = {_wall(at, ZoneInfo(zone)).date() for at in transitions(zone)} or {date(2026, 3, 29), date(2028, 10, 29)}
    for day in sorted(days):
        for quarter in range(96):
            asked = datetime.combine(day, time(quarter // 4, quarter % 4 * 15))
            cadence = Cadence(rule=Weekly(weekdays=(Weekday(day.weekday()),)), at=asked.time(), zone=zone)
            (found,) = cadence.between(day - timedelta(days=3), day + timedelta(days=3))
            n_asked, n_moved, n_twice = n_asked + 1, n_moved + found.is_moved, n_twice + found.is_twice

            assert first_minute_showing(asked, zone) == found.at
            assert _wall(found.at, ZoneInfo(zone)) == found.local >= asked

    forward, back = _jumps(zone)
    per_change = 2 if zone == "Australia/Lord_Howe" else 4  # half an hour, or a whole one
    assert n_asked >= 192
    assert (forward * per_change, back * per_change) == (n_moved, n_twice)


def _jumps(zone: str) -> tuple[int, int]:
    """How often the clock jumps forward and back."""
    place = ZoneInfo(zone)
    steps = [_wall(at, place) - _wall(at - MINUTE, place) for at in transitions(zone)]
    return sum(step > MINUTE for step in steps), sum(step < MINUTE for step in steps)


@pytest.mark.parametrize("zone", ZONES)
def test_ordinary_weeks_against_the_same_walk(zone: str) -> None:
    """Every week of five years at nine on Thursday, not only the interesting ones."""
    cadence = parse_cadence(f"every thursday 09:00 {zone}")
    for one in cadence.between(FIRST, LAST_DAY):
        assert first_minute_showing(one.asked, zone) == one.at


def test_gap_and_fold_of_berlin_by_hand() -> None:
    """29 March 2026 has no 02:30: 03:00 is used. 25 October has two: the first is used."""
    spring, autumn = (
        resolve(datetime(2026, 3, 29, 2, 30), "Europe/Berlin"),
        resolve(datetime(2026, 10, 25, 2, 30), "Europe/Berlin"),
    )

    assert (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 3, 29, 3, 0)) == (spring.at, spring.local)
    assert (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), True) == (autumn.at, autumn.is_twice)
    assert "Sunday 29 Mar 2026 02:30 does not exist; the first minute after it, 03:00, is used." == clock_note(spring)
    assert "Sunday 25 Oct 2026 02:30 happens twice; the first is used." == clock_note(autumn)


def test_a_day_that_a_country_left_out() -> None:
    """Samoa had no 30 December 2011: a slot on it goes in the first minute of the 31st, and not twice with that day's."""
    daily = parse_cadence("every day 00:00 Pacific/Apia")
    found = list(daily.between(date(2011, 12, 29), date(2012, 1, 1)))

    assert [datetime(2011, 12, 29), datetime(2011, 12, 31), datetime(2012, 1, 1)] == [one.local for one in found]
    assert datetime(2011, 12, 31) == resolve(datetime(2011, 12, 30, 9), "Pacific/Apia").local


def test_every_two_weeks_counts_from_its_date() -> None:
    """Over a new year, where week numbers start again, fourteen days stay fourteen days."""
    cadence = parse_cadence("every 2 weeks on monday and thursday 09:00 Europe/Berlin from 2026-12-03")
    days = [one.asked.date() for one in cadence.between(date(2026, 11, 1), date(2027, 1, 20))]

    assert ["12-03", "12-14", "12-17", "12-28", "12-31", "01-11", "01-14"] == [f"{day:%m-%d}" for day in days]


def test_monthly_rules() -> None:
    """By date, with short months on their last day; by weekday, also the last one."""
    by_date = parse_cadence("monthly on the 31st 09:00 Europe/Berlin").between(date(2027, 1, 1), date(2027, 5, 1))
    both = parse_cadence("monthly on the 30th and the last day 09:00 UTC").between(date(2027, 2, 1), date(2027, 4, 30))
    first = parse_cadence("monthly on the first thursday 09:00 UTC").between(date(2027, 1, 1), date(2027, 4, 30))
    last = parse_cadence("monthly on the last friday 09:00 UTC").between(date(2027, 1, 1), date(2027, 3, 31))

    assert ["01-31", "02-28", "03-31", "04-30"] == [f"{one.asked:%m-%d}" for one in by_date]
    assert ["02-28", "03-30", "03-31", "04-30"] == [f"{one.asked:%m-%d}" for one in both]
    assert ["01-07", "02-04", "03-04", "04-01"] == [f"{one.asked:%m-%d}" for one in first]
    assert ["01-29", "02-26", "03-26"] == [f"{one.asked:%m-%d}" for one in last]


def test_skipped_dates_are_left_out_and_said() -> None:
    """A skipped Thursday has no slot; a skipped day on which nothing would go is not mentioned."""
    cadence = parse_cadence("every thursday 09:00 Europe/Berlin except 2026-12-24, 2026-12-25")
    found = list(cadence.between(date(2026, 12, 15), date(2027, 1, 1)))

    assert ["12-17", "12-31"] == [f"{one.asked:%m-%d}" for one in found]
    assert not cadence.has(datetime(2026, 12, 24, 9)) and cadence.has(datetime(2026, 12, 31, 9))
    assert sentence(cadence, found).endswith("Next: Thursday 17 Dec 2026, 09:00. Left out: Thursday 24 Dec 2026.")


def test_the_sentence_of_the_promise() -> None:
    """A rule is said whole: what, where, when next, and what the clock will do."""
    cadence = parse_cadence("every sunday 02:30 europe/berlin".replace("europe/berlin", "Europe/Berlin"))
    coming = islice(cadence.after(datetime(2026, 10, 20, tzinfo=UTC)), 5)

    assert (
        "Every Sunday at 02:30 Europe/Berlin. Next: Sunday 25 Oct 2026, 02:30. "
        "Sunday 25 Oct 2026 02:30 happens twice; the first is used."
    ) == sentence(cadence, coming)


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("Every Thursday at 9:00 in Europe/Berlin", "every thursday 09:00 Europe/Berlin"),
        ("every thu 9am", "every thursday 09:00 Asia/Kathmandu"),
        ("every mon, wed and fri 18:30", "every monday and wednesday and friday 18:30 Asia/Kathmandu"),
        ("weekly on thursdays 12:05 am UTC", "every thursday 00:05 UTC"),
        ("every other tuesday 09:00", None),
        ("every other week on tuesday 09:00 UTC from 2027-01-05", "every 2 weeks on tuesday 09:00 UTC from 2027-01-05"),
        ("every weekday 07:00 UTC", "every monday and tuesday and wednesday and thursday and friday 07:00 UTC"),
        ("every month on the 15th and 1st 10:00 UTC", "monthly on the 1st and 15th 10:00 UTC"),
        ("monthly on the last day 10:00 UTC", "monthly on the last day 10:00 UTC"),
        ("daily 06:00 UTC except 2027-01-01 from 2026-12-01", "every day 06:00 UTC from 2026-12-01 except 2027-01-01"),
    ],
)
def test_what_people_write_is_read(text: str, same_as: str | None) -> None:
    """Several ways to say one rule give one rule; what is not understood is refused rather than guessed."""
    if same_as is None:
        with pytest.raises(Mistake):
            parse_cadence(text)
        return
    assert parse_cadence(same_as) == parse_cadence(text, zone="Asia/Kathmandu")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("every thursday", "one time of day"),
        ("every thursday 09:00 10:00", "more than one time"),
        ("every thursday 24:00", "'24:00' is not a time"),
        ("every thursday 09:60", "'09:60' is not a time"),
        ("every thursday 13pm", "not a time of day"),
        ("every thursday 09:00 Mars/Olympus", "no time zone 'Mars/Olympus'"),
        ("every thursday 09:00 ../../etc/passwd", "no time zone"),
        ("every wotansday 09:00", "'wotansday' is not a weekday"),
        ("every 2 weeks on monday 09:00", "from which date"),
        ("every 99 weeks on monday 09:00 from 2026-12-07", "1 to 52"),
        ("monthly on the 32nd 09:00", "'32nd' is not a day of the month"),
        ("monthly on the fifth monday 09:00", "'fifth monday'"),
        ("every thursday 09:00 from 2026-02-30", "no day 2026-02-30"),
        ("thursday", "one time of day"),
        ("", "one time of day"),
    ],
)
def test_what_can_not_be_read_says_why_and_shows_how(text: str, why: str) -> None:
    """A refusal names the part that is wrong, and gives examples."""
    with pytest.raises(Mistake) as refused:
        parse_cadence(text)

    assert why in refused.value.message
    assert "every thursday 09:00 Europe/Berlin" in refused.value.fix


_dates = st.dates(date(2026, 1, 1), date(2030, 12, 31))
_weekly = st.builds(
    lambda days, every: Weekly(weekdays=tuple(sorted(days)), every=every),
    st.sets(st.sampled_from(Weekday), min_size=1),
    st.integers(1, 8),
)
_by_date = st.builds(
    lambda days, last: MonthlyByDate(days=(*sorted(days), *((LAST,) if last or not days else ()))),
    st.sets(st.integers(1, 31), max_size=4),
    st.booleans(),
)
_by_weekday = st.builds(
    lambda nth, day: MonthlyByWeekday(nth=nth, weekday=day),
    st.sampled_from((1, 2, 3, 4, LAST)),
    st.sampled_from(Weekday),
)
_cadences = st.builds(
    lambda rule, at, zone, starts_on, skipped: Cadence(
        rule=rule, at=at.replace(second=0, microsecond=0), zone=zone, starts_on=starts_on, skipped=frozenset(skipped)
    ),
    st.one_of(_weekly, _by_date, _by_weekday),
    st.times(),
    st.sampled_from(ZONES),
    _dates,
    st.sets(_dates, max_size=5),
)


@given(_cadences)
def test_a_cadence_survives_being_written_down(cadence: Cadence) -> None:
    """The text that the database keeps is read back as the very same rule."""
    assert cadence == parse_cadence(cadence_text(cadence))


@given(_cadences, _dates, st.integers(1, 200))
@settings(max_examples=150)
def test_what_a_cadence_promises(cadence: Cadence, first: date, n_days: int) -> None:
    """Any rule, any stretch: in order, one a day at most, on days it names, at the minute that the oracle finds."""
    last = first + timedelta(days=n_days)
    found = list(cadence.between(first, last))

    assert all(earlier.at < later.at for earlier, later in pairwise(found))
    assert all(first <= one.asked.date() <= last and cadence.has(one.asked) for one in found)
    assert {one.asked.date() for one in found} == {
        day
        for day in (first + timedelta(days=step) for step in range(n_days + 1))
        if cadence.falls_on(day) and day not in cadence.skipped
    }
    for one in found[:3]:
        assert first_minute_showing(one.asked, cadence.zone) == one.at


@given(_cadences, st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
@settings(max_examples=100)
def test_after_continues_where_it_stopped(cadence: Cadence, instant: datetime) -> None:
    """Asking for the next one again and again gives the same times as asking once."""
    at_once = [one.at for one in islice(cadence.after(instant), 4)]
    one_by_one = []
    while len(one_by_one) < len(at_once):
        instant = next(cadence.after(instant)).at
        one_by_one.append(instant)

    assert at_once == one_by_one
