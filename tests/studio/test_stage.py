"""This week follows the week: its stages, the one first action of each, and what one press does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from newsletter.db.engine import writing
from newsletter.folder.notes.entry import EntryKind, NoteEntry
from newsletter.ledger.tables import attempt
from newsletter.schedule.choice import approve_issue
from newsletter.web.app import build
from newsletter.web.studio.routes import studio_routes
from newsletter.web.studio.stage import Facts, WeekStage, stage_of
from newsletter.wiring.collect import collect_desk
from newsletter.words.find import FindDraft, Origin
from newsletter.words.slot import SlotStatus, Why
from tests.schedule.world import SLOT, World
from tests.studio.conftest import AT_HOME, HERE
from tests.studio.conftest import World as Studio

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
THURSDAY = NOW + 2 * DAY


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        (Facts(now=NOW, at=THURSDAY), WeekStage.COLLECTING),
        (Facts(now=NOW, at=THURSDAY, has_issue=True, n_free=2, n_to_sort=9), WeekStage.COLLECTING),
        (Facts(now=NOW, at=THURSDAY, has_issue=True, n_free=2), WeekStage.TO_APPROVE),
        (Facts(now=NOW, at=THURSDAY, has_issue=True, n_unwritten=1, n_to_sort=9), WeekStage.WRITING),
        (Facts(now=NOW, at=THURSDAY, has_issue=True, n_to_sort=9), WeekStage.TO_APPROVE),
        (Facts(now=NOW, at=THURSDAY, has_issue=True, is_good=True, n_free=2, n_to_sort=9), WeekStage.LOCKED),
        (Facts(now=NOW, at=THURSDAY, has_issue=True, status="frozen", n_unwritten=2), WeekStage.LOCKED),
        (Facts(now=NOW, at=THURSDAY, has_issue=True, status="scheduled"), WeekStage.LOCKED),
        (Facts(now=NOW, at=NOW, has_issue=True, status="going"), WeekStage.GOING),
        (Facts(now=NOW, at=NOW + 6 * DAY, went_at=NOW - DAY, has_issue=True), WeekStage.GONE),
        (Facts(now=NOW, at=NOW + 3 * DAY, went_at=NOW - 4 * DAY), WeekStage.COLLECTING),
        (Facts(now=NOW, at=NOW + HOUR, went_at=NOW - 23 * HOUR), WeekStage.COLLECTING),
        (Facts(now=NOW, went_at=NOW - DAY, has_issue=True), WeekStage.GONE),
        (Facts(now=NOW, at=THURSDAY, is_held=True, has_issue=True), WeekStage.ON_HOLD),
        (Facts(now=NOW, at=THURSDAY, status="asking", has_issue=True, is_good=True), WeekStage.STOPPED),
        (Facts(now=NOW, at=NOW - HOUR, is_overdue=True, status="scheduled"), WeekStage.STOPPED),
    ],
)
def test_the_stage_follows_from_what_is_there(facts: Facts, stage: WeekStage) -> None:
    """What has to be put right first, then what is under way, then the news, then the work."""
    assert stage_of(facts) is stage


@pytest.fixture
def week(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "weekly")
    made.set_timetable(needs_approval=True)
    yield made
    made.close()


@pytest.fixture
def studio(week: World) -> Iterator[Studio]:
    """Its pages alone, under the clock that the test turns."""
    app = build(week.parts, studio_routes(week.parts))
    with TestClient(app, base_url=HERE, client=AT_HOME, follow_redirects=False) as client:
        made = Studio(week.parts, client)
        made.enter()
        yield made


def _main(studio: Studio, path: str = "") -> str:
    page = studio.client.get(f"/studio{path}").text
    return " ".join(re.sub("<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0]).split())


def _first(studio: Studio) -> str:
    """The one first action of the page."""
    page = studio.client.get("/studio").text
    (button,) = re.findall(r'class="(?:btn )?first"[^>]*>(.*?)</', page.partition("<main")[2].partition("<dialog")[0])
    return str(button)


def _find(week: World) -> None:
    draft = FindDraft(
        url="https://harbour.example.org/boat", title="The boat that waits", source="Ben", origin=Origin.PERSON
    )
    collect_desk(week.parts).finds.add(draft)


def test_a_whole_week_has_one_first_action_at_each_stage(studio: Studio, week: World) -> None:
    """From finds to sort to what readers did."""
    (week.folder / "issues" / "001.md").rename(week.folder / "001.md")
    _find(week)
    assert (_first(studio), True) == ("Sort 1 find", "Collecting. 1 find to sort" in _main(studio))
    (week.folder / "001.md").rename(week.folder / "issues" / "001.md")
    path = week.folder / "issues" / "001.md"
    words = path.read_text()
    path.write_text(re.sub("(?m)^subject:.*$", "subject: Issue 1", words))
    assert (_first(studio), True) == ("Write on", "Still to write: the subject." in _main(studio))
    path.write_text(words)
    assert "Approve for Thu 3 Dec 09:00" == _first(studio)
    assert "Nobody has approved it: as it stands it does not go." in _main(studio)

    page = studio.client.get("/studio").text
    told = re.search(r'name="words" value="([0-9a-f]+)"', page)
    assert told
    studio.post("/issues/1/approve", act="approve", back="home", words=told[1])
    assert "See the mail that goes" == _first(studio)
    assert "Approved by Root, Mon 30 Nov, 13:00." in _main(studio) and "Until 09:00 it can be stopped" in _main(studio)
    week.tick(SLOT - HOUR / 2)
    assert "Locked. " in _main(studio)
    week.tick(SLOT)
    assert (_first(studio), True) == ("Watch it go", "Going out." in _main(studio))
    week.beat()
    with writing(week.parts.engine) as connection:
        # The ledger goes by the database's own clock, which nobody turns.
        connection.execute(update(attempt).values(started_at=SLOT))
    assert "See what readers did" == _first(studio)
    week.clock.turn(SLOT + DAY)
    assert "Written to disk for 3 readers." in _main(studio)
    week.clock.turn(SLOT + 4 * DAY)
    assert "Sort 1 find" == _first(studio)


def test_this_thursday_is_skipped_by_one_press_and_taken_back(studio: Studio, week: World) -> None:
    """It says what becomes of the draft; the schedule is not paused."""
    page = studio.client.get("/studio").text
    assert "Skip this Thursday</button>" in page
    asked = re.search(r'name="asked" value="([^"]+)"', page)
    assert asked
    answer = studio.post("/skip", act="skip", list="weekly", asked=asked[1])
    said = studio.client.get(answer.headers["location"]).text
    assert "The next issue stays as it is and goes Thursday 10 Dec 2037, 09:00 instead." in said
    text = _main(studio)
    assert "Thursday 3 Dec 2037, 09:00 is skipped: nobody gets anything then." in text
    assert "Issue 1 · Thursday 10 Dec 2037" in text
    assert "paused" not in text
    (slot,) = [slot for slot in week.slots() if slot.at == SLOT]
    assert (slot.status, slot.why) == (SlotStatus.SKIPPED, Why.DECIDED)
    studio.post("/skip", act="unskip", list="weekly", asked=asked[1])
    assert "skipped" not in _main(studio)
    assert "Issue 1 · Thursday 3 Dec 2037" in _main(studio)
    for wrong in ("", "thursday", "2037-12-04T09:00"):
        assert studio.post("/skip", act="skip", list="weekly", asked=wrong).status_code == 404


def test_the_main_button_of_an_issue_approves_it_for_its_time(studio: Studio, week: World) -> None:
    """List and time are the newsletter's and not asked; the second issue has the time after that."""
    week.issue(2)
    page = studio.client.get("/studio/issues/1").text
    assert "Approve for Thu 3 Dec 09:00</button>" in page
    assert "3 readers of “weekly”" in " ".join(page.split())
    assert "Approve for Thu 10 Dec 09:00</button>" in studio.client.get("/studio/issues/2").text
    words = re.search(r'name="words" value="([0-9a-f]+)" data-words', page)
    assert words
    answer = studio.post("/issues/1/approve", act="approve", back="compose", words=words[1])
    assert answer.headers["location"] == "/studio/issues/1"
    assert "Approved for Thu 3 Dec 09:00" in studio.client.get("/studio/issues/1").text
    assert week.schedule.approvals.find(1) is not None
    week.schedule.timetables.hold(week.schedule.timetables.list_all()[0].id, week.clock.now())
    assert "Review and send" in studio.client.get("/studio/issues/1").text


