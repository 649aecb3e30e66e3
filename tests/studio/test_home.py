"""The first page: what goes out next, what stops it, and the first day's steps."""

from __future__ import annotations

import re

from newsletter.words.cadence_text import parse_cadence
from newsletter.words.slot import Ways
from tests.studio.conftest import World
from tests.world import add_readers


def _text(world: World) -> str:
    """What a reader of the page reads."""
    return " ".join(re.sub("<[^>]+>", " ", world.client.get("/studio").text.partition("<main")[2]).split())


def _every_thursday(world: World) -> None:
    cadence = parse_cadence("every thursday 09:00 Europe/Berlin", zone="UTC")
    world.parts.schedule.save_plan("weekly", cadence, Ways(), now=world.parts.clock.now())


def test_the_first_day_has_five_steps_and_ticks_what_is_done(world: World) -> None:
    """A newsletter with an issue and no readers has two steps left."""
    text = _text(world)

    assert text.count("Do it") == 2
    assert "Bring your readers in" in text


def test_the_next_issue_is_said_with_its_time_readers_and_approval(world: World) -> None:
    """In a sentence; an edit after the approval shows."""
    add_readers(world.parts.engine, "weekly", range(1_012))
    _every_thursday(world)
    world.post("/issues/1/approve", act="approve")
    text = _text(world)
    assert "Issue 1 · Thursday" in text
    assert "Goes to 1,012 readers of “weekly”." in text
    assert "Approved by" in text
    assert "{{" not in text
    path = world.parts.directory / "issues/001.md"
    path.write_text(path.read_text().replace("subject:", "subject: Other words,", 1))
    assert "changed since" in _text(world)


def test_what_stops_it_is_said_with_the_way_to_mend_it(world: World) -> None:
    """A broken issue file, with its line."""
    path = world.parts.directory / "issues/001.md"
    path.write_text(path.read_text().replace("posts: [", "posts: [2026-11-01-gone, ", 1))
    text = _text(world)

    assert "2026-11-01-gone" in text
    assert "Mend" in text


def test_a_schedule_is_held_and_let_go_by_a_button(world: World) -> None:
    """And the page says so."""
    _every_thursday(world)
    assert world.post("/hold", list="weekly", act="hold").status_code == 303
    assert "on hold" in _text(world)
    world.post("/hold", list="weekly", act="go")
    assert "on hold" not in _text(world)


def test_the_last_issue_is_a_line_beside_it(world: World) -> None:
    """With its figures, and that it was practice."""
    add_readers(world.parts.engine, "weekly", range(3))
    world.post("/issues/1/send", list="weekly", when="now")
    world.until("finished")

    assert "Handed over 3" in _text(world)
    assert "Practice: nobody got it." in _text(world)


def test_nobody_sees_anything_without_a_session(stranger: World) -> None:
    """The page that is open to take the token says nothing of the newsletter's affairs."""
    answer = stranger.client.get("/studio")

    assert answer.status_code == 401
    assert "Ferries in winter" not in answer.text
