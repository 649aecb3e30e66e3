"""Composing without scripts: parts, saving, order, clashes, earlier versions."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from newsletter.folder.history import version_of
from tests.pictures_made import a_png
from tests.studio.conftest import World

POST = "posts/2026-11-20-ferries-in-winter.md"
SLUG = "2026-11-20-ferries-in-winter"
KEY = f"post:{SLUG}"


def _file(world: World, name: str) -> Path:
    return world.parts.directory / name


def _base(world: World, name: str) -> str:
    """What a page that shows the file has seen of it."""
    return world.parts.sheets.note(name, at=world.parts.clock.now()).version


def _another_post(world: World, slug: str, title: str) -> None:
    _file(world, f"posts/{slug}.md").write_text(f"---\ntitle: {title}\n---\n\nWords.\n")


def test_the_page_shows_the_outline_and_the_first_post(world: World) -> None:
    """Whoever opens an issue can write at once."""
    page = world.client.get("/studio/issues/1").text

    assert "Ferries in winter" in page
    assert f'data-key="{KEY}"' in page
    assert "<textarea" in page


@pytest.mark.parametrize("part", ["inbox", "opening", "section-1", KEY, "closing", "nonsense", "<script>"])
def test_every_part_can_be_opened(world: World, part: str) -> None:
    """A part that there is not gives the first post instead."""
    answer = world.client.get("/studio/issues/1", params={"part": part})

    assert answer.status_code == 200
    assert "<script>" not in answer.text.replace('<script type="module"', "")


def test_an_issue_that_there_is_not_is_missing(world: World) -> None:
    """With what there is."""
    answer = world.client.get("/studio/issues/9")

    assert answer.status_code == 404
    assert "There is no issue 9." in answer.text


def test_a_form_without_scripts_saves_every_field(world: World) -> None:
    """Title and words in one go, and the page says so."""
    fields = {
        "field": ["title", "body"],
        "value-title": "Ferries, again",
        "value-body": "Our words.\r\n\r\n> Theirs.",
        "file": POST,
        "base": _base(world, POST),
        "part": KEY,
        "csrf": world.csrf(),
    }
    answer = world.client.post("/studio/issues/1/save", data=fields)

    assert answer.status_code == 303
    text = _file(world, POST).read_text()
    assert "title: Ferries, again\n" in text
    assert text.endswith("\n\nOur words.\n\n> Theirs.\n")
    assert "Saved." in world.client.get("/studio").text


def test_a_script_saves_one_field_and_hears_the_new_version(world: World) -> None:
    """The answer's version is that of the file."""
    answer = world.post_json(
        "/issues/1/save", {"file": POST, "base": _base(world, POST), "field": "body", "value": "New words."}
    )

    text = _file(world, POST).read_text()
    assert text.endswith("\n\nNew words.\n")
    assert answer.json() == {"version": version_of(text), "mine": version_of(text)}


def test_the_same_words_changed_twice_come_back_with_both_versions(world: World) -> None:
    """409, and what is in the file stays."""
    base = _base(world, POST)
    edit = {"file": POST, "base": base, "field": "title"}
    world.post_json("/issues/1/save", edit | {"value": "By Ben"})
    clash = world.post_json("/issues/1/save", edit | {"value": "By Ana"})

    assert clash.status_code == 409
    assert "By Ana" in clash.json()["mine"]
    assert "By Ben" in clash.json()["theirs"]["text"]
    assert "By Ben" in _file(world, POST).read_text()


@pytest.mark.parametrize(
    "edit",
    [
        {"file": "newsletter.toml"},
        {"file": "../secrets.md"},
        {"field": "nonsense"},
        {"field": "title", "value": ""},
        {"value": 7},
        {"base": None},
    ],
)
def test_what_makes_no_sense_changes_nothing(world: World, edit: dict[str, object]) -> None:
    """A 4xx with a sentence, and the file as it was."""
    before = _file(world, POST).read_bytes()
    answer = world.post_json(
        "/issues/1/save", {"file": POST, "base": _base(world, POST), "field": "body", "value": "x"} | edit
    )

    assert 400 <= answer.status_code < 500
    assert answer.json()["message"]
    assert _file(world, POST).read_bytes() == before


def test_posts_are_put_in_moved_and_taken_out(world: World) -> None:
    """Each step is in the issue's file at once."""
    _another_post(world, "2026-11-21-two", "Two")
    step = {"base": _base(world, "issues/001.md"), "slug": "2026-11-21-two"}
    orders = []
    for name in ("add", "up", "down", "remove"):
        answer = world.post_json("/issues/1/order", step | {"step": name})
        assert answer.status_code == 200, answer.text
        step["base"] = answer.json()["version"]
        orders.append([slug == SLUG for slug in world.parts.issues.get_issue(1).slugs()])

    assert orders == [[True, False], [False, True], [True, False], [True]]


