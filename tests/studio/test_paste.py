"""Formatted text that is pasted in the studio: Markdown for a script, or for a form without one, and nothing lost in silence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.running import a_folder
from tests.studio.conftest import World
from tests.studio.serving import Serving, browser, select_words, signed_in, studio, words_of

POST = "posts/2026-11-20-ferries-in-winter.md"
HTML = (
    "<p>I took <b>that boat</b> for six years.</p><blockquote>They came with <a href='https://example.com/p'>a piano</a>."
    "</blockquote><aside class='newsletter'>Sign up <button>Now</button></aside><script>top.hit=1</script>"
)
TEXT = "I took **that boat** for six years.\n\n> They came with [a piano](https://example.com/p)."


def test_a_script_gets_markdown_and_hears_what_was_left_out(world: World) -> None:
    """Nothing is written: the script inserts it where the caret is."""
    before = (world.parts.directory / POST).read_text()
    answer = world.post_json("/issues/1/paste", {"file": POST, "html": HTML}).json()

    assert answer == {"text": TEXT, "doubts": [], "said": ["Left out: 3 words, “Sign up Now”."]}
    assert (world.parts.directory / POST).read_text() == before


def test_what_is_in_doubt_goes_into_the_post_s_checks_once(world: World) -> None:
    """By the way of every other field, so that two people's lines both stand."""
    html = "<p>I took that boat for six years.</p><p>“They came with a piano,” she said, “and stayed.”</p><p>Short.</p>"
    answer = world.post_json("/issues/1/paste", {"file": POST, "html": html}).json()
    version = world.parts.sheets.note(POST, at=world.parts.clock.now()).version
    for _ in range(2):
        fields = {"file": POST, "base": version, "field": "doubts", "value": "\n".join(answer["doubts"])}
        version = world.post_json("/issues/1/save", fields).json()["version"]

    assert answer["said"] == ["1 paragraph may be somebody else's words."]
    assert [check[1:6] for check in world.parts.posts.get_post("2026-11-20-ferries-in-winter").checks] == ["Short"]


def test_a_form_without_scripts_inserts_at_the_end_of_what_was_typed(world: World) -> None:
    """The words typed above are saved with it."""
    base = world.parts.sheets.note(POST, at=world.parts.clock.now()).version
    fields = {"file": POST, "base": base, "field": "body", "value-body": "Typed.", "into": "body", "html": HTML}
    world.post("/issues/1/paste", part="post:2026-11-20-ferries-in-winter", **fields)

    assert (world.parts.directory / POST).read_text().endswith(f"\n\nTyped.\n\n{TEXT}\n")
    assert "Left out: 3 words" in world.client.get("/studio/issues/1").text


def test_an_opening_takes_it_before_the_posts(world: World) -> None:
    """Not behind the line that the posts stand at."""
    base = world.parts.sheets.note("issues/001.md", at=world.parts.clock.now()).version
    fields = {"file": "issues/001.md", "base": base, "into": "intro", "html": "<p>More of <i>ours</i>.</p>"}
    world.post("/issues/1/paste", part="opening", **fields)

    assert world.parts.issues.get_issue(1).intro.endswith("More of *ours*.")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    with studio(a_folder(tmp_path / "weekly")) as running:
        yield running


def _paste(page: Page, html: str, plain: str) -> None:
    words_of(page).evaluate(
        """(field, [html, plain]) => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            data.setData("text/plain", plain);
            field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        [html, plain],
    )


def test_pasting_in_a_browser_is_one_step_and_survives_a_dead_studio(chromium: Browser, serving: Serving) -> None:
    """At the caret, between the paragraphs; one undo takes it back; nothing of it runs; without a studio the words come plain."""
    page = signed_in(chromium, serving)
    page.goto(f"{serving.home}/issues/1")
    page.wait_for_selector(".is-live .surface")
    area = page.locator("textarea.words")
    words_of(page).fill("Before. After.")
    select_words(page, " ")
    _paste(page, HTML, "plain")
    # The child process that reads it starts with the first one.
    expect(area).to_have_value(f"Before.\n\n{TEXT}\n\nAfter.", timeout=20_000)
    expect(page.locator(".pasted")).to_contain_text("Left out: 3 words")
    assert page.evaluate("top.hit") is None
    words_of(page).press("Control+z")
    expect(area).to_have_value("Before. After.")
    page.route("**/paste", lambda route: route.abort())
    _paste(page, HTML, "I took that boat.")
    expect(area).to_have_value("Before.I took that boat.After.")
    expect(page.locator(".pasted")).to_contain_text("without their formatting")


@pytest.mark.walks
def test_addresses_pictures_and_the_menu_work_where_the_cursor_is(chromium: Browser, serving: Serving) -> None:
    """A link over selected words, a picture that asks what it shows, a divider by a slash, and a post held over."""
    page = signed_in(chromium, serving)
    page.goto(f"{serving.home}/issues/1")
    page.wait_for_selector(".is-live .surface")
    area = page.locator("textarea.words")
    words_of(page).fill("The boat.\n")
    select_words(page, "boat")
    _paste(page, "", "https://example.com/boat")
    expect(area).to_have_value("The [boat](https://example.com/boat).\n")
    words_of(page).press("Control+End")
    words_of(page).press("/")
    page.get_by_role("menuitem", name="Divider").press("Enter")
    expect(area).to_have_value("The [boat](https://example.com/boat).\n\n---\n\n")
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
    page.get_by_role("button", name="Insert", exact=True).click()
    expect(area).to_have_value(
        "The [boat](https://example.com/boat).\n\n---\n\n![The pier](images/pier.png)", timeout=20_000
    )
    page.get_by_role("button", name="Hold over to 2").click()
    expect(page.locator("#saved")).to_contain_text("Held over to issue 2")


@pytest.mark.walks
def test_without_scripts_on_a_phone_it_is_plainer_and_nothing_is_lost(chromium: Browser, serving: Serving) -> None:
    """Formatted text, a picture and an address by fields; typed words go with each press; the post is held over."""
    signed = signed_in(chromium, serving)
    context = chromium.new_context(viewport={"width": 375, "height": 800}, java_script_enabled=False)
    context.add_cookies(signed.context.cookies())  # type: ignore[arg-type]  # what it gives is what it takes
    page = context.new_page()
    page.goto(f"{serving.home}/issues/1")
    page.locator("textarea.words").fill("Typed first.")
    page.get_by_text("Insert a picture, an address or formatted text").click()
    page.get_by_label("The text as HTML").fill(HTML)
    page.get_by_role("button", name="Insert text").click()
    expect(page.locator("textarea.words")).to_have_value(f"Typed first.\n\n{TEXT}", timeout=20_000)
    expect(page.get_by_text("Left out: 3 words")).to_be_visible()
    picture = BytesIO()
    Image.new("RGB", (30, 20), "navy").save(picture, "PNG")
    page.get_by_text("Insert a picture, an address or formatted text").click()
    page.locator("#bring-picture").set_input_files(
        {"name": "pier.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )
    page.locator("#bring-alt").fill("The pier")
    page.get_by_role("button", name="Insert picture").click()
    expect(page.locator("textarea.words")).to_have_value(
        re.compile(r"!\[The pier\]\(images/pier\.png\)$"), timeout=20_000
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.get_by_role("button", name="Hold over to 2").click()
    expect(page.get_by_text("Held over to issue 2.")).to_be_visible()
    page.goto(f"{serving.home}/issues/2")
    expect(page.locator("textarea.words")).to_have_value(re.compile("^Typed first"))
