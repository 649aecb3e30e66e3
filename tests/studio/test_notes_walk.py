"""Two people and a guest read an issue before it goes, in real browsers: by mouse, by keyboard, by thumb and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from newsletter.access.sign_in import hashed
from newsletter.folder.notes.entry import EntryKind
from newsletter.folder.notes.files import NoteFiles
from newsletter.wiring import open_newsletter
from newsletter.words.user import Role
from tests.running import a_folder
from tests.studio.serving import Serving, browser, select_words, studio

POST = "posts/2026-11-20-ferries-in-winter.md"
PART = "/issues/1?part=post:2026-11-20-ferries-in-winter"
QUOTE = "a line that only exists when the ice allows it"
OTHER = "a line that the ice decides about"
PASSWORD = "correct horse battery staple"

pytestmark = pytest.mark.walks


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    parts = open_newsletter(a_folder(tmp_path / "weekly"))
    ben = parts.users.add("ben@example.com", name="Ben", role=Role.EDITOR)
    parts.users.set_password(ben.user.id, hashed(PASSWORD))
    parts.engine.dispose()
    with studio(tmp_path / "weekly") as running:
        yield running


def _context(chromium: Browser, width: int, *, scripts: bool = True) -> BrowserContext:
    return chromium.new_context(
        viewport={"width": width, "height": 812}, java_script_enabled=scripts, has_touch=width < 500
    )


def _owner(chromium: Browser, serving: Serving, width: int, *, scripts: bool = True) -> Page:
    page = _context(chromium, width, scripts=scripts).new_page()
    page.goto(serving.address)
    page.goto(serving.home + PART)
    return page


def _ben(chromium: Browser, serving: Serving, width: int, *, scripts: bool = True) -> Page:
    page = _context(chromium, width, scripts=scripts).new_page()
    page.goto(f"{serving.home}/enter")
    page.locator("[name=email]").fill("ben@example.com")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "enter" not in url)
    page.goto(serving.home + PART)
    return page


def _kinds(serving: Serving) -> Sequence[EntryKind]:
    return [one.kind for one in NoteFiles(serving.directory).entries(POST)]


@pytest.mark.parametrize("width", [1280, 375])
def test_two_people_note_answer_suggest_and_settle(chromium: Browser, serving: Serving, width: int) -> None:
    """Each hears of the other without loading the page again; who is where stands in the outline."""
    ana, ben = _owner(chromium, serving, width), _ben(chromium, serving, width)
    ben.wait_for_selector("[data-note]")
    select_words(ben, QUOTE)
    ben.locator("[data-note]").click()
    expect(ben.locator("#note-quote")).to_have_value(QUOTE)
    ben.locator("#note-text").fill("Is it still so?")
    ben.get_by_role("button", name="Save note").click()
    expect(ben.locator(".note")).to_contain_text("Is it still so?")

    note = ana.locator(".note")
    expect(note).to_contain_text("Is it still so?", timeout=12_000)
    expect(ana.locator("#toc .here").first).to_have_text("Ben is here", timeout=12_000)
    note.locator("summary", has_text="Answer").click()
    note.locator("textarea").fill("It is.")
    note.get_by_role("button", name="Save answer").click()
    expect(ben.locator(".note")).to_contain_text("It is.", timeout=12_000)
    ben.locator(".note").get_by_role("button", name="Settle").click()

    select_words(ben, QUOTE)
    ben.locator("[data-note]").click()
    ben.locator(".suggest summary").click()
    ben.locator("[name=suggests]").check()
    ben.locator("#note-instead").fill(OTHER)
    ben.get_by_role("button", name="Save note").click()
    suggestion = ana.locator("#notes > .note")
    expect(suggestion).to_contain_text(OTHER, timeout=12_000)
    assert OTHER not in (serving.directory / POST).read_text()
    suggestion.get_by_role("button", name="Accept").click()
    expect(ana.locator("#value-body")).to_have_value(re.compile(OTHER))

    assert OTHER in (serving.directory / POST).read_text()
    assert _kinds(serving) == [
        EntryKind.NOTE,
        EntryKind.ANSWER,
        EntryKind.SETTLED,
        EntryKind.NOTE,
        EntryKind.ACCEPTED,
    ]


@pytest.mark.parametrize("width", [1280, 375])
def test_the_same_without_scripts(chromium: Browser, serving: Serving, width: int) -> None:
    """Plainer, and nothing is lost."""
    ana, ben = _owner(chromium, serving, width, scripts=False), _ben(chromium, serving, width, scripts=False)
    ben.locator("#new-note > summary").click()
    ben.locator("#note-quote").fill(QUOTE)
    ben.locator("#note-text").fill("Is it still so?")
    ben.locator(".suggest summary").click()
    ben.locator("[name=suggests]").check()
    ben.locator("#note-instead").fill(OTHER)
    ben.get_by_role("button", name="Save note").click()
    ana.reload()
    ana.locator(".note summary", has_text="Answer").click()
    ana.locator(".note textarea").fill("You are right.")
    ana.get_by_role("button", name="Save answer").click()
    ana.locator(".note").get_by_role("button", name="Accept").click()
    expect(ana.locator("#value-body")).to_have_value(re.compile(OTHER))

    assert _kinds(serving) == [EntryKind.NOTE, EntryKind.ANSWER, EntryKind.ACCEPTED]


def test_notes_by_keyboard_alone(chromium: Browser, serving: Serving) -> None:
    """From the words to a note, its answer and its end without a mouse."""
    page = _owner(chromium, serving, 1280)
    page.wait_for_selector("[data-note]")
    select_words(page, QUOTE)
    page.keyboard.press("Control+Alt+m")
    page.keyboard.type("Is it?")
    page.get_by_role("button", name="Save note").press("Enter")
    note = page.locator(".note")
    expect(note).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("It is.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(note).to_contain_text("It is.")
    note.get_by_role("button", name="Settle").press("Enter")
    expect(page.locator(".over > summary")).to_have_text("1 settled")


def test_two_tabs_a_lost_network_and_an_edit_on_disk_lose_no_note(chromium: Browser, serving: Serving) -> None:
    """What was typed for a note stays until it is kept, and each is kept once."""
    context = _context(chromium, 1280)
    one, two = context.new_page(), context.new_page()
    one.goto(serving.address)
    for page, text in ((one, "From one tab."), (two, "From the other.")):
        page.goto(serving.home + PART)
        page.wait_for_selector("[data-note]")
        # What is typed in one tab shows in the next, too.
        page.locator("#new-note").evaluate("fold => { fold.open = true; }")
        page.locator("#note-text").fill(text)
    one.get_by_role("button", name="Save note").click()
    two.get_by_role("button", name="Save note").click()
    expect(two.locator(".note")).to_have_count(2)

    context.set_offline(True)
    two.locator("#new-note > summary").click()
    two.locator("#note-text").fill("Into the dark.")
    two.get_by_role("button", name="Save note").click()
    expect(two.locator("#new-note [role=alert]")).to_be_visible()
    path = serving.directory / POST
    path.write_text(path.read_text().replace(QUOTE, OTHER))
    context.set_offline(False)
    expect(two.locator("#value-body")).to_have_value(re.compile(OTHER), timeout=12_000)
    expect(two.locator("#note-text")).to_have_value("Into the dark.")
    two.get_by_role("button", name="Save note").click()
    expect(two.locator(".note")).to_have_count(3)

    texts = sorted(one.text for one in NoteFiles(serving.directory).entries(POST))
    assert texts == ["From one tab.", "From the other.", "Into the dark."]


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (375, True), (375, False)])
def test_a_guest_reads_and_notes(chromium: Browser, serving: Serving, width: int, scripts: bool) -> None:
    """By a link, far away from the studio: what is selected on the page is found in the Markdown of the post."""
    ana = _owner(chromium, serving, width)
    ana.goto(f"{serving.home}/issues/1/review")
    ana.locator("#post").select_option(label="Ferries in winter")
    ana.locator("#guest").fill("Mara")
    ana.get_by_role("button", name="Make a link").click()
    link = ana.locator("input[readonly]").input_value()
    guest = _context(chromium, width, scripts=scripts).new_page()
    guest.goto(serving.home.removesuffix("/studio") + link[link.index("/studio/review/") :])
    if scripts:
        guest.locator("[data-words] blockquote p").first.select_text()
    guest.get_by_text("Add a note").click()
    quote = guest.locator("[name=quote]")
    if scripts:
        expect(quote).to_have_value("The last boat leaves when the captain can no longer see the buoy.")
    else:
        quote.fill("The last boat leaves")
    guest.locator(".new-note [name=note]").fill("He sees well.")
    expect(guest.locator("[name=name]").first).to_have_value("Mara")
    guest.get_by_role("button", name="Save note").click()
    expect(guest.locator(".note")).to_contain_text("He sees well.")
    ana.goto(serving.home + PART)
    note = ana.locator(".note")

    expect(note).to_contain_text("Mara (guest)")
    expect(note).not_to_contain_text("not there any more")
