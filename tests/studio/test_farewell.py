"""Farewell, by its page: begun, shown on every page, and ended."""

from __future__ import annotations

from tests.studio.conftest import World

_YEAR = "2099-01-31"


def test_it_begins_and_ends_by_a_press(world: World) -> None:
    """Every page says so meanwhile, and nothing can be sent or approved."""
    said = world.post("/settings/farewell", act="begin", until=_YEAR, url="", to="")
    assert said.status_code == 303
    page = world.client.get("/studio").text
    assert "Farewell, until" in page and "31 January 2099" in page
    assert world.post("/issues/1/approve").status_code == 409
    assert world.post("/issues/1/test", to="me@example.com").status_code == 409

    world.post("/settings/farewell", act="end")
    assert "Farewell, until" not in world.client.get("/studio").text
    assert world.post("/issues/1/approve", despite="yes").status_code == 303


def test_what_was_typed_stays_in_a_refused_form(world: World) -> None:
    """A day that is over, an address that is none, a system that was not chosen."""
    for fields, said in (
        ({"until": "2001-01-01", "url": ""}, "not to come"),
        ({"until": "soon", "url": ""}, "no such day"),
        ({"until": _YEAR, "url": "over there"}, "no address of the web"),
        ({"until": _YEAR, "url": "https://new.example.org"}, "Which system"),
    ):
        answer = world.post("/settings/farewell", act="begin", to="", **fields)
        assert answer.status_code == 400 and said in answer.text, fields
        assert f'value="{fields["until"]}"' in answer.text
    assert not world.parts.farewells.lasts()


def test_the_page_of_an_export_leads_to_it(world: World) -> None:
    """With the system and the address that it was made for."""
    asked = {"to": "ghost", "url": "https://new.example.org"}
    page = world.client.get("/studio/settings/move-out", params=asked).text
    assert "/studio/settings/farewell?to=ghost&amp;url=https%3A//new.example.org" in page
    form = world.client.get("/studio/settings/farewell", params=asked).text
    assert '<option value="ghost" selected>' in form and 'value="https://new.example.org"' in form
