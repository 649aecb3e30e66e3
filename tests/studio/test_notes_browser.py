"""Notes in a real browser: on selected words, by key, kept while the studio is away."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from newsletter.folder.notes.files import NoteFiles
from tests.running import a_folder
from tests.studio.serving import Serving, browser, select_words, signed_in, studio, words_of

POST = "posts/2026-11-20-ferries-in-winter.md"
QUOTE = "a line that only exists when the ice allows it"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    with studio(a_folder(tmp_path / "weekly")) as running:
        yield running


def wait_until_away(serving: Serving) -> None:
    """Return once nobody answers any more."""
    place = urlsplit(serving.home)
    with suppress(OSError):
        while True:
            socket.create_connection((place.hostname or "", place.port or 0), timeout=1).close()
            time.sleep(0.05)


@pytest.mark.walks
def test_a_note_on_selected_words_survives_a_dead_studio(chromium: Browser, serving: Serving) -> None:
    """By key; the studio is killed before it is saved, the page loaded again, and then it is saved once."""
    page = signed_in(chromium, serving)
    page.goto(f"{serving.home}/issues/1")
    page.wait_for_selector(".is-live .surface")
    page.wait_for_selector("[data-note]")
    select_words(page, QUOTE)
    page.keyboard.press("Control+Alt+m")
    expect(page.locator("#note-quote")).to_have_value(QUOTE)
    page.keyboard.type("Does it?")
    serving.kill()
    # What the killed process had started may live on for a moment.
    wait_until_away(serving)
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#new-note [role=alert]")).to_contain_text("does not answer")
    serving.start()
    page.goto(f"{serving.home}/issues/1")
    expect(page.locator("#note-text")).to_have_value("Does it?")
    page.get_by_role("button", name="Save note").click()
    note = page.locator(".note")
    expect(note).to_contain_text("Does it?")
    note.locator("summary", has_text="Answer").click()
    note.locator("textarea").fill("It does.")
    note.get_by_role("button", name="Save answer").click()
    expect(note).to_contain_text("It does.")
    note.get_by_role("button", name="Settle").click()
    expect(page.locator(".over summary").first).to_contain_text("1 settled")

    assert [one.text for one in NoteFiles(serving.directory).entries(POST)] == ["Does it?", "It does.", ""]


@pytest.mark.walks
def test_a_suggestion_that_is_begun_stays_while_another_note_is_settled(chromium: Browser, serving: Serving) -> None:
    """Its passage and its words are still in the form, and come back when the page is loaded again."""
    page = signed_in(chromium, serving)
    page.goto(f"{serving.home}/issues/1")
    page.wait_for_selector("[data-note]")
    page.locator("#new-note > summary").click()
    page.locator("#note-text").fill("Is it?")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator(".note")).to_contain_text("Is it?")
    page.locator("#new-note > summary").click()
    page.locator("#note-quote").fill(QUOTE)
    page.get_by_text("Suggest other words").click()
    page.locator("#note-instead").fill("a line of ice")
    page.get_by_role("button", name="Settle").click()
    expect(page.locator(".over summary").first).to_contain_text("1 settled")
    expect(page.locator("#note-instead")).to_have_value("a line of ice")
    expect(page.locator("#note-quote")).to_have_value(QUOTE)
    page.reload()
    expect(page.locator("#note-instead")).to_have_value("a line of ice")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator(".note .instead")).to_contain_text("a line of ice")
    expect(page.locator("#note-instead")).to_have_value("")


_BESIDE = """() => [...document.querySelectorAll('#notes > .note')].map(note => {
  const quote = note.querySelector('blockquote').dataset.quote;
  const line = [...document.querySelectorAll('.surface > *')].find(one => one.textContent.includes(quote));
  return [quote, Math.round(note.getBoundingClientRect().top - line.getBoundingClientRect().top)];
})"""


@pytest.mark.walks
def test_notes_stand_beside_their_lines_in_the_order_of_the_words(chromium: Browser, serving: Serving) -> None:
    """Also when words are written above them; on a phone they stand below, without gaps."""
    page = signed_in(chromium, serving)
    page.goto(f"{serving.home}/issues/1")
    page.wait_for_selector(".is-live .surface")
    lines = "\n\n".join(f"Paragraph number {n} floats." for n in range(12))
    words_of(page).fill(lines)
    for number in (9, 2):
        select_words(page, f"number {number}")
        page.keyboard.press("Control+Alt+m")
        page.locator("#note-text").fill(f"About {number}.")
        page.get_by_role("button", name="Save note").click()
        expect(page.locator(".note", has_text=f"About {number}.")).to_be_visible()
    words_of(page).click()
    words_of(page).press("Control+Home")
    page.keyboard.type("One more line.\n\n")
    page.wait_for_timeout(800)
    placed = page.evaluate(_BESIDE)

    assert ["number 2", "number 9"] == [quote for quote, _ in placed]
    assert all(abs(gap) <= 2 for _, gap in placed), placed
    page.set_viewport_size({"width": 375, "height": 800})
    page.wait_for_timeout(500)
    assert ["", ""] == page.evaluate(
        "[...document.querySelectorAll('#notes > .note')].map(note => note.style.marginTop)"
    )
