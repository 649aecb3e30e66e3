"""A slot goes from state to state along the table of moves and no other way, whoever asks for it."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import update

from newsletter.db.engine import writing
from newsletter.schedule.choice import send_next
from newsletter.schedule.tables import slot
from newsletter.words.slot import SLOT_MOVES, SlotStatus
from tests.schedule.world import SLOT, World


def test_a_slot_moves_along_the_table_and_no_other_way(embedded: World) -> None:
    """Every pair of states is tried; what the table does not have raises, and leaves the slot as it was."""
    timetable = embedded.set_timetable()
    slots = embedded.schedule.slots
    slots.add(timetable.id, [next(timetable.cadence.after(embedded.clock.now()))])
    (one,) = slots.of(timetable.id)

    moved = set()
    for before, to in product(SlotStatus, SlotStatus):
        with writing(embedded.parts.engine) as connection:
            connection.execute(update(slot).values(status=before, is_practice=True))
        try:
            assert slots.move(slots.get(one.id), to)
        except ValueError:
            assert before is slots.get(one.id).status
        else:
            moved.add((before, to))
            assert to is slots.get(one.id).status

    assert SLOT_MOVES | {(status, status) for status in SlotStatus} == moved


def test_every_state_but_the_first_is_reached_and_only_gone_is_the_end() -> None:
    """A table in which a state were missing would be a state that nothing can be in, or nothing can leave."""
    assert set(SlotStatus) == {to for _, to in SLOT_MOVES}
    assert {SlotStatus.GONE} == set(SlotStatus) - {before for before, _ in SLOT_MOVES}


def test_a_move_needs_the_status_that_was_seen(embedded: World) -> None:
    """Somebody was faster: nothing is written."""
    timetable = embedded.set_timetable()
    slots = embedded.schedule.slots
    slots.add(timetable.id, [next(timetable.cadence.after(embedded.clock.now()))])
    (seen,) = slots.of(timetable.id)
    assert slots.move(seen, SlotStatus.SKIPPED)

    assert not slots.move(seen, SlotStatus.ASKING)
    assert SlotStatus.SKIPPED is slots.get(seen.id).status


@pytest.mark.parametrize("status", [SlotStatus.GOING, SlotStatus.GONE])
def test_an_issue_is_never_put_into_a_slot_that_went_early(embedded: World, status: SlotStatus) -> None:
    """Its time is still to come, but it has begun: the issue goes in the slot after it."""
    timetable = embedded.set_timetable()
    slots = embedded.schedule.slots
    slots.add(timetable.id, [next(timetable.cadence.after(embedded.clock.now()))])
    with writing(embedded.parts.engine) as connection:
        connection.execute(update(slot).values(status=status, issue=7, is_practice=True))

    into = send_next(embedded.desk, timetable, 1, by="mara")

    assert SLOT + timedelta(days=7) == into.at
    assert (status, 7) == (embedded.slot().status, embedded.slot().issue)
