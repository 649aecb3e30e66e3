"""What a slot does next, case by case: from how it stands and what time it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.words.slot import (
    Slot,
    SlotStatus,
    SlotStep,
    Timetable,
    Ways,
    Why,
    is_too_close,
    next_step,
    passed_over,
    reminder_due,
    tried_lately,
    what_keeps_it,
)
from newsletter.words.times.cadence_text import parse_cadence

# The words are frozen an hour before, and up to three hours late it still goes.
AT = datetime(2026, 12, 3, 8, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WAITING, FROZEN, ASKING, GOING = SlotStatus.WAITING, SlotStatus.FROZEN, SlotStatus.ASKING, SlotStatus.GOING


def a_timetable(*, held: bool = False) -> Timetable:
    cadence = parse_cadence("every thursday 09:00 Europe/Berlin")
    return Timetable(
        id=1,
        list_name="weekly",
        cadence=cadence,
        ways=Ways(),
        since_at=AT - 7 * 24 * HOUR,
        held_at=AT if held else None,
    )


def a_slot(status: SlotStatus, why: Why | None = None, go_at: datetime | None = None) -> Slot:
    return Slot(id=1, timetable_id=1, asked=datetime(2026, 12, 3, 9), at=AT, status=status, why=why, go_at=go_at)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("slot", "after", "step"),
    [
        (a_slot(WAITING), -HOUR - MINUTE, SlotStep.REST),
        (a_slot(WAITING), -HOUR, SlotStep.FREEZE),
        (a_slot(FROZEN), -MINUTE, SlotStep.FREEZE),
        (a_slot(WAITING), timedelta(0), SlotStep.GO),
        (a_slot(FROZEN), 3 * HOUR, SlotStep.GO),
        (a_slot(FROZEN), 3 * HOUR + MINUTE, SlotStep.ASK_LATE),
        (a_slot(WAITING, go_at=AT + 5 * HOUR), 3 * HOUR + MINUTE, SlotStep.REST),
        (a_slot(GOING), -HOUR, SlotStep.FOLLOW),
        (a_slot(GOING), 5 * HOUR, SlotStep.FOLLOW),
        (a_slot(ASKING, Why.UNAPPROVED), HOUR, SlotStep.MEND),
        (a_slot(ASKING, Why.UNAPPROVED), 3 * HOUR + MINUTE, SlotStep.REST),
        (a_slot(ASKING, Why.LATE), HOUR, SlotStep.REST),
        (a_slot(ASKING, Why.STOPPED), HOUR, SlotStep.REST),
    ],
)
def test_the_next_step(slot: Slot, after: timedelta, step: SlotStep) -> None:
    """A slot rests, is frozen, goes, or asks, by the clock alone."""
    assert step is next_step(a_timetable(), slot, AT + after)


@pytest.mark.parametrize(
    ("slot", "after", "step"),
    [
        (a_slot(WAITING), -HOUR, SlotStep.REST),
        (a_slot(FROZEN), timedelta(0), SlotStep.SKIP_HELD),
        (a_slot(ASKING, Why.UNAPPROVED), HOUR, SlotStep.REST),
        (a_slot(GOING), HOUR, SlotStep.FOLLOW),
        (a_slot(WAITING, go_at=AT + HOUR), HOUR, SlotStep.GO),
    ],
)
def test_the_next_step_while_the_schedule_is_on_hold(slot: Slot, after: timedelta, step: SlotStep) -> None:
    """Nothing begins but what the owner gave a time; what has begun is followed."""
    assert step is next_step(a_timetable(held=True), slot, AT + after)


@pytest.mark.parametrize(
    ("is_closed", "lacks_approval", "is_unfinished_before", "why"),
    [
        (False, False, False, None),
        (True, True, True, Why.CLOSED),
        (False, True, True, Why.UNAPPROVED),
        (False, False, True, Why.UNFINISHED),
    ],
)
def test_what_keeps_a_slot_whose_time_has_come(
    is_closed: bool, lacks_approval: bool, is_unfinished_before: bool, why: Why | None
) -> None:
    """The first that holds is what the owner hears."""
    found = what_keeps_it(is_closed=is_closed, lacks_approval=lacks_approval, is_unfinished_before=is_unfinished_before)

    assert why is found


@pytest.mark.parametrize(
    ("before", "considered", "turn"),
    [
        (25 * HOUR + MINUTE, 0, None),
        (25 * HOUR, 0, 1),
        (24 * HOUR, 1, None),
        (3 * HOUR, 1, 2),
        (3 * HOUR, 0, 2),
        (2 * HOUR, 2, None),
        (HOUR, 1, None),
    ],
)
def test_which_reminder_is_due(before: timedelta, considered: int, turn: int | None) -> None:
    """A day and two hours before the words are frozen, each once; two that were missed are one."""
    slot = replace(a_slot(WAITING), n_reminders=considered)

    assert turn == reminder_due(a_timetable(), slot, AT - before)
    assert reminder_due(a_timetable(held=True), slot, AT - before) is None
    assert reminder_due(a_timetable(), replace(slot, status=FROZEN), AT - before) is None


def test_only_the_last_slot_whose_time_has_come_may_go() -> None:
    """Those before it are passed over; one that asks gives way as soon as the next one is looked at."""
    weeks = [timedelta(days=7 * number) for number in range(3)]
    first, second, third = (replace(a_slot(WAITING), id=number, at=AT + week) for number, week in enumerate(weeks))
    asks = replace(first, status=ASKING)

    assert [] == passed_over([first, second], AT + HOUR)
    assert [first, second] == passed_over([first, second, third], AT + weeks[2])
    assert [asks] == passed_over([asks, second], AT + HOUR)
    assert [] == passed_over([replace(asks, go_at=AT + weeks[1]), second], AT + weeks[1])


def test_two_issues_are_twelve_hours_apart_but_where_the_owner_chose_the_time() -> None:
    """By the last one's beginning or end, whichever is later: the caller says when it went."""
    assert is_too_close(a_slot(WAITING), AT - 12 * HOUR + MINUTE, AT)
    assert not is_too_close(a_slot(WAITING), AT - 12 * HOUR, AT)
    assert not is_too_close(a_slot(WAITING), None, AT)
    assert not is_too_close(a_slot(WAITING, go_at=AT), AT - MINUTE, AT)


def test_a_try_is_recent_for_five_minutes_and_never_in_time_to_come() -> None:
    """A clock that was set back must not keep a slot from being tried."""
    tried = Slot(id=1, timetable_id=1, asked=datetime(2026, 12, 3, 9), at=AT, tried_at=AT)  # noqa: DTZ001

    assert [True, True, False, False] == [
        tried_lately(tried, AT + after) for after in (timedelta(0), 4 * MINUTE, 5 * MINUTE, -MINUTE)
    ]
    assert not tried_lately(a_slot(WAITING), AT)
