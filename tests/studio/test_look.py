"""A template's colours, logo and foot, changed on a page with a mail beside: only what was changed, and only what works."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from newsletter.compose.look_changes import with_look
from newsletter.words.mistake import Mistake
from tests.studio.conftest import World

PAGE = "/settings/templates/digest"
TEMPLATES = Path(__file__).parents[2] / "templates"
LOGO = Path(__file__).parents[2] / "seeds" / "images" / "harbour-at-dusk.png"


def form(world: World) -> dict[str, str]:
    """The fields as a browser would send them."""
    page = world.client.get(f"/studio{PAGE}").text
    fields = re.findall(r'name="((?:colors|dark|logo|words)-\w+|was)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in fields}


def toml(world: World) -> str:
    return (world.parts.directory / "templates" / "digest" / "template.toml").read_text()


def test_a_colour_and_a_colophon_are_saved(world: World) -> None:
    """Comments stay; the built-in template becomes one of the newsletter's own; the mail wears them."""
    fields = form(world)
    answer = world.post(
        PAGE, **{**fields, "colors-accent": "#8a1c4f", "words-colophon": "Made in Hamburg by three people."}
    )

    assert answer.status_code == 303, answer.text
    before = (TEMPLATES / "digest" / "template.toml").read_text()
    changed = before.replace('accent = "#1c4f94"', 'accent = "#8a1c4f"', 1)
    assert toml(world) == changed.replace('colophon = ""', 'colophon = "Made in Hamburg by three people."')
    sample = world.client.get("/studio/settings/templates/digest/sample").text
    assert "#8a1c4f" in sample
    assert "Made in Hamburg by three people." in sample


def test_what_is_tried_is_shown_and_not_saved(world: World) -> None:
    """In a frame that runs nothing."""
    answer = world.post(f"{PAGE}/try", **{**form(world), "dark-accent": "#abcdef", "words-why": "You asked for it."})

    assert "#abcdef" in answer.text
    assert "You asked for it." in answer.text
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert not (world.parts.directory / "templates" / "digest").exists()


def test_a_logo_for_each_ground_is_put_among_the_pictures(world: World) -> None:
    """The dark one is shown in its place where a program knows of dark grounds."""
    fields = {**form(world), "csrf": world.csrf()}
    files = {
        "file-src": ("Our logo.png", LOGO.read_bytes()),
        "file-dark": ("night.png", LOGO.read_bytes()[:-1] + b"\x82"),
    }
    answer = world.client.post(f"/studio{PAGE}", data=fields, files=files)

    assert answer.status_code == 303, answer.text
    assert 'src = "images/our-logo.png"' in toml(world)
    assert 'dark = "images/' in toml(world)
    sample = world.client.get("/studio/settings/templates/digest/sample").text
    assert len(re.findall(r'class="[^"]*(?:light|dark)-logo', sample)) == 2


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("colors-ink", "blue", "“blue” is not a colour."),
        ("logo-width", "wide", "“wide” is not a width."),
        ("logo-src", "images/none.png", "There is no picture images/none.png."),
    ],
)
def test_what_would_not_work_is_not_saved(world: World, key: str, value: str, said: str) -> None:
    """Tried with a whole mail before; what was typed stays."""
    answer = world.post(PAGE, **{**form(world), "words-colophon": "Ours", key: value})

    assert answer.status_code == 400
    assert said in answer.text
    assert 'value="Ours"' in answer.text
    assert not (world.parts.directory / "templates" / "digest").exists()


def test_a_change_of_somebody_else_is_not_written_over(world: World) -> None:
    """Both see the page; the second is told. Colours that are hard to read are said."""
    fields = form(world)
    world.post(PAGE, **{**fields, "words-colophon": "First", "colors-soft": "#dddddd"})
    answer = world.post(PAGE, **{**fields, "words-colophon": "Second"})

    assert answer.status_code == 400
    assert "changed meanwhile" in answer.text
    assert 'colophon = "First"' in toml(world)
    assert "“Small print” on “Paper” is hard to read: 1." in world.client.get(f"/studio{PAGE}").text


def test_a_value_is_written_where_it_stood() -> None:
    """And a table that was not there comes last; a line break is refused."""
    text = '# ours\n[colors]\nink = "#000000" # black\n'
    assert with_look(text, {("colors", "ink"): "#111111"}) == text.replace("#000000", "#111111")
    assert with_look(text, {("words", "why"): "So"}).endswith('[words]\nwhy = "So"\n')
    with pytest.raises(Mistake):
        with_look(text, {("words", "why"): "So\nthere"})
