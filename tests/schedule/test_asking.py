"""A slot that does not go by itself: late, unapproved, with findings, held up; it asks, and does what it is told."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from newsletter.compose.press import press
from newsletter.db.engine import writing
from newsletter.schedule.choice import approve_issue, find_asking, send_at, skip_slot
from newsletter.schedule.tables import slot as slot_table
from newsletter.schedule.tick import tick
from newsletter.wiring.clocks import desk_of
from newsletter.words.ledger import MailingStatus
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.slot import SlotStatus, Ways, Why
from newsletter.words.times.cadence_text import parse_cadence
from tests.schedule.world import MONDAY, READERS, SLOT, THURSDAY, World
from tests.world import add_readers

HOUR, MINUTE, WEEK = timedelta(hours=1), timedelta(minutes=1), timedelta(days=7)


def test_without_approval_it_asks_and_goes_when_it_comes_in_time(embedded: World) -> None:
    """Not approved at nine: told at once. Approved at ten: it goes then."""
    embedded.set_timetable(needs_approval=True)
    embedded.beat(SLOT)
    assert (SlotStatus.ASKING, Why.UNAPPROVED) == embedded.stands()
    assert ["Issue 1 did not go, because nobody has approved it"] == embedded.subjects()
    assert "newsletter schedule approve 1" in embedded.text_of(0)

    embedded.clock.turn(SLOT + HOUR)
    approve_issue(embedded.desk, 1, by="mara")
    embedded.beat()

    assert READERS == embedded.copies(1)
    assert embedded.subjects()[-1].startswith("Issue 1 went out 10:00-10:00")
    assert "It began 1 h after its time." in embedded.text_of(1)


def test_approved_too_late_it_still_asks(embedded: World) -> None:
    """After three hours nothing goes by itself; `now` is a decision."""
    timetable = embedded.set_timetable(needs_approval=True)
    embedded.beat(SLOT)
    embedded.clock.turn(SLOT + 4 * HOUR)
    approve_issue(embedded.desk, 1, by="mara")
    embedded.beat()
    assert [] == embedded.went()

    send_at(embedded.desk, timetable, find_asking(embedded.desk, timetable), embedded.clock.now())
    embedded.beat()

    assert [1] == embedded.went()
    assert READERS == embedded.copies(1)


def test_findings_hold_it_back_and_a_mended_file_goes(embedded: World) -> None:
    """An issue that `check` refuses does not go; mended within three hours it goes by itself."""
    embedded.set_timetable()
    path = embedded.folder / "issues" / "001.md"
    whole = path.read_text()
    path.write_text(whole.replace("posts: [2026-11-20-ferries-in-winter]", "posts: [2026-11-20-no-such-post]"))
    embedded.beat(SLOT - HOUR)
    embedded.beat(SLOT)
    assert (SlotStatus.ASKING, Why.FINDINGS) == embedded.stands()
    assert "2026-11-20-no-such-post" in embedded.text_of(-1)

    path.write_text(whole)
    embedded.beat(SLOT + 10 * MINUTE)

    assert [1] == embedded.went()


def test_late_up_to_three_hours_it_goes_and_says_so(world: World) -> None:
    """A machine that slept over nine for two hours sends when it wakes."""
    world.set_timetable()
    world.beat(MONDAY)
    world.beat(SLOT + 2 * HOUR)

    assert READERS == world.copies(1)
    assert "It began 2 h after its time." in world.text_of(0)


@pytest.mark.parametrize("slept", [6 * HOUR, 72 * HOUR])
def test_later_it_asks_and_does_what_it_is_told(world: World, slept: timedelta) -> None:
    """Six hours or three days late: nobody gets anything until the owner says now."""
    timetable = world.set_timetable()
    world.beat(MONDAY)
    world.beat(SLOT + slept)
    world.beat(SLOT + slept + HOUR)
    assert (SlotStatus.ASKING, Why.LATE) == world.stands()
    assert 1 == len(world.mails())
    assert "newsletter schedule decide --list weekly --now" in world.text_of(0)

    send_at(world.desk, timetable, find_asking(world.desk, timetable), world.clock.now())
    world.beat()
    world.beat(SLOT + WEEK)

    assert READERS == world.copies(1)
    assert [1] == world.went()
    assert (SlotStatus.SKIPPED, Why.FEW_POSTS) == world.stands(SLOT + WEEK)


def test_decided_at_a_time_it_goes_then(embedded: World) -> None:
    """The chosen time counts, not the slot's; too near the next slot is refused."""
    timetable = embedded.set_timetable()
    embedded.beat(MONDAY)
    embedded.beat(SLOT + 6 * HOUR)
    asking = find_asking(embedded.desk, timetable)
    with pytest.raises(Mistake):
        send_at(embedded.desk, timetable, asking, SLOT + WEEK - 2 * HOUR)
    send_at(embedded.desk, timetable, asking, SLOT + 24 * HOUR)
    embedded.beat(SLOT + 24 * HOUR - MINUTE)
    assert [] == embedded.went()

    embedded.beat(SLOT + 24 * HOUR)

    assert [1] == embedded.went()


