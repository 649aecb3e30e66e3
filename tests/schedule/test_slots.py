"""A slot that drives itself: which issue, which words, when, and what the owner hears."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from newsletter.compose.press import press
from newsletter.schedule.choosing import approve_issue, send_next, withdraw_approval
from newsletter.schedule.deciding import find_asking, send_at, skip_slot
from newsletter.sending.plan import plan
from newsletter.store.engine import writing
from newsletter.store.schedule_tables import slot as slot_table
from newsletter.store.tables import mailing as mailing_table
from newsletter.words.cadence_text import parse_cadence
from newsletter.words.mistake import Mistake, NotNow
from newsletter.words.slot import SlotStatus, Ways, Why
from tests.schedule.world import MONDAY, SLOT, THURSDAY, World
from tests.world import add_readers

HOUR, MINUTE, WEEK = timedelta(hours=1), timedelta(minutes=1), timedelta(days=7)
READERS = [f"reader{number}@example.com" for number in range(3)]


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    """A newsletter on each kind of database."""
    made = World(tmp_path / "weekly", url=database_url)
    yield made
    made.close()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[World]:
    """A newsletter on SQLite: for rules that the database has no part in."""
    made = World(tmp_path / "weekly")
    yield made
    made.close()


def test_an_issue_goes_in_its_slot_once_and_the_owner_hears(world: World) -> None:
    """Nothing before nine; everyone once at nine; one mail with the counts; nothing more however often it ticks."""
    world.plan(tell=("editor@example.com", "owner@example.org"))
    world.beat(MONDAY)
    world.beat(SLOT - MINUTE)
    assert (SlotStatus.FROZEN, None) == world.stands()
    assert [] == world.mails()

    world.beat(SLOT)
    for later in range(1, 5):
        world.beat(SLOT + later * HOUR)

    assert (SlotStatus.GONE, None) == world.stands()
    assert READERS == world.copies(1)
    assert 2 * ["Issue 1 went out 09:00-09:00: 3 handed over, 0 skipped, 0 unknown"] == world.subjects()
    assert {"editor@example.com", "owner@example.org"} == {str(mail["To"]) for mail in world.mails()}
    assert "https://ferries.example.com/studio" in world.text_of(0)


def test_the_words_are_those_of_freeze_time(embedded: World) -> None:
    """An edit before the freeze goes out, one after it does not."""
    embedded.plan()
    embedded.tick(SLOT - 2 * HOUR)
    embedded.issue(1, "this week is about fog")
    embedded.tick(SLOT - HOUR)
    embedded.issue(1, "this week is about nothing")
    embedded.beat(SLOT)

    mails = (embedded.folder / "var" / "outbox" / "1").glob("*.eml")
    assert all("about fog" in mail.read_text() for mail in mails)


def test_a_missing_issue_is_drafted_from_unused_posts_at_freeze_time(embedded: World) -> None:
    """The next number, the posts that came, and not before the freeze."""
    embedded.plan()
    embedded.beat(SLOT)
    embedded.post(1)
    embedded.tick(SLOT + WEEK - 61 * MINUTE)
    assert not (embedded.folder / "issues" / "002.md").exists()

    embedded.beat(SLOT + WEEK - HOUR)
    assert "ferry-1" in (embedded.folder / "issues" / "002.md").read_text()
    embedded.beat(SLOT + WEEK)

    assert [1, 2] == embedded.went()
    assert READERS == embedded.copies(2)


def test_a_slot_with_too_few_posts_is_skipped_and_told(embedded: World) -> None:
    """Its posts wait for the next slot."""
    embedded.plan(min_posts=2)
    embedded.beat(SLOT)
    assert (SlotStatus.SKIPPED, Why.FEW_POSTS) == embedded.stands()
    assert ["Issue 1 did not go: there are too few posts"] == embedded.subjects()
    assert "There is 1 post, and an issue needs at least 2." in embedded.text_of(0)
    (embedded.folder / "issues" / "001.md").unlink()

    embedded.post(1)
    embedded.beat(SLOT + WEEK)

    assert (SlotStatus.GONE, None) == embedded.stands(SLOT + WEEK)
    assert 2 == (embedded.folder / "issues" / "001.md").read_text().count("  - 2026")


def test_approval_pins_the_words(embedded: World) -> None:
    """What was approved goes, although the file was edited afterwards, before the freeze."""
    embedded.plan(needs_approval=True)
    approve_issue(embedded.desk, 1, by="mara")
    embedded.issue(1, "this week is about an edit that nobody approved")
    embedded.beat(SLOT)

    assert READERS == embedded.copies(1)
    mails = (embedded.folder / "var" / "outbox" / "1").glob("*.eml")
    assert all("about ice" in mail.read_text() for mail in mails)


def test_without_approval_it_asks_and_goes_when_it_comes_in_time(embedded: World) -> None:
    """Not approved at nine: told at once. Approved at ten: it goes then."""
    embedded.plan(needs_approval=True)
    embedded.beat(SLOT)
    assert (SlotStatus.ASKING, Why.UNAPPROVED) == embedded.stands()
    assert ["Issue 1 did not go: nobody has approved it"] == embedded.subjects()
    assert "newsletter schedule approve 1" in embedded.text_of(0)

    embedded.clock.turn(SLOT + HOUR)
    approve_issue(embedded.desk, 1, by="mara")
    embedded.beat()

    assert READERS == embedded.copies(1)
    assert embedded.subjects()[-1].startswith("Issue 1 went out 10:00-10:00")
    assert "It began 1 h after its time." in embedded.text_of(1)


def test_approved_too_late_it_still_asks(embedded: World) -> None:
    """After three hours nothing goes by itself; `now` is a decision."""
    plan = embedded.plan(needs_approval=True)
    embedded.beat(SLOT)
    embedded.clock.turn(SLOT + 4 * HOUR)
    approve_issue(embedded.desk, 1, by="mara")
    embedded.beat()
    assert [] == embedded.went()

    send_at(embedded.desk, plan, find_asking(embedded.desk, plan), embedded.clock.now())
    embedded.beat()

    assert [1] == embedded.went()
    assert READERS == embedded.copies(1)


def test_findings_hold_it_back_and_a_mended_file_goes(embedded: World) -> None:
    """An issue that `check` refuses does not go; mended within three hours it goes by itself."""
    embedded.plan()
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


def test_reminders_come_before_the_freeze_and_only_where_something_is_open(embedded: World) -> None:
    """A day and two hours before: what is missing. With everything approved there is silence."""
    embedded.plan(needs_approval=True)
    embedded.tick(SLOT - 26 * HOUR)
    assert [] == embedded.mails()
    embedded.tick(SLOT - 25 * HOUR)
    embedded.tick(SLOT - 24 * HOUR)
    assert ["Reminder: issue 1 is due Thursday 3 Dec 2026, 09:00 Europe/Berlin"] == embedded.subjects()
    assert "- Issue 1 is not approved: newsletter schedule approve 1" in embedded.text_of(0)

    approve_issue(embedded.desk, 1, by="mara")
    embedded.tick(SLOT - 3 * HOUR)
    embedded.tick(SLOT - 2 * HOUR)

    assert 1 == len(embedded.mails())


def test_a_reminder_says_that_it_was_changed_since_it_was_approved(embedded: World) -> None:
    """The editor sees that the edit will not go out, while there is time to approve it."""
    embedded.plan()
    approve_issue(embedded.desk, 1, by="mara")
    embedded.issue(1, "this week is about an edit")
    embedded.tick(SLOT - 3 * HOUR)

    assert "Issue 1 was changed since it was approved. The approved words go." in embedded.text_of(0)


def test_on_hold_slots_pass_and_it_is_told(world: World) -> None:
    """Nothing goes while it is held; the issue goes in the first slot after it was resumed."""
    plan = world.plan()
    world.memory.hold(plan.id, world.clock.now())
    world.beat(SLOT)
    assert (SlotStatus.SKIPPED, Why.HELD) == world.stands()
    assert ["The next issue did not go: the schedule is on hold"] == world.subjects()

    world.memory.hold(plan.id, None)
    world.beat(SLOT + WEEK)

    assert [1] == world.went()


def test_skipped_dates_have_no_slot_and_no_mail(world: World) -> None:
    """A holiday is planned silence: also where it is added when the slot is there already."""
    plan = world.plan()
    world.beat(SLOT - 2 * HOUR)
    world.memory.skip_days(plan.id, {SLOT.date(): "Holiday"})
    world.beat(SLOT)
    world.beat(SLOT + HOUR)

    assert [] == [slot for slot in world.slots() if slot.at == SLOT]
    assert [] == world.mails()
    world.beat(SLOT + WEEK)
    assert [1] == world.went()


def test_late_up_to_three_hours_it_goes_and_says_so(world: World) -> None:
    """A machine that slept over nine for two hours sends when it wakes."""
    world.plan()
    world.beat(MONDAY)
    world.beat(SLOT + 2 * HOUR)

    assert READERS == world.copies(1)
    assert "It began 2 h after its time." in world.text_of(0)


@pytest.mark.parametrize("slept", [6 * HOUR, 72 * HOUR])
def test_later_it_asks_and_does_what_it_is_told(world: World, slept: timedelta) -> None:
    """Six hours or three days late: nobody gets anything until the owner says now."""
    plan = world.plan()
    world.beat(MONDAY)
    world.beat(SLOT + slept)
    world.beat(SLOT + slept + HOUR)
    assert (SlotStatus.ASKING, Why.LATE) == world.stands()
    assert 1 == len(world.mails())
    assert "newsletter schedule decide --list weekly --now" in world.text_of(0)

    send_at(world.desk, plan, find_asking(world.desk, plan), world.clock.now())
    world.beat()
    world.beat(SLOT + WEEK)

    assert READERS == world.copies(1)
    assert [1] == world.went()
    assert (SlotStatus.SKIPPED, Why.FEW_POSTS) == world.stands(SLOT + WEEK)


def test_decided_at_a_time_it_goes_then(embedded: World) -> None:
    """The chosen time counts, not the slot's; too near the next slot is refused."""
    plan = embedded.plan()
    embedded.beat(MONDAY)
    embedded.beat(SLOT + 6 * HOUR)
    asking = find_asking(embedded.desk, plan)
    with pytest.raises(Mistake):
        send_at(embedded.desk, plan, asking, SLOT + WEEK - 2 * HOUR)
    send_at(embedded.desk, plan, asking, SLOT + 24 * HOUR)
    embedded.beat(SLOT + 24 * HOUR - MINUTE)
    assert [] == embedded.went()

    embedded.beat(SLOT + 24 * HOUR)

    assert [1] == embedded.went()


