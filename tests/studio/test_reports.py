"""What came of an issue, as pages."""

from __future__ import annotations

from tests.studio.conftest import World
from tests.world import add_readers


def test_an_issue_that_went_has_a_line_and_a_page(world: World) -> None:
    """With the figures of the report command, and nothing that the page's policy forbids."""
    add_readers(world.parts.engine, "weekly", range(7))
    world.post("/issues/1/send", list="weekly", when="now")
    world.until("finished")

    assert "7 handed over" in world.client.get("/studio/reports").text
    page = world.client.get("/studio/reports/1").text
    assert "Planned for 7 readers." in page
    assert "style=" not in page
    assert "<style" not in page


def test_nothing_sent_and_nothing_there(world: World) -> None:
    """Each says so."""
    assert "Nothing was sent yet." in world.client.get("/studio/reports").text
    assert world.client.get("/studio/reports/9").status_code == 404