def test_a_step_without_scripts_keeps_what_was_typed(world: World) -> None:
    """Up, down and taking out are buttons of the form in which one types."""
    _another_post(world, "2026-11-21-two", "Two")
    world.post(
        "/issues/1/order",
        step="add",
        slug="2026-11-21-two",
        base=_base(world, "issues/001.md"),
        part="post:2026-11-21-two",
    )
    typed = {"file": POST, "part": KEY, "field": "body", "base": _base(world, POST)}
    issue_base = {"issue-base": _base(world, "issues/001.md")}
    for step, words, first in (("down", "Typed before it went down.", False), ("up", "And before it came up.", True)):
        answer = world.post("/issues/1/order", **typed, **issue_base, **{"value-body": words, "step": step})
        assert answer.status_code == 303, answer.text
        assert words in _file(world, POST).read_text()
        assert (next(iter(world.parts.issues.get_issue(1).slugs())) == SLUG) is first
        typed["base"], issue_base["issue-base"] = _base(world, POST), _base(world, "issues/001.md")


def test_a_whole_order_that_loses_or_doubles_a_post_is_refused(world: World) -> None:
    """What a page that is out of date sends can't take a post away."""
    base = _base(world, "issues/001.md")
    for posts in ([], [SLUG, SLUG], [SLUG, "2026-11-21-two"]):
        answer = world.post_json("/issues/1/order", {"base": base, "sections": [{"title": "", "posts": posts}]})
        assert answer.status_code == 400

    assert list(world.parts.issues.get_issue(1).slugs()) == [SLUG]


def test_a_broken_issue_is_shown_as_text_and_mended(world: World) -> None:
    """What can't be taken apart can still be written in the studio."""
    path = _file(world, "issues/001.md")
    good = path.read_text()
    path.write_text(good.replace("number: 1", "number: one"))
    page = world.client.get("/studio/issues/1").text
    base = re.search('name="base" value="([0-9a-f]+)"', page)
    assert base

    assert "number: one" in html.unescape(page)
    world.post("/issues/1/save", **{"file": "issues/001.md", "base": base[1], "field": "raw", "value-raw": good})
    assert path.read_text() == good


def test_an_earlier_version_is_compared_and_comes_back(world: World) -> None:
    """Nothing that was saved is lost by saving something else."""
    before = _file(world, POST).read_text()
    base = _base(world, POST)
    world.post_json("/issues/1/save", {"file": POST, "base": base, "field": "body", "value": "All gone."})
    page = world.client.get("/studio/history", params={"file": POST, "version": base}).text
    now = world.parts.sheets.read(POST).version

    assert "All gone." in page
    assert world.post("/history", file=POST, version=base, base=now).status_code == 303
    assert _file(world, POST).read_text() == before


def test_a_picture_is_put_into_the_folder(world: World) -> None:
    """Under a plain name, never over another; what is no picture is refused."""
    headers = {"X-CSRF-Token": world.csrf(), "Accept": "application/json"}
    names = [
        world.client.post("/studio/pictures", files={"picture": ("../My Ferry!.PNG", a_png(colour))}, headers=headers)
        for colour in ((200, 0, 0), (0, 200, 0), (200, 0, 0))
    ]
    bad = world.client.post("/studio/pictures", files={"picture": ("x.png", b"<svg onload=alert(1)>")}, headers=headers)

    assert [name.json()["src"] for name in names] == [
        "images/my-ferry.png",
        "images/my-ferry-2.png",
        "images/my-ferry.png",
    ]
    assert bad.status_code == 400
    assert sorted(path.name for path in _file(world, "images").iterdir()) == ["my-ferry-2.png", "my-ferry.png"]


def test_a_draft_takes_the_unused_posts(world: World) -> None:
    """And opens at once; with none unused it says so."""
    _another_post(world, "2026-11-21-two", "Two")
    answer = world.post("/issues")

    assert answer.headers["location"] == "/studio/issues/2"
    assert list(world.parts.issues.get_issue(2).slugs()) == ["2026-11-21-two"]
    assert world.post("/issues").status_code == 409


def test_what_was_to_be_checked_is_ticked_off(world: World) -> None:
    """One press takes the note for the editor out of the file."""
    path = _file(world, POST)
    path.write_text(path.read_text().replace("title:", "checks: [1 paragraph may be a quote]\ntitle:", 1))
    assert "may be a quote" in world.client.get("/studio/issues/1").text
    world.post("/issues/1/save", file=POST, base=_base(world, POST), field="checks", part=KEY)

    assert "checks" not in path.read_text()
