"""One time is skipped by one press: nothing goes then, the schedule goes on, and the issue takes the next time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from newsletter.schedule.choice import approve_issue, send_next
from newsletter.schedule.times.line import turn_of
from newsletter.schedule.times.skip import find_skipped, skip_time, unskip_time
from newsletter.words.mistake import Missing, NotNow
from newsletter.words.slot import SlotStatus, Why
from tests.schedule.world import READERS, SLOT, World

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
ASKED = datetime(SLOT.year, SLOT.month, SLOT.day, 9)  # noqa: DTZ001 - wall time


@pytest.mark.parametrize("is_frozen", [False, True])
def test_the_issue_goes_a_week_later_with_the_words_that_were_approved(embedded: World, *, is_frozen: bool) -> None:
    """Skipped days before, or after the editors had its mail: then they hear that it does not go."""
    timetable = embedded.set_timetable()
    approve_issue(embedded.desk, 1, by="mara")
    if is_frozen:
        embedded.beat(SLOT - HOUR / 2)
    done = skip_time(embedded.desk, timetable, ASKED)
    assert done.following and done.following.at == SLOT + WEEK
    embedded.beat(SLOT)
    embedded.beat(SLOT + HOUR)
    assert [] == embedded.went()
    assert is_frozen == any("somebody skipped it" in subject for subject in embedded.subjects())

    embedded.beat(SLOT + WEEK)
    assert [1] == embedded.went()
    assert READERS == embedded.copies(1)


def test_skipped_twice_and_taken_back_it_goes_at_its_time(embedded: World) -> None:
    """Nothing is left of it, in the line of issues either."""
    timetable = embedded.set_timetable()
    skip_time(embedded.desk, timetable, ASKED)
    skip_time(embedded.desk, timetable, ASKED)
    turn = turn_of(embedded.desk, 1)
    assert turn and turn.at == SLOT + WEEK
    (slot,) = find_skipped(embedded.desk, timetable)
    unskip_time(embedded.desk, timetable, slot.asked)
    turn = turn_of(embedded.desk, 1)
    assert turn and turn.at == SLOT
    with pytest.raises(NotNow):
        unskip_time(embedded.desk, timetable, slot.asked)
    embedded.beat(SLOT)
    assert [1] == embedded.went()


def test_what_has_begun_is_not_skipped(embedded: World) -> None:
    """And a time that the schedule does not have is refused."""
    timetable = embedded.set_timetable()
    embedded.tick(SLOT)
    with pytest.raises(NotNow):
        skip_time(embedded.desk, timetable, ASKED)
    with pytest.raises(Missing):
        skip_time(embedded.desk, timetable, ASKED + HOUR)


def test_an_issue_put_into_the_next_slot_passes_over_the_one_that_is_skipped(embedded: World) -> None:
    """Somebody decided that nothing goes then."""
    timetable = embedded.set_timetable()
    skip_time(embedded.desk, timetable, ASKED)
    slot = send_next(embedded.desk, timetable, 1, by="mara")
    assert slot.at == SLOT + WEEK
    (first,) = [one for one in embedded.slots() if one.at == SLOT]
    assert (SlotStatus.SKIPPED, Why.DECIDED) == (first.status, first.why)


def test_each_issue_in_line_has_its_own_time(embedded: World) -> None:
    """The second one goes a week after the first; one that went has none."""
    embedded.issue(2)
    embedded.set_timetable()
    times = [turn.at for number in (1, 2) if (turn := turn_of(embedded.desk, number))]
    assert [SLOT, SLOT + WEEK] == times
    assert turn_of(embedded.desk, 3) is None
    embedded.beat(SLOT)
    assert turn_of(embedded.desk, 1) is None