def test_a_decided_time_that_is_missed_asks_again(embedded: World) -> None:
    """Never silence: the second question is a mail of its own."""
    plan = embedded.plan()
    embedded.beat(MONDAY)
    embedded.beat(SLOT + 6 * HOUR)
    send_at(embedded.desk, plan, find_asking(embedded.desk, plan), SLOT + 10 * HOUR)
    embedded.beat(SLOT + 20 * HOUR)

    assert (SlotStatus.ASKING, Why.LATE) == embedded.stands()
    assert 2 == len(embedded.mails())


def test_skipped_by_decision_the_issue_goes_next_time(embedded: World) -> None:
    """And nobody can decide twice."""
    plan = embedded.plan()
    embedded.beat(MONDAY)
    embedded.beat(SLOT + 6 * HOUR)
    skip_slot(embedded.desk, find_asking(embedded.desk, plan))
    with pytest.raises(NotNow):
        find_asking(embedded.desk, plan)
    embedded.beat(SLOT + WEEK)

    assert [1] == embedded.went()


def test_two_missed_slots_give_one_question(embedded: World) -> None:
    """Asleep for two weeks: the first slot has passed and is told; the last one asks; nothing goes back to back."""
    embedded.plan()
    embedded.beat(MONDAY)
    embedded.beat(SLOT + WEEK + 6 * HOUR)

    assert (SlotStatus.SKIPPED, Why.PASSED) == embedded.stands()
    assert (SlotStatus.ASKING, Why.LATE) == embedded.stands(SLOT + WEEK)
    assert 2 == len(embedded.mails())


