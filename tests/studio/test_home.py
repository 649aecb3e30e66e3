"""The first page: what goes out next, what stops it, and the first day's steps."""

from __future__ import annotations

import re

import pytest

from newsletter.words.slot import Ways
from newsletter.words.times.cadence_text import parse_cadence
from tests.studio.conftest import World
from tests.world import add_readers


def _text(world: World) -> str:
    """What a reader of the page reads."""
    return " ".join(re.sub("<[^>]+>", " ", world.client.get("/studio").text.partition("<main")[2]).split())


def _every_thursday(world: World) -> None:
    cadence = parse_cadence("every thursday 09:00 Europe/Berlin", zone="UTC")
    world.parts.schedule.timetables.save("weekly", cadence, Ways(), now=world.parts.clock.now())


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
    assert "goes to 1,012 readers of “weekly” by itself." in text
    assert "Approved by" in text
    assert "{{" not in text
    path = world.parts.directory / "issues/001.md"
    path.write_text(path.read_text().replace("subject:", "subject: Other words,", 1))
    assert "1 line changed since" in _text(world)


def test_what_there_is_to_mend_is_counted_in_the_sentence(world: World) -> None:
    """Errors and warnings apart; with neither it says that nothing stops it."""
    path = world.parts.directory / "issues/001.md"
    calm = path.read_text()
    path.write_text(calm.replace("subject: '", "subject: 'Lorem ipsum dolor sit amet, ", 1))
    assert re.search(r"1 must be fixed ?(, \d+ to check)? ?\.", _text(world))
    path.write_text(calm)
    assert re.search(r"(Nothing stops it|\d+ to check) ?\.", _text(world))


def test_a_test_mail_goes_to_the_address_of_the_last_one(world: World) -> None:
    """Asked for once; then one press on the first page is enough."""
    assert "Send me a test …" in _text(world)
    world.post("/issues/1/test", to="me+test@example.com", back="send")
    page = world.client.get("/studio").text
    assert 'name="to" value="me+test@example.com"' in page
    assert 'value="me+test@example.com"' in world.client.get("/studio/issues/1").text
    answer = world.post("/issues/1/test", to="me+test@example.com", back="home")
    assert answer.headers["location"] == "/studio"
    assert len(list((world.parts.directory / "var" / "outbox").rglob("*.eml"))) == 2


def test_what_stops_it_is_said_with_the_way_to_mend_it(world: World) -> None:
    """A broken issue file, with its line."""
    path = world.parts.directory / "issues/001.md"
    path.write_text(path.read_text().replace("posts: [", "posts: [2026-11-01-gone, ", 1))
    text = _text(world)

    assert "2026-11-01-gone" in text
    assert "Fix" in text


@pytest.mark.parametrize("name", ["posts/2026-11-21-two.md", "issues/002.md"])
def test_a_file_that_can_t_be_read_keeps_nobody_from_the_others(world: World, name: str) -> None:
    """Every page still opens; the file is named with its line, and mended as the text that it is."""
    path = world.parts.directory / name
    path.write_text("---\ntitle: [\n---\n\nWords.\n")
    for page in ("", "/issues", "/issues/1", "/finds", "/reports", "/settings/templates"):
        assert world.client.get(f"/studio{page}").status_code == 200, page
    assert "that can't be read" in _text(world)
    assert f"{name}:" in _text(world)
    mend = world.client.get("/studio/broken", params={"file": name}).text
    base = re.search('name="base" value="([^"]*)"', mend)
    assert base
    mended = "title: Two" if name.startswith("posts") else "number: 2\nsubject: Two"
    answer = world.post("/broken", file=name, base=base[1], **{"value-raw": f"---\n{mended}\n---\n\nWords.\n"})
    assert answer.status_code == 303, answer.text
    assert "that can't be read" not in _text(world)


def test_a_schedule_is_held_and_let_go_by_a_button(world: World) -> None:
    """And the page says so."""
    _every_thursday(world)
    assert world.post("/hold", list="weekly", act="hold").status_code == 303
    assert "The schedule is paused." in _text(world)
    assert "Resume the schedule" in _text(world)
    world.post("/hold", list="weekly", act="go")
    assert "paused" not in _text(world)


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
