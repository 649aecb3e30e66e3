"""What waits for its time: said before it is scheduled, never passed over, and overdue in red where nothing sent it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.jobs.driver import DriverKind
from newsletter.web.app import build
from newsletter.web.studio.routes import studio_routes
from newsletter.wiring.clocks import desk_of
from newsletter.words.ledger import MailingStatus
from newsletter.words.slot import SlotStatus
from tests.schedule.world import MONDAY, SLOT, YEAR, World
from tests.studio.conftest import AT_HOME, HERE
from tests.studio.conftest import World as Studio

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOTHING_RUNS = "Nothing is running that would send it. Keep the studio open"


@pytest.fixture
def week(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "weekly")
    yield made
    made.close()


@pytest.fixture
def studio(week: World) -> Iterator[Studio]:
    """Its pages alone, under the clock that the test turns: nothing is driven from here."""
    app = build(week.parts, studio_routes(week.parts))
    with TestClient(app, base_url=HERE, client=AT_HOME, follow_redirects=False) as client:
        made = Studio(week.parts, client)
        made.enter()
        yield made


def _text(studio: Studio, path: str = "", **asked: str) -> str:
    page = studio.client.get(f"/studio{path}", params=asked).text
    return " ".join(re.sub("<[^>]+>", " ", page.partition("<body")[2]).split())


def _red(studio: Studio, path: str = "") -> str:
    """What stands in red."""
    page = studio.client.get(f"/studio{path}").text
    return " ".join(re.findall(r'<(?:h1|h2|b|p|span) class="bad"[^>]*>([^<]*)', page))


def _schedule(studio: Studio, week: World, after: timedelta) -> None:
    at = week.clock.now() + after
    studio.post("/issues/1/send", list="weekly", when="at", at=f"{at:%Y-%m-%dT%H:%M+00:00}")
    studio.until("scheduled")


def _serve(week: World) -> None:
    week.parts.drivers.beat("serve", DriverKind.SERVE, "process 1", every_seconds=15)


def test_before_it_is_scheduled_it_says_that_nothing_would_send_it(studio: Studio, week: World) -> None:
    """Beside the button, under the schedule and on the first page; with `serve` running it says that instead."""
    asked = {"list": "weekly", "when": "at", "at": "thu 15:00"}
    assert NOTHING_RUNS in _text(studio, "/issues/1/send", **asked)
    assert NOTHING_RUNS not in _text(studio, "/issues/1/send", list="weekly", when="now")
    week.set_timetable()
    assert NOTHING_RUNS in _text(studio)
    assert NOTHING_RUNS in _text(studio, "/schedule")
    _serve(week)
    for page, words in (("", {}), ("/schedule", {}), ("/issues/1/send", asked)):
        text = _text(studio, page, **words)
        assert NOTHING_RUNS not in text, page
        assert page == "" or "It goes by itself, whether the studio is open or not." in text, page


def test_one_that_is_scheduled_is_what_waits_and_no_report(studio: Studio, week: World) -> None:
    """It is the next on the first page; nothing says that it went."""
    _schedule(studio, week, 2 * HOUR)
    text = _text(studio)
    assert "No issue waits" not in text
    assert "Issue 1 · " in text
    assert re.search("in (2 h|1 h 59 min) ", text), text
    assert "Handed over" not in text
    assert "goes Mon 30 Nov, 15:00, in " in _text(studio, "/reports")
    assert "handed over" not in _text(studio, "/reports")
    assert "Went" not in _text(studio, "/issues/1/send")


@pytest.mark.parametrize("late", [10 * MINUTE, 30 * DAY])
def test_past_its_time_it_is_overdue_in_red_with_what_to_start(studio: Studio, week: World, late: timedelta) -> None:
    """Wherever it stands, however long ago that was."""
    _schedule(studio, week, 2 * MINUTE)
    week.clock.turn(MONDAY + 2 * MINUTE + late)
    said = "overdue by 10 min" if late < DAY else "overdue by 30 days"
    for page in ("", "/schedule"):
        assert said in _red(studio, page), page
        assert NOTHING_RUNS in _text(studio, page), page
    assert "Overdue: was to go to" in _red(studio, "/issues/1/send")
    assert "overdue" in _red(studio, "/reports")
    assert f"to &#39;weekly&#39; is {said}" in studio.client.get("/studio/settings/health").text
    assert "No issue waits" not in _text(studio)


def test_what_runs_is_given_a_minute(studio: Studio, week: World) -> None:
    """It looks every quarter of one: nobody is alarmed by that."""
    _schedule(studio, week, 2 * MINUTE)
    _serve(week)
    week.clock.turn(MONDAY + 2 * MINUTE + MINUTE / 2)
    assert "overdue" not in _text(studio).lower()
    assert "overdue" not in _text(studio, "/issues/1/send").lower()
    week.clock.turn(MONDAY + 4 * MINUTE)
    assert "overdue by 2 min" in _red(studio)


def test_one_that_waits_is_sent_now_by_a_button(studio: Studio, week: World) -> None:
    """Overdue or not."""
    _schedule(studio, week, 2 * HOUR)
    studio.post("/issues/1/control", act="now")
    studio.until("finished")
    assert week.copies(1)
    assert "Went " in _text(studio, "/issues/1/send")


def test_held_by_its_age_it_says_that_it_was_overdue(studio: Studio, week: World) -> None:
    """More than three hours late it asks instead of going, on the first page too."""
    _schedule(studio, week, 2 * MINUTE)
    week.beat(MONDAY + 5 * HOUR)
    text = _text(studio)
    assert "overdue by 4 h 58 min" in _red(studio)
    assert "It was overdue by 4 h 58 min when this machine came back." in text
    assert "Overdue: was to go" in _red(studio, "/issues/1/send")
    assert "overdue" in _red(studio, "/reports")
    studio.post("/issues/1/control", act="resume")
    studio.until("finished")
    assert "overdue by" not in _text(studio)


def test_of_slots_that_nothing_looked_at_the_last_is_overdue(studio: Studio, week: World) -> None:
    """With rows in the database or without; those before it are passed over, and say so."""
    week.set_timetable()
    week.clock.turn(SLOT + 7 * DAY + HOUR)
    assert "overdue by 1 h" in _red(studio)
    assert "its time passed while nothing ran" in _text(studio, "/schedule")
    week.clock.turn(SLOT - HOUR)
    week.tick()
    assert week.stands()[0] is not None
    week.clock.turn(SLOT + HOUR)
    assert "overdue by 1 h" in _red(studio)
    assert [SlotStatus.FROZEN] == [slot.status for slot in week.slots() if slot.at == SLOT]


def test_every_thing_that_waits_is_on_the_first_page(studio: Studio, week: World) -> None:
    """A slot, a sending of another list and one that is paused for weeks: none hides another."""
    week.set_timetable()
    week.parts.consent.membership.add_list("other")
    studio.post("/issues/1/send", list="other", when="at", at=f"{YEAR}-12-01T09:00+00:00")
    studio.until("scheduled")
    week.parts.ledger.control.pause(1, "paused by hand")
    week.clock.turn(MONDAY + 40 * DAY)
    text = _text(studio)
    assert "paused by hand" in text
    assert "Also open" in text
    assert "Issue 1 to “other”" in text or "Issue 1 · " in text


def test_what_really_went_is_told_with_its_own_time(studio: Studio, week: World) -> None:
    """Reports don't repeat the time that was planned; one that was late says so."""
    week.send_by_hand(1)
    (mailing,) = week.parts.ledger.mailings.list_in([MailingStatus.FINISHED])
    went = week.parts.ledger.tallies.list_went([1])[1]
    assert week.parts.ledger.tallies.list_went([2]) == {}
    assert mailing.status is MailingStatus.FINISHED
    assert abs(went - datetime.now(UTC)) < DAY
    for page in ("/reports", "/reports/1", "/issues/1/send", ""):
        assert "ent " in _text(studio, page), page


def test_a_copy_says_that_it_holds_and_goes_on_by_a_button(studio: Studio, week: World) -> None:
    """On every page; what would go on is shown before; afterwards what was scheduled goes."""
    _schedule(studio, week, 2 * MINUTE)
    week.move_database()
    for page in ("", "/finds", "/issues/1/send"):
        assert "This is a copy, and it holds" in _text(studio, page), page
    assert "Issue 1" in _text(studio, "/live")
    week.clock.turn(MONDAY + 3 * MINUTE)
    week.tick()
    assert ["scheduled"] == studio.statuses()
    assert desk_of(week.parts).find_hold() is not None

    assert studio.post("/live").status_code == 303
    studio.until("finished")
    assert "it holds" not in _text(studio)
    assert week.copies(1)
