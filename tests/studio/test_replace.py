"""Find and replace over an issue: shown before, one step, one step back, and nothing of what others wrote."""

from __future__ import annotations

import html
import re

from httpx2 import Response

from tests.studio.conftest import World

POST = "posts/2026-11-20-ferries-in-winter.md"
ISSUE = "issues/001.md"
BODY = """\
The boat [of the boat](https://boat.example.org/boat), dear {{ boat | default("boat") }} <!-- boat -->.

> The boat of others.
>
> — A boat

`boat` and Boat.
"""


def _write(world: World) -> None:
    path = world.parts.directory / POST
    text = path.read_text()
    path.write_text(text[: text.rindex("---") + 4] + "\n" + BODY)
    issue = world.parts.directory / ISSUE
    issue.write_text(
        issue.read_text().replace("Until Thursday.", "The boat leaves.").replace("title: Short", "title: Boats")
    )


def _read(world: World, file: str = POST) -> str:
    return (world.parts.directory / file).read_text()


def _asked(world: World, **asked: str) -> str:
    return world.client.get("/studio/issues/1/replace", params=asked).text


def _fields(page: str) -> dict[str, list[str]]:
    """What the form of places on the page would send."""
    form = re.search(r'<form method="post" class="places">.*?</form>', page, re.DOTALL)
    assert form, page
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', form[0]):
        fields.setdefault(name, []).append(html.unescape(value))
    return fields


def _press(world: World, fields: dict[str, list[str]]) -> Response:
    return world.client.post("/studio/issues/1/replace", data={**fields, "csrf": world.csrf(), "act": "replace"})


def test_every_place_is_shown_before_and_only_words_are_places(world: World) -> None:
    """No address, merge tag, remark or code; quotes are counted and left."""
    _write(world)
    page = _asked(world, find="boat", **{"with": "ship"})

    assert ">6 places<" in page
    assert "2 more stand in quotes" in page
    assert "<del>boat</del> <ins>ship</ins>" in page
    assert ">3 places<" in _asked(world, find="boat", whole="1", capitals="1")
    assert ">8 places<" in _asked(world, find="boat", quotes="1")


def test_all_are_replaced_in_one_step_and_come_back_in_one(world: World) -> None:
    """Subject, headings, posts and closing; every other letter stays."""
    _write(world)
    before = {file: _read(world, file) for file in (POST, ISSUE)}
    done = _press(world, _fields(_asked(world, find="boat", **{"with": "ship"})))

    assert done.status_code == 303
    text, issue = _read(world), _read(world, ISSUE)
    assert (
        'The ship [of the ship](https://boat.example.org/boat), dear {{ boat | default("boat") }} <!-- boat -->.'
        in text
    )
    assert "> The boat of others.\n>\n> — A boat\n\n`boat` and Ship.\n" in text
    assert "title: Ships\n" in issue and "The ship leaves." in issue and "Shipss" not in issue
    again = world.client.get(done.headers["location"]).text
    back = re.search(r'name="done" value="([^"]+)"', again)
    assert back
    world.post("/issues/1/replace", act="undo", done=back[1])
    assert before == {file: _read(world, file) for file in (POST, ISSUE)}


def test_a_place_that_is_not_ticked_stays(world: World) -> None:
    """And with quotes asked for, those can change too."""
    _write(world)
    fields = _fields(_asked(world, find="The boat", **{"with": "A ship", "quotes": "1"}))
    fields["place"] = [place for place in fields["place"] if " body " in place][1:]
    _press(world, fields)

    assert "The boat [of" not in _read(world) or "A ship of others." in _read(world)
    assert "> A ship of others." in _read(world)
    assert "The boat leaves." in _read(world, ISSUE)


def test_words_that_changed_since_are_not_replaced_unseen(world: World) -> None:
    """Neither are any where one file refuses."""
    _write(world)
    fields = _fields(_asked(world, find="boat", **{"with": "ship"}))
    path = world.parts.directory / POST
    path.write_text(path.read_text() + "\nA boat more.\n")
    refused = _press(world, fields)

    assert refused.status_code == 409 and "changed since you looked" in refused.text
    assert "The boat leaves." in _read(world, ISSUE)


def test_where_one_file_refuses_the_others_get_their_words_back(world: World) -> None:
    """A replacement that would break a file changes none."""
    issue = world.parts.directory / ISSUE
    issue.write_text(issue.read_text().replace("Until Thursday.", "More ferries in winter."))
    before = {file: _read(world, file) for file in (POST, ISSUE)}
    fields = _fields(_asked(world, find="Ferries in winter", **{"with": " "}))
    fields["with"] = [""]
    assert 2 == len(fields["place"])
    refused = _press(world, fields)

    assert refused.status_code == 400
    assert before == {file: _read(world, file) for file in (POST, ISSUE)}


def test_what_was_replaced_comes_back_beside_what_others_wrote_since(world: World) -> None:
    """Undo takes back these words alone."""
    _write(world)
    done = _press(world, _fields(_asked(world, find="The boat", capitals="1", **{"with": "A ship"})))
    path = world.parts.directory / POST
    path.write_text(path.read_text().replace("`boat` and Boat.", "`boat` and more."))
    back = re.search(r'name="done" value="([^"]+)"', world.client.get(done.headers["location"]).text)
    assert back
    world.post("/issues/1/replace", act="undo", done=back[1])

    assert "The boat [of the boat]" in _read(world)
    assert "`boat` and more." in _read(world)


def test_a_title_is_not_taken_out_whole(world: World) -> None:
    """The file could not be read after it; nothing of the press is done."""
    _write(world)
    before = _read(world), _read(world, ISSUE)
    refused = _press(world, _fields(_asked(world, find="Ferries in winter")))

    assert refused.status_code == 400
    assert "Nothing would be left of" in refused.text
    assert (_read(world), _read(world, ISSUE)) == before
