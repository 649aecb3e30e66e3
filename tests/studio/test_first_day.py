"""The first day: an empty folder, six things on one page, and one link after another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.cli.serve.empty_folder import settle_in
from newsletter.web.app import build
from newsletter.web.studio.routes import studio_routes
from newsletter.wiring import open_newsletter
from newsletter.words.times.cadence_text import describe
from tests.ready import put_database
from tests.running import POST
from tests.studio.conftest import AT_HOME, HERE, World


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[World]:
    """Somebody at a newsletter that was made in an empty folder just now."""
    folder = tmp_path / "ferries"
    folder.mkdir()
    settle_in(folder)
    put_database(folder)
    parts = open_newsletter(folder)
    with TestClient(
        build(parts, studio_routes(parts)), base_url=HERE, client=AT_HOME, follow_redirects=False
    ) as client:
        world = World(parts, client)
        world.client.get("/studio", params={"token": parts.machine_token})
        yield world
    parts.engine.dispose()


SIX = {
    "name": "Weekly Ferries",
    "sender": "mara@ferries.example.com",
    "address": "Quay 1, 20359 Hamburg",
    "zone": "Europe/Berlin",
    "language": "de",
    "day": "thursday",
    "at": "09:00",
}


def save(world: World, **changes: str) -> str:
    """Send the form as its page has it; the answer's text, of the next page where it was saved."""
    import re

    page = world.client.get("/studio/first-day").text
    csrf = re.search('<meta name="csrf" content="([0-9a-f]+)">', page)
    assert csrf
    was = dict(re.findall(r'name="(was-[a-z]+)" value="([^"]*)"', page))
    answer = world.client.post("/studio/first-day", data={"csrf": csrf[1], **was, **SIX, **changes})
    return answer.text if answer.status_code == 400 else world.client.get("/studio/first-day").text


def test_an_empty_folder_leads_to_six_things(fresh: World) -> None:
    """And once they are there, to the next one thing; each when the one before is done."""
    home = fresh.client.get("/studio")
    assert (home.status_code, home.headers["location"]) == (303, "/studio/first-day")

    page = save(fresh)
    assert "Next: Save your first find" in page
    [timetable] = fresh.parts.schedule.timetables.list_all()
    assert (describe(timetable.cadence), timetable.cadence.zone) == (
        "Every Thursday at 09:00 Europe/Berlin",
        "Europe/Berlin",
    )
    assert 'language = "de"' in (fresh.parts.directory / "newsletter.toml").read_text()
    assert fresh.client.get("/studio").status_code == 200

    (fresh.parts.directory / "posts" / "one.md").write_text(POST)
    assert "Next: Write the first issue" in fresh.client.get("/studio/first-day").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sender": "nobody"}, "“Sender” is not a mail address"),
        ({"zone": "Mars/Base"}, "Mars/Base"),
        ({"day": "someday"}, "no day of the week"),
        ({"at": "at noon, more or less"}, "noon"),
    ],
)
def test_a_refusal_saves_nothing_and_keeps_what_was_typed(fresh: World, changes: dict[str, str], said: str) -> None:
    before = (fresh.parts.directory / "newsletter.toml").read_text()
    page = save(fresh, **changes)

    assert said in page
    assert "Nothing was saved." in page
    assert 'value="Quay 1, 20359 Hamburg"' in page
    assert (fresh.parts.directory / "newsletter.toml").read_text() == before
    assert not fresh.parts.schedule.timetables.list_all()


def test_no_fixed_day_is_a_day_too(fresh: World) -> None:
    """The list is there all the same."""
    save(fresh, day="never")
    assert not fresh.parts.schedule.timetables.list_all()
    assert fresh.parts.readers.list_names() == ["weekly"]


def test_a_folder_with_anything_in_it_is_left_alone(tmp_path: Path) -> None:
    """Nobody wants a newsletter among their photographs."""
    (tmp_path / "photo.jpg").write_bytes(b"")
    settle_in(tmp_path)
    settle_in(tmp_path / "nowhere")
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]