def test_never_two_issues_back_to_back(embedded: World) -> None:
    """What was sent by hand an hour before leaves the slot empty, and what is ready waits a week."""
    embedded.plan()
    embedded.tick(SLOT - 2 * HOUR)
    embedded.issue(2)
    embedded.clock.turn(SLOT - HOUR)
    _send_by_hand(embedded, 1)
    embedded.beat(SLOT)
    assert (SlotStatus.SKIPPED, Why.TOO_CLOSE) == embedded.stands()

    embedded.beat(SLOT + WEEK)

    assert READERS == embedded.copies(1) == embedded.copies(2)


def test_an_issue_sent_by_hand_is_not_sent_again(embedded: World) -> None:
    """Sent on Tuesday although it was frozen for Thursday: Thursday takes the next one, or is skipped."""
    embedded.plan(freeze_before=timedelta(days=3))
    embedded.tick(SLOT - 70 * HOUR)
    assert 1 == embedded.slot().issue
    _send_by_hand(embedded, 1)
    embedded.clock.turn(SLOT - 40 * HOUR)
    embedded.issue(2)
    embedded.beat(SLOT)

    assert READERS == embedded.copies(1) == embedded.copies(2)
    assert [2] == embedded.went()


def test_send_next_goes_before_others_with_the_words_it_had(embedded: World) -> None:
    """`--next` on the second issue: it goes first, as it was when it was asked for; taken back, the first goes."""
    plan = embedded.plan()
    embedded.issue(2, "this week is about fog")
    embedded.tick(SLOT - HOUR)
    assert 1 == embedded.slot().issue
    slot = send_next(embedded.desk, plan, 2, by="mara")
    embedded.issue(2, "changed")
    embedded.tick(SLOT - 30 * MINUTE)
    assert SLOT == slot.at
    assert 2 == embedded.slot().issue
    withdraw_approval(embedded.desk, 2)
    embedded.tick(SLOT - 20 * MINUTE)
    assert 1 == embedded.slot().issue

    embedded.issue(2, "this week is about fog")
    send_next(embedded.desk, plan, 2, by="mara")
    embedded.beat(SLOT)

    assert [2] == embedded.went()
    assert "about fog" in next((embedded.folder / "var" / "outbox" / "2").glob("*.eml")).read_text()


