"""A slot that drives itself: which issue, which words, and when."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from newsletter.db.engine import writing
from newsletter.readers.tables import subscriber
from newsletter.schedule.choice import approve_issue, send_next, withdraw_approval
from newsletter.words.slot import SlotStatus, Why
from tests.schedule.world import MONDAY, READERS, SLOT, World

HOUR, MINUTE, WEEK = timedelta(hours=1), timedelta(minutes=1), timedelta(days=7)


def test_an_issue_goes_in_its_slot_once_and_the_owner_hears(world: World) -> None:
    """Nothing before nine; everyone once at nine; one mail with the counts; nothing more however often it ticks."""
    world.set_timetable(tell=("editor@example.com", "owner@example.org"))
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
    embedded.set_timetable()
    embedded.tick(SLOT - 2 * HOUR)
    embedded.issue(1, "this week is about fog")
    embedded.tick(SLOT - HOUR)
    embedded.issue(1, "this week is about nothing")
    embedded.beat(SLOT)

    mails = (embedded.folder / "var" / "outbox" / "1").glob("*.eml")
    assert all("about fog" in mail.read_text() for mail in mails)


def test_a_missing_issue_is_drafted_from_unused_posts_at_freeze_time(embedded: World) -> None:
    """The next number, the posts that came, and not before the freeze."""
    embedded.set_timetable()
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
    embedded.set_timetable(min_posts=2)
    embedded.beat(SLOT)
    assert (SlotStatus.SKIPPED, Why.FEW_POSTS) == embedded.stands()
    assert ["Issue 1 did not go, because there are too few posts"] == embedded.subjects()
    assert "There is 1 post, and an issue needs at least 2." in embedded.text_of(0)
    (embedded.folder / "issues" / "001.md").unlink()

    embedded.post(1)
    embedded.beat(SLOT + WEEK)

    assert (SlotStatus.GONE, None) == embedded.stands(SLOT + WEEK)
    assert 2 == len(list(embedded.parts.issues.get_issue(1).slugs()))


def test_approval_pins_the_words(embedded: World) -> None:
    """What was approved goes, although the file was edited afterwards, before the freeze."""
    embedded.set_timetable(needs_approval=True)
    approve_issue(embedded.desk, 1, by="mara")
    embedded.issue(1, "this week is about an edit that nobody approved")
    embedded.beat(SLOT)

    assert READERS == embedded.copies(1)
    mails = (embedded.folder / "var" / "outbox" / "1").glob("*.eml")
    assert all("about ice" in mail.read_text() for mail in mails)


def test_on_hold_slots_pass_and_it_is_told(world: World) -> None:
    """Nothing goes while it is held; the issue goes in the first slot after it was resumed."""
    timetable = world.set_timetable()
    world.schedule.timetables.hold(timetable.id, world.clock.now())
    world.beat(SLOT)
    assert (SlotStatus.SKIPPED, Why.HELD) == world.stands()
    assert ["The next issue did not go, because the schedule is on hold"] == world.subjects()

    world.schedule.timetables.hold(timetable.id, None)
    world.beat(SLOT + WEEK)

    assert [1] == world.went()


def test_skipped_dates_have_no_slot_and_no_mail(world: World) -> None:
    """A holiday is planned silence: also where it is added when the slot is there already."""
    timetable = world.set_timetable()
    world.beat(SLOT - 2 * HOUR)
    world.schedule.timetables.skip_days(timetable.id, {SLOT.date(): "Holiday"})
    world.beat(SLOT)
    world.beat(SLOT + HOUR)

    assert [] == [slot for slot in world.slots() if slot.at == SLOT]
    assert [] == world.mails()
    world.beat(SLOT + WEEK)
    assert [1] == world.went()


def test_never_two_issues_back_to_back(embedded: World) -> None:
    """What was sent by hand an hour before leaves the slot empty, and what is ready waits a week."""
    embedded.set_timetable()
    embedded.tick(SLOT - 2 * HOUR)
    embedded.issue(2)
    embedded.clock.turn(SLOT - HOUR)
    embedded.send_by_hand(1)
    embedded.beat(SLOT)
    assert (SlotStatus.SKIPPED, Why.TOO_CLOSE) == embedded.stands()

    embedded.beat(SLOT + WEEK)

    assert READERS == embedded.copies(1) == embedded.copies(2)


def test_an_issue_sent_by_hand_is_not_sent_again(embedded: World) -> None:
    """Sent on Tuesday although it was frozen for Thursday: Thursday takes the next one, or is skipped."""
    embedded.set_timetable(freeze_before=timedelta(days=3))
    embedded.tick(SLOT - 70 * HOUR)
    assert 1 == embedded.slot().issue
    embedded.send_by_hand(1)
    embedded.clock.turn(SLOT - 40 * HOUR)
    embedded.issue(2)
    embedded.beat(SLOT)

    assert READERS == embedded.copies(1) == embedded.copies(2)
    assert [2] == embedded.went()


def test_send_next_goes_before_others_with_the_words_it_had(embedded: World) -> None:
    """`--next` on the second issue: it goes first, as it was when it was asked for; taken back, the first goes."""
    timetable = embedded.set_timetable()
    embedded.issue(2, "this week is about fog")
    embedded.tick(SLOT - HOUR)
    assert 1 == embedded.slot().issue
    slot = send_next(embedded.desk, timetable, 2, by="mara")
    embedded.issue(2, "changed")
    embedded.tick(SLOT - 30 * MINUTE)
    assert SLOT == slot.at
    assert 2 == embedded.slot().issue
    withdraw_approval(embedded.desk, 2)
    embedded.tick(SLOT - 20 * MINUTE)
    assert 1 == embedded.slot().issue

    embedded.issue(2, "this week is about fog")
    send_next(embedded.desk, timetable, 2, by="mara")
    embedded.beat(SLOT)

    assert [2] == embedded.went()
    assert "about fog" in next((embedded.folder / "var" / "outbox" / "2").glob("*.eml")).read_text()


def test_send_next_goes_to_a_segment_of_then(world: World) -> None:
    """Who fits is asked when it goes; the question is kept with the slot, whatever becomes of the approval."""
    timetable = world.set_timetable()
    send_next(world.desk, timetable, 1, by="mara", segment='first_name = "Reader 1" or first_name = "Zoe"')
    world.tick(SLOT - HOUR)
    with writing(world.parts.engine) as connection:
        connection.execute(update(subscriber).where(subscriber.c.id == 3).values(first_name="Zoe"))
    world.beat(SLOT)

    assert [READERS[1], READERS[2]] == world.copies(1)
    assert "list 'weekly', those who fit first_name = " in world.text_of(0)
    world.issue(2)
    world.beat(SLOT + WEEK)
    assert READERS == world.copies(2)


def test_a_segment_asked_for_next_is_forgotten_when_the_whole_list_is(embedded: World) -> None:
    """A second `--next` says anew to whom; an approval alone leaves it as it was."""
    timetable = embedded.set_timetable()
    send_next(embedded.desk, timetable, 1, by="mara", segment='first_name = "Reader 1"')
    approve_issue(embedded.desk, 1, by="mara")
    approval = embedded.schedule.approvals.find(1)
    assert approval is not None and approval.segment == 'first_name = "Reader 1"'
    send_next(embedded.desk, timetable, 1, by="mara")
    embedded.beat(SLOT)

    assert READERS == embedded.copies(1)
