"""What the owner and the editors hear, and when."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import update

from newsletter.db.engine import writing
from newsletter.readers.tables import subscription
from newsletter.schedule.choice import approve_issue
from newsletter.words.slot import Ways
from newsletter.words.subscriber import SubscriptionStatus
from newsletter.words.times.cadence_text import parse_cadence
from tests.schedule.world import SLOT, YEAR, World
from tests.world import add_readers

HOUR, MINUTE, WEEK = timedelta(hours=1), timedelta(minutes=1), timedelta(days=7)


def test_reminders_come_before_the_freeze_and_only_where_something_is_open(embedded: World) -> None:
    """A day and two hours before: what is missing. With everything approved there is silence."""
    embedded.set_timetable(needs_approval=True)
    embedded.tick(SLOT - 26 * HOUR)
    assert [] == embedded.mails()
    embedded.tick(SLOT - 25 * HOUR)
    embedded.tick(SLOT - 24 * HOUR)
    assert [f"Reminder: issue 1 is due Thursday 3 Dec {YEAR}, 09:00 Europe/Berlin"] == embedded.subjects()
    assert "- Issue 1 is not approved: newsletter schedule approve 1" in embedded.text_of(0)

    approve_issue(embedded.desk, 1, by="mara")
    embedded.tick(SLOT - 3 * HOUR)
    embedded.tick(SLOT - 2 * HOUR)

    assert 1 == len(embedded.mails())


def test_a_reminder_says_that_it_was_changed_since_it_was_approved(embedded: World) -> None:
    """The editor sees that the edit will not go out, while there is time to approve it."""
    embedded.set_timetable()
    approve_issue(embedded.desk, 1, by="mara")
    embedded.issue(1, "this week is about an edit")
    embedded.tick(SLOT - 3 * HOUR)

    assert "Issue 1 was changed since it was approved. The approved words go." in embedded.text_of(0)


def test_a_mail_that_is_not_taken_is_tried_again_later(embedded: World) -> None:
    """The outbox can't be written for a while: no hammering, and the mail comes in the end, once."""
    embedded.set_timetable()
    embedded.tick(SLOT)
    embedded.parts.drain(threading.Event()).once()
    notices = embedded.folder / "var" / "outbox" / "0"
    notices.write_text("in the way")
    embedded.tick(SLOT + MINUTE)
    first = embedded.notices.list_all(waiting=True)[0].tried_at
    embedded.tick(SLOT + 5 * MINUTE)
    assert SLOT + MINUTE == first == embedded.notices.list_all(waiting=True)[0].tried_at
    notices.unlink()
    embedded.tick(SLOT + 12 * MINUTE)
    embedded.tick(SLOT + 30 * MINUTE)

    assert 1 == len(embedded.mails())


def test_a_slot_tells_of_its_own_list_and_of_the_others_below(embedded: World) -> None:
    """One issue to two lists, a slot each: nobody's mail mixes the two up, and the later one has a line for each."""
    add_readers(embedded.parts.engine, "friends", range(2, 10))
    embedded.set_timetable()
    embedded.schedule.timetables.save(
        "friends", parse_cadence("every thursday 12:00 Europe/Berlin"), Ways(), now=embedded.clock.now()
    )
    embedded.beat(SLOT)
    embedded.beat(SLOT + 3 * HOUR)

    assert [
        "Issue 1 went out 09:00-09:00: 3 handed over, 0 skipped, 0 unknown",
        "Issue 1 went out 12:00-12:00: 7 handed over, 0 skipped, 0 unknown",
    ] == embedded.subjects()
    assert "sendings" not in embedded.text_of(0)
    assert "Issue 1 has 2 sendings:" in embedded.text_of(1)
    assert "- list 'weekly', finished: 3 handed over, 0 skipped, 0 unknown" in embedded.text_of(1)
    assert "- list 'friends', finished: 7 handed over, 0 skipped, 0 unknown" in embedded.text_of(1)
    assert "https://ferries.example.com/studio/issues/1" in embedded.text_of(1)


def test_why_readers_were_skipped_is_told(embedded: World) -> None:
    """A reader who left between the plan and the call is skipped, with the reason."""
    embedded.set_timetable()
    embedded.tick(SLOT)
    with writing(embedded.parts.engine) as connection:
        connection.execute(
            update(subscription).where(subscription.c.subscriber_id == 1).values(status=SubscriptionStatus.ENDED)
        )
    embedded.beat()

    assert ["Issue 1 went out 09:00-09:00: 2 handed over, 1 skipped (1 unsubscribed), 0 unknown"] == embedded.subjects()


def test_what_did_not_go_leads_to_the_studio(embedded: World) -> None:
    """With an issue to its page, without one to all of them."""
    (embedded.folder / "issues" / "001.md").unlink()
    embedded.set_timetable(drafts=False)
    embedded.beat(SLOT)

    assert ["The next issue did not go, because there is no issue that has not gone yet"] == embedded.subjects()
    assert embedded.text_of(0).rstrip().endswith("In the studio: https://ferries.example.com/studio")
