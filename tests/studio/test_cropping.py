"""The picture at the head of a post is cropped by a press, by arrow keys, or by two numbers without scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from newsletter.compose.press import press
from newsletter.folder.pictures.images import ImageFolder
from newsletter.folder.touch import with_picture
from newsletter.words.picture.focus import Focus
from newsletter.words.post import Post
from tests.running import a_folder
from tests.studio.conftest import World
from tests.studio.serving import browser, signed_in, studio
from tests.studio.test_bringing import POST, SLUG, _picture, _send


def _with_lead(directory: Path) -> None:
    (directory / "images").mkdir(exist_ok=True)
    Image.new("RGB", (400, 300), "navy").save(directory / "images/pier.png")
    path = directory / POST
    path.write_text(with_picture(path.read_text(), "images/pier.png", "The pier", file=POST))


@pytest.fixture
def lead(world: World) -> World:
    _with_lead(world.parts.directory)
    return world


def _post(world: World) -> Post:
    return world.parts.posts.get_post(SLUG)


def _focus(world: World) -> Focus | None:
    image = _post(world).image
    assert image is not None
    return image.focus


def _save(world: World, **values: str) -> str:
    fields = {f"value-{side}": value for side, value in values.items()}
    data = {"csrf": world.csrf(), "file": POST, "part": f"post:{SLUG}", "field": list(values), **fields}
    data["base"] = world.parts.sheets.note(POST, at=world.parts.clock.now()).version
    return world.client.post("/studio/issues/1/save", data=data, follow_redirects=True).text


def test_two_numbers_crop_the_picture_without_scripts(lead: World) -> None:
    """The page shows the frame; preview, mail and archive have the cropped picture; *Show the whole picture* takes it out."""
    before = (lead.parts.directory / POST).read_text()
    whole = '<button class="link small" formaction="/studio/issues/1/lead" name="lead" value="whole" data-form'
    assert f"{whole} hidden>" in _save(lead, across="", down="")
    assert (lead.parts.directory / POST).read_text() == before

    page = _save(lead, across="10", down="80")
    assert _focus(lead) == Focus(across=10, down=80)
    assert 'd="M0 0H400V300H0ZM0 60h400v225h-400Z"' in page and f"{whole}>" in page
    name = lead.parts.images.publish("images/pier.png", focus=Focus(across=10, down=80))
    preview = lead.post_json("/issues/1/preview", {"edits": [], "reader": ""}).json()
    assert f"/images/{name}" in preview["html"]
    edition = press(lead.parts.shelf, lead.parts.config.newsletter, 1).rendered.edition
    assert f"/images/{name}" in "".join(piece for piece in edition.html.pieces if isinstance(piece, str))
    assert f"/images/{name}" in lead.client.get("/studio/issues/1/read").text

    _send(lead, "lead", {}, lead="whole")
    assert (lead.parts.directory / POST).read_text() == before


def test_a_number_that_is_no_percentage_is_refused(lead: World) -> None:
    """In words; the file stays as it is."""
    assert "not a place in the picture" in _save(lead, across="140")
    assert _focus(lead) is None


def test_another_picture_is_shown_whole(lead: World) -> None:
    """The place that mattered in the old one means nothing in it."""
    _save(lead, across="10", down="80")
    _send(lead, "lead", {"lead-picture": ("other.png", _picture(), "image/png")}, **{"lead-alt": "Another"})

    assert _focus(lead) is None


def test_a_press_and_the_arrow_keys_move_the_frame_and_the_mail_follows(tmp_path: Path) -> None:
    """What is pressed is in the file and in the mail beside it; the fields say it in numbers."""
    directory = a_folder(tmp_path / "weekly")
    _with_lead(directory)
    with studio(directory) as serving, browser() as chromium:
        page = signed_in(chromium, serving)
        page.goto(f"{serving.home}/issues/1?part=post:{SLUG}")
        page.locator("details.source > summary").click()
        picture = page.get_by_role("button", name="Crop the picture")
        whole = page.get_by_role("button", name="Show the whole picture")
        expect(whole).to_be_hidden()
        box = picture.bounding_box()
        assert box is not None
        picture.click(position={"x": box["width"] / 4, "y": box["height"] * 0.9})
        across, down = page.get_by_label("Percent from the left"), page.get_by_label("Percent from the top")
        pressed = Focus(across=int(across.input_value()), down=int(down.input_value()))
        # A browser may lay the picture between two pixels.
        assert abs(pressed.across - 25) <= 1 and abs(pressed.down - 90) <= 1
        picture.press("ArrowUp")
        picture.press("ArrowRight")
        moved = Focus(across=pressed.across + 2, down=pressed.down - 2)
        expect(across).to_have_value(str(moved.across))
        expect(down).to_have_value(str(moved.down))
        name = ImageFolder(directory).publish("images/pier.png", focus=moved)
        expect(page.frame_locator("#view iframe").locator(f"img[src$='{name}']")).to_have_count(1)
        expect(page.locator("#saved")).to_contain_text("saved ·")
        assert f"focus: {moved}\n" in (directory / POST).read_text()

        whole.click()
        expect(page.get_by_text("Readers get the whole picture.")).to_be_visible()
        assert "focus:" not in (directory / POST).read_text()
