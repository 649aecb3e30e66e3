"""Reading an issue through in a real browser: aloud, by keys, and a paragraph edited where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.running import a_folder
from tests.studio.serving import Serving, browser, signed_in, studio

POST = "posts/2026-11-20-ferries-in-winter.md"
QUOTE = "#posts-2026-11-20-ferries-in-winter-body-2"
# The voice of a browser: each sentence lasts until the test lets it end.
_VOICE = """
window.spoken = [];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, "speechSynthesis", { value: {
  speak(said) { window.spoken.push(said.text); window.said = said; },
  cancel() { window.said = null; },
} });
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=15_000)
    with browser() as opened:
        yield opened
    expect.set_options(timeout=5_000)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    with studio(a_folder(tmp_path / "weekly")) as running:
        yield running


def _read(chromium: Browser, serving: Serving, *, width: int = 1280) -> Page:
    page = signed_in(chromium, serving, width=width)
    page.emulate_media(reduced_motion="reduce")
    page.add_init_script(_VOICE)
    page.goto(f"{serving.home}/issues/1/read")
    page.wait_for_selector(".is-live .can-edit")
    return page


def test_it_is_read_aloud_by_keys_and_edited_at_the_sentence(chromium: Browser, serving: Serving) -> None:
    """Each sentence is marked while it is said; `e` opens its paragraph there, and what is typed is in the file."""
    page = _read(chromium, serving)
    page.keyboard.press("Space")
    assert ["Boats for you"] == page.evaluate("spoken")
    expect(page.locator(".here")).to_have_text("Boats for you")
    for _ in range(3):
        page.evaluate("said.onend()")
    assert "Ferries in winter" == page.evaluate("spoken.at(-1)")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".here")).to_have_text("The last boat leaves when the captain can no longer see the buoy.")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Read aloud")).to_be_visible()

    before = page.locator(QUOTE).evaluate("(block) => block.getBoundingClientRect().top")
    page.keyboard.press("e")
    area = page.get_by_label("Their words and their source")
    expect(area).to_be_focused()
    assert 2 == area.evaluate("(area) => area.selectionStart")
    page.keyboard.press("Home")
    page.keyboard.insert_text("> Once more: ")
    page.keyboard.press("Control+Enter")

    expect(page.locator(f"{QUOTE} blockquote")).to_contain_text("Once more:")
    after = page.locator(QUOTE).evaluate("(block) => block.getBoundingClientRect().top")
    assert abs(before - after) < 3
    text = (serving.directory / POST).read_text()
    assert "allows it:\n\n> Once more: > The last boat" in text
    assert text.startswith("---\ntitle: Ferries in winter\n")


@pytest.mark.walks
def test_a_press_on_a_sentence_edits_it_and_a_killed_studio_loses_no_word(chromium: Browser, serving: Serving) -> None:
    """What was typed after the kill is kept in the browser, and in the file when the studio is back."""
    page = _read(chromium, serving, width=375)
    page.get_by_text("Until Thursday.").click()
    area = page.get_by_label("The words")
    expect(area).to_be_focused()
    serving.kill()
    area.fill("Until we meet.")
    expect(page.locator("form.edit [role=status]")).to_contain_text("kept in this browser")
    context = page.context
    page.close(run_before_unload=False)
    serving.start()
    again = context.new_page()
    again.goto(f"{serving.home}/issues/1/read")
    expect(again.get_by_text("Words that had not been saved")).to_be_visible()
    again.goto(f"{serving.home}/issues/1?part=closing")
    expect(again.locator("textarea.words")).to_have_value("Until we meet.")


@pytest.mark.walks
def test_two_who_change_one_paragraph_choose(chromium: Browser, serving: Serving) -> None:
    """Nothing is overwritten: the second one sees both and takes one."""
    page = _read(chromium, serving)
    path = serving.directory / "issues/001.md"
    page.get_by_text("Until Thursday.").click()
    expect(page.get_by_label("The words")).to_be_focused()
    path.write_text(path.read_text().replace("Until Thursday.", "Until Friday."))
    page.get_by_label("The words").fill("Until Monday.")
    expect(page.locator(".versions")).to_contain_text("Until Friday.")
    assert "Until Friday." in path.read_text()
    page.get_by_role("button", name="Keep mine").click()
    page.get_by_role("button", name="Done").click()

    expect(page.locator("#copy")).to_contain_text("Until Monday.")
    assert "Until Monday." in path.read_text()


@pytest.mark.walks
def test_an_edit_made_elsewhere_shows_where_one_reads(chromium: Browser, serving: Serving) -> None:
    """The page follows the files while nothing is open in it."""
    page = _read(chromium, serving)
    path = serving.directory / "issues/001.md"
    path.write_text(path.read_text().replace("Until Thursday.", "Until Friday."))

    expect(page.locator("#copy")).to_contain_text("Until Friday.", timeout=8_000)
