"""A year of a newsletter that drives itself, in under a minute: 52 Thursdays, and everything that happens to people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.compose.draft import draft
from newsletter.schedule.calendar import calendar, entries
from newsletter.schedule.choice import approve_issue, find_asking, send_at
from newsletter.schedule.ical import read_days, write_calendar
from newsletter.words.slot import SlotStatus, Why
from tests.schedule.world import YEAR, World

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
# Thursday 7 January, 09:00 in Berlin, is the first of 52: in a year in which clocks of 32 bits end.
NEXT = YEAR + 1
NEW_YEAR = datetime(NEXT, 1, 4, 7, tzinfo=UTC)
FEW, HELD, LATE, VERY_LATE, EDITED, HOLIDAY = 7, 15, 23, 30, 38, 51


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A newsletter that has no issue and no post yet."""
    made = World(tmp_path / "weekly", now=NEW_YEAR)
    (made.folder / "issues" / "001.md").unlink()
    (made.folder / "posts" / "2026-11-20-ferries-in-winter.md").unlink()
    yield made
    made.close()


@pytest.mark.walks
def test_a_year_in_a_minute(world: World) -> None:
    """Calendar, mailings, words and mails to the owner are exactly as the rules say."""
    timetable = world.set_timetable(min_posts=2)
    world.schedule.timetables.skip_days(timetable.id, {datetime(NEXT, 12, 23, tzinfo=UTC).date(): "Christmas"})
    expected: dict[int, tuple[SlotStatus, Why | None]] = {}
    for week in range(1, 53):
        expected[week] = _live_through(world, week)
    (left_out,) = [week for week, (status, _) in expected.items() if status is SlotStatus.WAITING]
    assert HOLIDAY == left_out

    slots = [slot for slot in world.slots() if slot.at < NEW_YEAR + 52 * WEEK]
    assert [expected[week] for week in expected if week != HOLIDAY] == [(slot.status, slot.why) for slot in slots]
    assert {"09:00"} == {f"{slot.asked:%H:%M}" for slot in slots}
    _check_mailings(world)
    _check_words(world)
    _check_letters(world)
    _check_calendar(world)


def _live_through(world: World, week: int) -> tuple[SlotStatus, Why | None]:
    """One week, from Monday morning to Sunday."""
    (timetable,) = world.schedule.timetables.list_all()
    monday = NEW_YEAR + (week - 1) * WEEK
    slot_at = next(timetable.cadence.after(monday, days=8), None)
    at = slot_at.at if slot_at and slot_at.at < monday + WEEK else monday + timedelta(days=3)
    world.clock.turn(monday)
    for number in range(1 if week == FEW else 2):
        world.post(10 * week + number)
    world.clock.turn(at - 26 * HOUR)
    if week == HELD:
        world.schedule.timetables.hold(timetable.id, world.clock.now())
    if week == EDITED:
        _draft_approve_and_edit(world)
    if week in (LATE, VERY_LATE):
        world.beat(at + (2 if week == LATE else 6) * HOUR)
    else:
        for before in (24 * HOUR, 3 * HOUR, HOUR):
            world.tick(at - before)
        world.beat(at)
    if week == HELD:
        world.schedule.timetables.hold(timetable.id, None)
    if week == VERY_LATE:
        assert (SlotStatus.ASKING, Why.LATE) == world.stands(at)
        send_at(world.desk, timetable, find_asking(world.desk, timetable), world.clock.now())
        world.beat()
    world.tick(at + timedelta(days=2))
    ends: dict[int, tuple[SlotStatus, Why | None]] = {
        FEW: (SlotStatus.SKIPPED, Why.FEW_POSTS),
        HELD: (SlotStatus.SKIPPED, Why.HELD),
        HOLIDAY: (SlotStatus.WAITING, None),
    }
    return ends.get(week, (SlotStatus.GONE, None))


def _draft_approve_and_edit(world: World) -> None:
    shelf = world.parts.shelf
    drafted = draft(shelf.posts.list_posts(), shelf.issues.list_issues())
    # Nobody can approve a subject that nobody wrote.
    written = shelf.issues.add_issue(replace(drafted, subject="Boats, and who waits for them"))
    approve_issue(world.desk, written.number, by="mara")
    path = world.folder / written.file
    path.write_text(path.read_text().replace("<!-- posts -->", "Edited after approval.\n\n<!-- posts -->"))


def _check_mailings(world: World) -> None:
    """49 issues in order, each to everyone once."""
    assert list(range(1, 50)) == world.went()
    for number in range(1, 50):
        assert 3 == len(world.copies(number)) == len(set(world.copies(number)))
    assert 49 == len(world.schedule.sendings.list_all())


def _check_words(world: World) -> None:
    """Every post went in exactly one issue; what was edited after approval went as it was approved."""
    used = Counter(slug for issue in world.parts.issues.list_issues() for slug in issue.slugs())
    assert {1} == set(used.values())
    sizes = {issue.number: len(list(issue.slugs())) for issue in world.parts.issues.list_issues()}
    # The lone post of the week with too few went a week later, as did those of the week on hold and of Christmas.
    assert {7: 3, 14: 4, 49: 4} == {number: size for number, size in sizes.items() if size != 2}
    edited = [number for number in sizes if "Edited after" in (world.folder / f"issues/{number:03d}.md").read_text()]
    assert 1 == len(edited)
    mails = (world.folder / "var" / "outbox" / str(edited[0])).glob("*.eml")
    assert all("Edited after" not in mail.read_text() for mail in mails)


def _check_letters(world: World) -> None:
    """One mail a slot, and beside them only: reminders, and the question of the very late one."""
    subjects = world.subjects()
    went = [subject for subject in subjects if "went out" in subject]
    rest = [subject for subject in subjects if "went out" not in subject]
    assert 49 == len(went)
    assert {"3 handed over, 0 skipped, 0 unknown"} == {subject.partition(": ")[2] for subject in went}
    assert 48 - 1 == sum("went out 09:00-09:00" in subject for subject in went)
    assert [
        f"Reminder: the next issue is due Thursday 18 Feb {NEXT}, 09:00 Europe/Berlin",
        f"Reminder: the next issue is due Thursday 18 Feb {NEXT}, 09:00 Europe/Berlin",
        "The next issue did not go, because there are too few posts",
        "The next issue did not go, because the schedule is on hold",
        "The next issue did not go, because it was overdue for too long when this machine came back",
        f"Reminder: issue 36 is due Thursday 23 Sep {NEXT}, 09:00 Europe/Berlin",
        f"Reminder: issue 36 is due Thursday 23 Sep {NEXT}, 09:00 Europe/Berlin",
    ] == rest


def _check_calendar(world: World) -> None:
    """What `schedule show` says of the year, and the feed."""
    lines = calendar(world.desk, since=NEW_YEAR, n_ahead=2)
    past = [line for line in lines if line.at < NEW_YEAR + 52 * WEEK]
    assert Counter(gone=49, skipped=2) == Counter(line.status for line in past)
    assert "went out, begun Thu 10 Jun 11:00" == next(line.words for line in past if line.issue == 21)
    feed = write_calendar("Ferries", entries(lines, "Ferries"), now=world.clock.now())
    assert len([line for line in lines if line.kind != "left out"]) == len(read_days(feed, file="feed.ics"))
