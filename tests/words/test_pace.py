"""Pace: gaps, days of warming up, and batches that are small enough for both."""

from __future__ import annotations

import pytest

from newsletter.words.pace import NO_LIMIT, WARM_UP_DAYS, Pace


def test_no_limit_is_no_limit() -> None:
    """Nothing waits, nothing gets smaller."""
    assert not NO_LIMIT.is_limited
    assert (0.0, None, 1000) == (NO_LIMIT.seconds(1000), NO_LIMIT.readers_on(1), NO_LIMIT.parcel_size(1000))


@pytest.mark.parametrize(("per_hour", "n_readers", "seconds"), [(3600, 1, 1.0), (5000, 416, 299.52), (100, 10, 360.0)])
def test_the_gap_after_a_call_is_the_time_of_its_readers(per_hour: int, n_readers: int, seconds: float) -> None:
    """However they are cut into calls, an hour's readers take an hour."""
    assert seconds == pytest.approx(Pace(per_hour=per_hour).seconds(n_readers))


def test_each_day_of_sending_is_twice_the_one_before_until_there_is_no_limit() -> None:
    """From 200 readers it is over a million in two weeks of sending days; then the sender is known."""
    pace = Pace(warm_up=200)

    assert [200, 400, 800] == [pace.readers_on(day) for day in (1, 2, 3)]
    assert 200 * 2**13 == pace.readers_on(WARM_UP_DAYS)
    assert pace.readers_on(WARM_UP_DAYS + 1) is None


@pytest.mark.parametrize(
    ("pace", "size"),
    [
        (Pace(per_hour=5000), 416),
        (Pace(per_hour=50), 10),
        (Pace(warm_up=200), 40),
        (Pace(per_hour=1_000_000, warm_up=500), 100),
        (Pace(per_hour=1_000_000), 1000),
    ],
)
def test_no_call_takes_a_large_part_of_the_hour_or_of_the_day(pace: Pace, size: int) -> None:
    """A thousand at once would be a burst, whatever comes after."""
    assert size == pace.parcel_size(1000)


def test_it_is_said_in_words() -> None:
    """As `send` says it before it begins."""
    said = str(Pace(per_hour=5000, warm_up=200))
    assert (
        said == "at most 5,000 readers an hour, and 200 on the first day of sending, twice as many on each further one"
    )