def test_what_must_be_fixed_is_said_instead_of_approved(studio: Studio, week: World) -> None:
    """Without a word that only the command line knows."""
    path = week.folder / "issues" / "001.md"
    path.write_text(path.read_text().replace("subject: '", "subject: 'Lorem ipsum dolor sit amet, ", 1))
    page = studio.client.get("/studio/issues/1").text
    assert "1 problem</a>" in page
    answer = studio.post("/issues/1/approve", act="approve", back="compose")
    assert answer.headers["location"] == "/studio/issues/1/send#before"
    assert "--despite" not in studio.client.get("/studio/issues/1/send").text
    assert week.schedule.approvals.find(1) is None


def test_open_notes_are_part_of_what_is_still_to_do(studio: Studio, week: World) -> None:
    """Until they are settled the issue is being written; the first action leads to the first of them."""
    note = NoteEntry(id="a1", kind=EntryKind.NOTE, at=week.clock.now(), by="Ben", field="subject", text="Shorter?")
    week.parts.notes.add("issues/001.md", note)
    assert ("Answer the notes", True) == (_first(studio), "Writing. 1 open note" in _main(studio))
    settled = NoteEntry(id="a2", kind=EntryKind.SETTLED, at=week.clock.now(), by="Ana", note="a1")
    week.parts.notes.add("issues/001.md", settled)
    assert "Approve for Thu 3 Dec 09:00" == _first(studio)


def test_the_mail_that_goes_is_the_approved_one(studio: Studio, week: World) -> None:
    """Whatever is written afterwards; in a frame that can do nothing."""
    approve_issue(week.desk, 1, by="mara")
    path = week.folder / "issues" / "001.md"
    path.write_text(re.sub("(?m)^subject:.*$", "subject: Another one", path.read_text()))
    assert "Boats for" in _main(studio, "/issues/1/mail")
    assert "What was changed since does not go." in _main(studio, "/issues/1/mail")
    body = studio.client.get("/studio/issues/1/mail/body")
    assert "script-src" not in body.headers["content-security-policy"]
    assert "sandbox" in body.headers["content-security-policy"]
    assert "Another one" not in body.text