def test_a_decided_time_that_is_missed_asks_again(embedded: World) -> None:
    """Never silence: the second question is a mail of its own."""
    timetable = embedded.set_timetable()
    embedded.beat(MONDAY)
    embedded.beat(SLOT + 6 * HOUR)
    send_at(embedded.desk, timetable, find_asking(embedded.desk, timetable), SLOT + 10 * HOUR)
    embedded.beat(SLOT + 20 * HOUR)

    assert (SlotStatus.ASKING, Why.LATE) == embedded.stands()
    assert 2 == len(embedded.mails())


def test_skipped_by_decision_the_issue_goes_next_time(embedded: World) -> None:
    """And nobody can decide twice."""
    timetable = embedded.set_timetable()
    embedded.beat(MONDAY)
    embedded.beat(SLOT + 6 * HOUR)
    skip_slot(embedded.desk, find_asking(embedded.desk, timetable))
    with pytest.raises(NotNow):
        find_asking(embedded.desk, timetable)
    embedded.beat(SLOT + WEEK)

    assert [1] == embedded.went()


def test_two_missed_slots_give_one_question(embedded: World) -> None:
    """Asleep for two weeks: the first slot has passed; the last one asks, and tells of both; nothing goes back to back."""
    embedded.set_timetable()
    embedded.beat(MONDAY)
    embedded.beat(SLOT + WEEK + 6 * HOUR)

    assert (SlotStatus.SKIPPED, Why.PASSED) == embedded.stands()
    assert (SlotStatus.ASKING, Why.LATE) == embedded.stands(SLOT + WEEK)
    assert 1 == len(embedded.mails())
    assert "The time before it passed without an issue as well." in embedded.text_of(0)


def test_a_clock_that_is_a_year_ahead_for_one_look_is_one_mail(embedded: World) -> None:
    """Fifty-two times have passed, it seems. Put right again it forgets them, and the issue goes when it should, and is told."""
    embedded.set_timetable()
    embedded.beat(MONDAY)
    embedded.beat(MONDAY + 52 * WEEK)
    assert 1 == len(embedded.mails())
    assert "The 51 times before it passed without an issue as well." in embedded.text_of(0)

    embedded.beat(MONDAY + HOUR)
    assert (SlotStatus.WAITING, None) == embedded.stands()
    embedded.beat(SLOT)
    embedded.beat(SLOT + MINUTE)

    assert [1] == embedded.went()
    assert 2 == len(embedded.mails())
    assert embedded.subjects()[-1].startswith("Issue 1 went out")


def test_many_times_that_passed_before_one_that_goes_are_one_mail(embedded: World) -> None:
    """The machine was off for a month, and is back in time for the last of them."""
    embedded.set_timetable()
    embedded.beat(MONDAY)
    embedded.beat(SLOT + 4 * WEEK + MINUTE)
    embedded.beat(SLOT + 4 * WEEK + 2 * MINUTE)

    assert [1] == embedded.went()
    assert 1 == sum("4 times passed without an issue" in subject for subject in embedded.subjects())
    assert 2 == len(embedded.mails())


