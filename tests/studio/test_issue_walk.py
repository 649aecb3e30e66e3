"""A whole issue by three people: written, pasted, pictured, arranged, noted on, answered, changed, settled and read through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Locator, expect

from newsletter.access.sign_in import hashed
from newsletter.folder.notes.files import NoteFiles
from newsletter.review.thread import threads_of
from newsletter.wiring import open_newsletter
from newsletter.words.user import Role
from tests.running import a_folder
from tests.studio.serving import Serving, browser, select_words, studio, words_of

FERRIES = "2026-11-20-ferries-in-winter"
FILE = f"posts/{FERRIES}.md"
QUOTE = "a line that only exists when the ice allows it"
OTHER = "a line that the ice decides about"
PASTED = "<p>They said so:</p><blockquote><p>The buoy is <b>green</b>.</p></blockquote>"
MARKDOWN = "They said so:\n\n> The buoy is **green**."
PASSWORD = "correct horse battery staple"

pytestmark = pytest.mark.walks


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=20_000)
    with browser() as opened:
        yield opened
    expect.set_options(timeout=5_000)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    parts = open_newsletter(a_folder(tmp_path / "weekly"))
    ben = parts.users.add("ben@example.com", name="Ben", role=Role.EDITOR)
    parts.users.set_password(ben.user.id, hashed(PASSWORD))
    parts.engine.dispose()
    with studio(tmp_path / "weekly") as running:
        yield running


class Person:
    """Somebody at a screen, who presses by mouse or thumb, or by the keyboard alone, with scripts or without."""

    def __init__(self, chromium: Browser, serving: Serving, width: int, *, by: str) -> None:
        self.by, self.serving = by, serving
        self.has_scripts = by != "no scripts"
        self.page = chromium.new_context(
            viewport={"width": width, "height": 812}, java_script_enabled=self.has_scripts, has_touch=width < 500
        ).new_page()

    def press(self, one: Locator) -> None:
        if self.by == "keyboard":
            one.focus()
            self.page.keyboard.press("Enter")
        else:
            one.click()

    def button(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=name, exact=True).locator("visible=true").first)

    def unfold(self, name: str) -> None:
        fold = self.page.locator("summary", has_text=name).first
        if self.page.get_by_role("link", name="Outline", exact=True).is_visible() and not fold.is_visible():
            self.press(self.page.get_by_role("link", name="Outline", exact=True))
        self.press(fold)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.serving.home}{path}")
        if self.has_scripts and self.page.locator(".work").count():
            self.page.wait_for_selector(".is-live")

    def write(self, words: str) -> None:
        words_of(self.page).fill(words)
        if not self.has_scripts:
            self.page.get_by_role("button", name="Save", exact=True).first.click()
            return
        expect(self.page.locator("#saved")).to_contain_text("saved ·")


def _picture() -> FilePayload:
    data = BytesIO()
    Image.new("RGB", (30, 20), "navy").save(data, "PNG")
    return {"name": "pier.png", "mimeType": "image/png", "buffer": data.getvalue()}


def _new_post(person: Person, title: str) -> None:
    person.unfold("New post")
    person.page.locator("#new-title").fill(title)
    person.button("Write it")
    expect(person.page.locator("textarea.title")).to_have_value(title)
    if person.has_scripts:
        person.page.wait_for_selector(".is-live .surface")


def _paste(person: Person) -> None:
    """From a page of the web, with its quote."""
    if person.has_scripts:
        words_of(person.page).evaluate(
            """(field, html) => {
                const data = new DataTransfer();
                data.setData("text/html", html);
                data.setData("text/plain", "plain");
                field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
            }""",
            PASTED,
        )
    else:
        person.unfold("Insert a picture, an address or formatted text")
        person.page.get_by_label("The text as HTML").fill(PASTED)
        person.button("Insert text")
    expect(person.page.locator("textarea.words")).to_have_value(re.compile(re.escape(MARKDOWN)))


def _paste_a_picture(person: Person) -> None:
    page = person.page
    if person.has_scripts:
        words_of(page).press("Control+End")
        words_of(page).evaluate(
            """async (field) => {
                const canvas = Object.assign(document.createElement("canvas"), { width: 30, height: 20 });
                const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
                const data = new DataTransfer();
                data.items.add(new File([blob], "pier.png", { type: "image/png" }));
                field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
            }"""
        )
        page.get_by_label("What it shows").last.fill("The pier")
        person.button("Insert")
    else:
        person.unfold("Insert a picture, an address or formatted text")
        page.locator("#bring-picture").set_input_files(_picture())
        page.locator("#bring-alt").fill("The pier")
        person.button("Insert picture")
    expect(page.locator("textarea.words")).to_have_value(re.compile(r"!\[The pier\]\(images/pier\.png\)"))


def _arrange(person: Person) -> None:
    """The post that is open goes up by one."""
    if person.by == "keyboard":
        person.page.keyboard.press("Alt+ArrowUp")
    elif person.by == "mouse":
        posts = person.page.locator("#toc .post")
        posts.nth(2).drag_to(posts.nth(1))
    else:
        person.button("Up")
    expect(person.page.locator("#toc .post").nth(1)).to_contain_text("The green buoy")


def _note(person: Person, text: str, *, instead: str = "") -> None:
    """On a passage of the ferries; with other words it is a suggestion."""
    page = person.page
    person.open(f"/issues/1?part=post:{FERRIES}")
    if person.has_scripts:
        page.wait_for_selector("[data-note]")
        select_words(page, QUOTE)
        page.keyboard.press("Control+Alt+m")
        expect(page.locator("#note-quote")).to_have_value(QUOTE)
    else:
        page.locator("#new-note > summary").click()
        page.locator("#note-quote").fill(QUOTE)
    page.locator("#note-text").fill(text)
    if instead:
        person.press(page.locator(".suggest summary"))
        page.locator("[name=suggests]").check()
        page.locator("#note-instead").fill(instead)
    person.button("Save note")
    expect(page.locator(".note", has_text=text)).to_be_visible()


def _guest_notes(ana: Person, guest: Person, text: str) -> str:
    """By a link that Ana makes; the link."""
    ana.open("/issues/1/review")
    ana.page.locator("#guest").fill("Mara")
    ana.button("Make a link")
    link = ana.page.locator("input[readonly]").first.input_value()
    here = ana.serving.home.removesuffix("/studio") + link[link.index("/studio/review/") :]
    guest.page.goto(here)
    section = guest.page.locator(f'section[data-file="{FILE}"][data-field=body]')
    guest.press(section.locator(".new-note > summary"))
    form = section.locator(".new-note form")
    form.locator("[name=note]").fill(text)
    form.locator("[name=name]").fill("Mara")
    guest.press(form.get_by_role("button", name="Save note"))
    expect(guest.page.locator(".note")).to_contain_text(text)
    return here


def _answer(person: Person, note: str, words: str) -> None:
    person.open(f"/issues/1?part=post:{FERRIES}")
    found = person.page.locator(".note", has_text=note)
    person.press(found.locator("summary", has_text="Answer"))
    found.locator("textarea").fill(words)
    person.press(found.get_by_role("button", name="Save answer"))
    expect(person.page.locator(".note", has_text=note)).to_contain_text(words)


@pytest.mark.parametrize(
    ("width", "by"), [(1280, "mouse"), (375, "thumb"), (1280, "keyboard"), (375, "no scripts"), (1280, "no scripts")]
)
def test_three_people_make_an_issue(chromium: Browser, serving: Serving, width: int, by: str) -> None:
    """Ana writes and arranges, Ben and a guest note and suggest, all of it is answered and settled, and the whole is read."""
    ana, ben, guest = (Person(chromium, serving, width, by=by) for _ in range(3))
    ana.page.goto(serving.address)
    ana.open("/issues/1")
    _new_post(ana, "The boat that waits")
    ana.write("It waits for whoever still runs.")
    _new_post(ana, "The green buoy")
    _paste(ana)
    _paste_a_picture(ana)
    _arrange(ana)

    ben.page.goto(f"{serving.home}/enter")
    ben.page.locator("[name=email]").fill("ben@example.com")
    ben.page.locator("[name=password]").fill(PASSWORD)
    ben.page.keyboard.press("Enter")
    ben.page.wait_for_url(lambda url: "enter" not in url)
    _note(ben, "Is it still so?")
    here = _guest_notes(ana, guest, "Not since 2019.")
    _answer(ana, "Is it still so?", "It is.")
    _answer(ana, "Not since 2019.", "Thank you.")
    ben.open(f"/issues/1?part=post:{FERRIES}")
    ben.press(ben.page.locator(".note", has_text="Is it still so?").get_by_role("button", name="Settle"))
    expect(ben.page.locator(".over > summary")).to_have_text("1 settled")
    guest.page.goto(here)
    expect(guest.page.locator(".note")).to_contain_text("Thank you.")
    guest.button("Settle this note")
    expect(guest.page.locator(".note")).to_contain_text("settled")
    _note(ben, "Shorter.", instead=OTHER)
    ana.open(f"/issues/1?part=post:{FERRIES}")
    ana.press(ana.page.locator(".note", has_text="Shorter.").get_by_role("button", name="Accept"))
    expect(ana.page.locator("textarea.words")).to_have_value(re.compile(OTHER))

    ana.open("/issues/1/read")
    copy = ana.page.locator("#copy")
    for words in ("It waits for whoever still runs.", "The buoy is green.", OTHER):
        expect(copy).to_contain_text(words)
    expect(copy.locator("blockquote", has_text="The buoy is green.")).to_be_visible()
    expect(copy.get_by_alt_text("The pier")).to_be_visible()
    assert ana.page.evaluate("document.documentElement.scrollWidth") <= width
    assert [] == [one for one in threads_of(NoteFiles(serving.directory).entries(FILE)) if one.is_open]
    order = (serving.directory / "issues/001.md").read_text()
    assert order.index("green-buoy") < order.index("boat-that-waits")
    assert (serving.directory / "images/pier.png").is_file()
    for person in (ana, ben, guest):
        person.page.context.close()