def test_a_list_that_does_not_exist_is_told_not_retried_for_ever(tmp_path: Path) -> None:
    """Nothing is planned, the slot asks, and the owner reads which list is missing."""
    world = World(tmp_path / "weekly", n_readers=0)
    world.plan()
    world.beat(SLOT)

    assert (SlotStatus.ASKING, Why.FAULT) == world.stands()
    assert "There is no list called 'weekly'" in world.text_of(0)
    world.close()


def test_a_paused_sending_is_told_once_and_the_next_slot_waits_for_it(embedded: World) -> None:
    """The issue before must be finished, or called off, before another goes."""
    embedded.plan()
    embedded.tick(SLOT)
    embedded.parts.ledger.pause(1, "paused by hand")
    embedded.beat(SLOT + MINUTE)
    embedded.beat(SLOT + 2 * MINUTE)
    assert ["Issue 1 stands still"] == embedded.subjects()
    embedded.issue(2)
    embedded.beat(SLOT + WEEK)
    assert (SlotStatus.ASKING, Why.UNFINISHED) == embedded.stands(SLOT + WEEK)

    embedded.parts.ledger.resume(1)
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
    embedded.memory.save_plan("friends", parse_cadence(THURSDAY), Ways(), now=embedded.clock.now())
    broken = embedded.plan()
    with writing(embedded.parts.engine) as connection:
        connection.execute(
            insert(slot_table).values(cadence_id=broken.id, local_time="nonsense", at=SLOT, status="waiting")
        )
    for minutes in (0, 20, 40):
        embedded.clock.turn(SLOT + timedelta(minutes=minutes))
        with pytest.raises(ValueError):
            embedded.tick()

    assert ["The schedule of 'weekly' has a fault"] == [one for one in embedded.subjects() if "fault" in one]
    friends = embedded.memory.find_plan("friends")
    assert friends is not None
    assert [SlotStatus.GOING] == [one.status for one in embedded.memory.list_slots(friends.id) if one.at == SLOT]


def test_a_mail_that_is_not_taken_is_tried_again_later(embedded: World) -> None:
    """The outbox can't be written for a while: no hammering, and the mail comes in the end, once."""
    embedded.plan()
    embedded.tick(SLOT)
    embedded.parts.drain(threading.Event()).once()
    notices = embedded.folder / "var" / "outbox" / "0"
    notices.write_text("in the way")
    embedded.tick(SLOT + MINUTE)
    first = embedded.memory.list_notices(waiting=True)[0].tried_at
    embedded.tick(SLOT + 5 * MINUTE)
    assert SLOT + MINUTE == first == embedded.memory.list_notices(waiting=True)[0].tried_at
    notices.unlink()
    embedded.tick(SLOT + 12 * MINUTE)
    embedded.tick(SLOT + 30 * MINUTE)

    assert 1 == len(embedded.mails())


def _send_by_hand(world: World, number: int) -> None:
    """As `newsletter send` does it, under the world's clock."""
    edition = press(world.parts.shelf, world.parts.config.newsletter, number).rendered.edition
    mailing, _ = plan(
        world.parts.ledger, world.clock, edition, list_name="weekly", parcel_size=10, start_at=world.clock.now()
    )
    # The database has a clock of its own, which nobody turns.
    with writing(world.parts.engine) as connection:
        connection.execute(
            update(mailing_table)
            .where(mailing_table.c.id == mailing.id)
            .values(start_at=world.clock.now(), status="sending")
        )
    world.parts.drain(threading.Event()).once()