def test_a_list_that_does_not_exist_is_told_not_retried_for_ever(tmp_path: Path) -> None:
    """Nothing is planned, the slot asks, and the owner reads which list is missing."""
    world = World(tmp_path / "weekly", n_readers=0)
    world.set_timetable()
    world.beat(SLOT)

    assert (SlotStatus.ASKING, Why.FAULT) == world.stands()
    assert "There is no list called 'weekly'" in world.text_of(0)
    world.close()


def test_a_paused_sending_is_told_once_and_the_next_slot_waits_for_it(embedded: World) -> None:
    """The issue before must be finished, or called off, before another goes."""
    embedded.set_timetable()
    embedded.tick(SLOT)
    embedded.parts.ledger.control.pause(1, "paused by hand")
    embedded.beat(SLOT + MINUTE)
    embedded.beat(SLOT + 2 * MINUTE)
    assert ["Issue 1 stands still"] == embedded.subjects()
    embedded.issue(2)
    embedded.beat(SLOT + WEEK)
    assert (SlotStatus.ASKING, Why.UNFINISHED) == embedded.stands(SLOT + WEEK)

    embedded.parts.ledger.control.resume(1)
    embedded.beat(SLOT + WEEK + MINUTE)
    embedded.beat(SLOT + WEEK + 2 * MINUTE)

    assert READERS == embedded.copies(1)
    assert any(subject.startswith("Issue 1 went out") for subject in embedded.subjects())
    assert (SlotStatus.SKIPPED, Why.TOO_CLOSE) == embedded.stands(SLOT + WEEK)
    embedded.beat(SLOT + 2 * WEEK)
    assert [1, 2] == embedded.went()


def test_a_fault_of_our_own_is_told_and_stops_no_other_list(embedded: World) -> None:
    """A schedule that the program stumbles over: the owner hears once a day, and the other list goes out."""
    add_readers(embedded.parts.engine, "friends", range(3, 5))
    embedded.schedule.timetables.save("friends", parse_cadence(THURSDAY), Ways(), now=embedded.clock.now())
    broken = embedded.set_timetable()
    with writing(embedded.parts.engine) as connection:
        connection.execute(
            insert(slot_table).values(cadence_id=broken.id, local_time="nonsense", at=SLOT, status="waiting")
        )
    for minutes in (0, 20, 40):
        embedded.clock.turn(SLOT + timedelta(minutes=minutes))
        with pytest.raises(ValueError):
            embedded.tick()

    assert ["The schedule of 'weekly' has a fault"] == [one for one in embedded.subjects() if "fault" in one]
    friends = embedded.schedule.timetables.find("friends")
    assert friends is not None
    assert [SlotStatus.GOING] == [one.status for one in embedded.schedule.slots.of(friends.id) if one.at == SLOT]


def test_a_slot_with_something_missing_asks_and_goes_once_it_is_set(tmp_path: Path) -> None:
    """A real provider without a public address: nothing is planned, the mailing of earlier waits, and the owner's mail too."""
    world = World(tmp_path / "weekly", NEWSLETTER_PROVIDER="smtp", NEWSLETTER_SMTP_URL="smtp://127.0.0.1:9")
    toml = world.folder / "newsletter.toml"
    whole = toml.read_text()
    toml.write_text(whole.replace("public_url", "# public_url"))
    bare = world.opened()
    world.set_timetable()
    approve_issue(world.desk, 1, by="mara")
    add_readers(world.parts.engine, "other", range(2))
    world.issue(2)
    edition = press(bare.shelf, bare.config.newsletter, 2).rendered.edition
    waiting = bare.ledger.planning.open_mailing(edition, list_name="other", parcel_size=10, start_at=None)

    world.clock.turn(SLOT)
    tick(desk_of(bare))
    with pytest.raises(Mistake, match="no public address"):
        bare.drain(threading.Event()).once()
    assert world.stands() == (SlotStatus.ASKING, Why.CLOSED)
    assert "no public address" in world.slot().detail
    assert bare.ledger.accounts.list_issues_sent() == [2]
    assert bare.ledger.mailings.get(waiting.id).status is MailingStatus.SENDING
    assert [notice.handed_over_at for notice in world.notices.list_all(waiting=True)] == [None, None]

    toml.write_text(whole)
    world.clock.turn(SLOT + HOUR)
    tick(desk_of(world.opened()))
    assert world.stands() == (SlotStatus.GOING, None)
    world.close()
