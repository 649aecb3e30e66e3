"""The schedule in the studio: said back before it counts, held, decided about, and read by calendar programs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from newsletter.words.slot import SlotStatus, Why
from tests.schedule.world import YEAR
from tests.studio.conftest import World

THURSDAYS = "every thursday 09:00 Europe/Berlin"


def _page(world: World, query: str = "") -> str:
    """What a reader of the page reads."""
    text = world.client.get(f"/studio/schedule{query}").text.partition("<main")[2]
    return " ".join(re.sub("<[^>]+>", " ", text).split())


def _asks(world: World) -> str:
    """Let the slot of an hour ago be one that did not go. Its number."""
    memory, now = world.parts.schedule, world.parts.clock.now()
    timetable = memory.timetables.find("weekly")
    assert timetable
    memory.slots.add(timetable.id, [next(timetable.cadence.after(now - timedelta(days=8)))])
    slot = memory.slots.of(timetable.id)[0]
    assert memory.slots.move(slot, SlotStatus.ASKING, why=Why.LATE)
    return str(slot.id)


def test_a_cadence_is_said_back_before_it_counts(world: World) -> None:
    """In a sentence with its next times; what can't be read is said, and only the button sets it."""
    assert "Nothing goes to it by itself." in _page(world)
    said = _page(world, "?list=weekly&cadence=every+thursday+9am")
    assert "It would go: Every Thursday at 09:00 Europe/Berlin." in said
    assert said.count(", 09:00") >= 6
    assert world.parts.schedule.timetables.find("weekly") is None
    assert "is no schedule that can be read" in _page(world, "?list=weekly&cadence=now+and+then")

    world.post("/schedule", act="set", list="weekly", cadence=THURSDAYS)
    assert "Every Thursday at 09:00 Europe/Berlin. Next: Thursday" in _page(world)


def test_ways_and_days_left_out_are_kept(world: World) -> None:
    """And what is wrong changes nothing."""
    world.post("/schedule", act="set", list="weekly", cadence=THURSDAYS)
    ways = {"freeze": "90m", "late": "1d", "min_posts": "3", "approval": "yes", "tell": "ana@example.com"}
    world.post("/schedule", act="ways", list="weekly", heartbeat="", **ways)
    text = _page(world)
    assert "Frozen 1 h 30 min before. Only what was approved goes. Skipped with fewer than 3 posts." in text
    assert "the slot asks you. Up to 1 day late it still goes" in text
    for wrong in ({"freeze": "soon"}, {"tell": "nobody"}, {"min_posts": "-1"}, {"heartbeat": "ftp://x.example"}):
        answer = world.post("/schedule", act="ways", list="weekly", **{"heartbeat": "", **ways, **wrong})
        assert answer.status_code == 400
    assert _page(world) == text

    calendar = (
        f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:{YEAR}1224\r\nSUMMARY:Off\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    data = {"csrf": world.csrf(), "act": "skip", "list": "weekly", "day": f"{YEAR}-12-31"}
    world.client.post("/studio/schedule", data=data, files={"ics": ("off.ics", calendar)})
    assert f"Thursday 24 December {YEAR}" in _page(world)
    world.post("/schedule", act="unskip", list="weekly", day=f"{YEAR}-12-24")
    assert f"24 December {YEAR}" not in _page(world).partition("Days left out")[2]
    assert f"31 December {YEAR}" in _page(world)


def test_a_list_is_held_and_let_go(world: World) -> None:
    """By a button, and the page says so."""
    world.post("/schedule", act="set", list="weekly", cadence=THURSDAYS)
    world.post("/schedule", act="hold", list="weekly")
    assert "Paused: nothing goes by itself." in _page(world)
    world.post("/schedule", act="resume", list="weekly")
    assert "Paused: nothing" not in _page(world)


@pytest.mark.parametrize("act", ["now", "at", "pass"])
def test_a_slot_that_asks_is_decided_about(world: World, act: str) -> None:
    """Now, at a time, or not at all; an old page decides nothing."""
    world.post("/schedule", act="set", list="weekly", cadence=THURSDAYS)
    slot = _asks(world)
    text = _page(world)
    assert "did not go , because it was overdue for too long" in text
    assert "did not go and asks you" in world.client.get("/studio").text
    assert world.post("/schedule", act=act, list="weekly", slot="99", at="tomorrow 00:01").status_code == 404
    assert world.post("/schedule", act=act, list="weekly", slot=slot, at="tomorrow 00:01").status_code in {303, 400}
    decided = world.parts.schedule.slots.get(int(slot))
    if act == "pass":
        assert (decided.status, decided.why) == (SlotStatus.SKIPPED, Why.DECIDED)
    elif act == "now":
        assert decided.status is SlotStatus.WAITING
        assert decided.go_at is not None


def test_the_calendar_has_an_address_that_can_be_ended(world: World, stranger: World) -> None:
    """Whoever has it reads it without a session; another one ends it, and a forged one is none."""
    assert "/calendar/" not in world.client.get("/studio/schedule").text
    world.post("/schedule", act="set", list="weekly", cadence=THURSDAYS)
    world.post("/schedule/address", act="make")
    address = re.findall(r"<code>(http[^<]+\.ics)</code>", world.client.get("/studio/schedule").text)[0]
    world.client.cookies.clear()
    answer = stranger.client.get(address)
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.text.count("BEGIN:VEVENT") >= 20
    assert stranger.client.get(address.replace(".ics", "x.ics")).status_code == 404

    world.enter()
    shared = world.post_json("/issues/1/share", {}).json()["link"].rpartition("/")[2]
    assert stranger.client.get(f"/studio/calendar/{shared}.ics").status_code == 404
    world.post("/schedule/address", act="make")
    assert stranger.client.get(address).status_code == 404
    world.post("/schedule/address", act="end")
    assert "/calendar/" not in world.client.get("/studio/schedule").text
