"""Composing in a real browser: no letter is lost, whatever ends, and whoever else writes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.running import a_folder
from tests.studio.serving import Serving, browser, select_words, signed_in, studio, words_of

POST = "posts/2026-11-20-ferries-in-winter.md"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    with studio(a_folder(tmp_path / "weekly")) as running:
        yield running


def _soon(check: Callable[[], bool], seconds: float = 5) -> None:
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.05)


def _compose(chromium: Browser, serving: Serving, *, width: int = 1280) -> Page:
    page = signed_in(chromium, serving, width=width)
    page.goto(f"{serving.home}/issues/1")
    page.wait_for_selector(".is-live .surface")
    return page


def test_what_is_typed_is_in_the_file_within_a_second(chromium: Browser, serving: Serving) -> None:
    """Nobody presses Save."""
    page = _compose(chromium, serving)
    words_of(page).fill("Typed just now.")
    path = serving.directory / POST

    _soon(lambda: path.read_text().endswith("\n\nTyped just now.\n"), seconds=1.5)
    expect(page.locator("#saved")).to_contain_text("saved")


def test_a_killed_studio_loses_nothing_that_was_typed(chromium: Browser, serving: Serving) -> None:
    """What came after the kill is kept in the browser, said to be, and saved when the studio is back."""
    page = _compose(chromium, serving)
    path = serving.directory / POST
    serving.kill()
    words_of(page).fill("Typed into the dark.")
    expect(page.locator("#saved")).to_contain_text("kept in this browser")
    serving.start()

    _soon(lambda: "Typed into the dark." in path.read_text(), seconds=8)


def test_a_closed_tab_gives_back_what_was_never_saved(chromium: Browser, serving: Serving) -> None:
    """The page was left while the studio was away; opened again it has the words, and saves them."""
    page = _compose(chromium, serving)
    serving.kill()
    words_of(page).fill("Nearly lost.")
    expect(page.locator("#saved")).to_contain_text("kept in this browser")
    context = page.context
    page.close(run_before_unload=False)
    serving.start()
    again = context.new_page()
    again.goto(f"{serving.home}/issues/1")

    expect(again.locator("textarea.words")).to_have_value("Nearly lost.")
    _soon(lambda: "Nearly lost." in (serving.directory / POST).read_text())


def test_two_tabs_on_one_post_keep_both_texts(chromium: Browser, serving: Serving) -> None:
    """One changes the title, the other the words; then both the same line, and the second one chooses."""
    one = _compose(chromium, serving)
    two = one.context.new_page()
    two.goto(f"{serving.home}/issues/1")
    two.wait_for_selector(".is-live .surface")
    path = serving.directory / POST
    # Not looking at the disk: as if both typed in the same second.
    two.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
    one.locator("textarea.title").fill("A title from the first tab")
    _soon(lambda: "from the first tab" in path.read_text())
    words_of(two).fill("Words from the second tab.")
    _soon(lambda: "from the second tab" in path.read_text())
    assert "A title from the first tab" in path.read_text()

    one.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
    one.reload()
    one.wait_for_selector(".is-live .surface")
    one.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
    words_of(two).fill("Words from two, again.")
    _soon(lambda: "two, again" in path.read_text())
    words_of(one).fill("Words from one, again.")
    expect(one.locator("#clash")).to_contain_text("changed elsewhere too")
    expect(one.locator("#clash")).to_contain_text("Words from two, again.")
    assert "two, again" in path.read_text()
    one.get_by_role("button", name="Keep mine").click()
    _soon(lambda: "one, again" in path.read_text())


def test_an_edit_on_disk_shows_at_once(chromium: Browser, serving: Serving) -> None:
    """A text editor or git changed the file: the open page follows."""
    page = _compose(chromium, serving)
    path = serving.directory / POST
    text = path.read_text()
    path.write_text(text[: text.rindex("---") + 4] + "\nFrom another editor.\n")

    expect(page.locator("textarea.words")).to_have_value("From another editor.", timeout=5000)


@pytest.mark.parametrize("is_plain", [False, True])
def test_a_paragraph_becomes_a_quote_and_comes_back(chromium: Browser, serving: Serving, is_plain: bool) -> None:
    """By key and by button, in the words as they look and in plain text; undo takes it back too."""
    page = _compose(chromium, serving)
    if is_plain:
        page.get_by_role("button", name="Plain text").click()
    area, value = words_of(page), page.locator("textarea.words")
    area.fill("One.\n\nTwo\nlines.\n\nThree.")
    area.press("ArrowUp")
    area.press("ArrowUp")
    area.press("Control+Shift+9")
    expect(value).to_have_value("One.\n\n> Two\n> lines.\n\nThree.")
    area.press("Control+z")
    expect(value).to_have_value("One.\n\nTwo\nlines.\n\nThree.")
    page.get_by_role("button", name="Quote").click()
    page.get_by_role("button", name="Quote").click()
    expect(value).to_have_value("One.\n\nTwo\nlines.\n\nThree.")


def test_posts_are_ordered_by_keys_and_by_dragging(chromium: Browser, serving: Serving) -> None:
    """Alt and an arrow moves the open post; the drawer's posts are dragged in."""
    for slug in ("2026-11-21-two", "2026-11-22-three"):
        (serving.directory / f"posts/{slug}.md").write_text(f"---\ntitle: {slug}\n---\n\nWords.\n")
    page = _compose(chromium, serving)
    page.locator(".drawer summary").click()
    page.locator(".unused", has_text="two").get_by_role("button").click()
    expect(page.locator("#toc .post")).to_have_count(2)
    page.locator(".unused", has_text="three").drag_to(page.locator("#toc .post").first)
    expect(page.locator("#toc .post")).to_have_count(3)
    page.locator("#toc .entry", has_text="three").click()
    page.wait_for_selector('form.part[data-key="post:2026-11-22-three"]')
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#toc .post").nth(1)).to_contain_text("three")
    page.locator("#toc .post", has_text="two").drag_to(page.locator("#toc .post").first)
    expect(page.locator("#toc .post").first).to_contain_text("two")
    page.locator("#toc .post", has_text="two").hover()
    page.mouse.down()
    page.mouse.move(40, 420)
    page.locator(".next-issue").hover()
    page.locator(".next-issue").hover()
    page.mouse.up()
    expect(page.locator("#saved")).to_contain_text("Held over to issue 2.")
    expect(page.locator("#toc .post")).to_have_count(2)


def test_without_scripts_a_press_of_down_keeps_the_words(chromium: Browser, serving: Serving) -> None:
    """The button is of the form that was typed in; Enter in a field saves and moves nothing."""
    (serving.directory / "posts/2026-11-21-two.md").write_text("---\ntitle: Two\n---\n\nWords.\n")
    path = serving.directory / POST
    path.write_text(path.read_text().replace("title:", "checks: [Is it one]\ntitle:", 1))
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(serving.address)
    page.goto(f"{serving.home}/issues/1")
    page.locator(".drawer summary").click()
    page.get_by_role("button", name="Put in Two").click()
    page.locator("#toc .entry", has_text="Ferries").click()
    words_of(page).fill("Typed without a script.")
    page.get_by_role("button", name="Down").click()
    expect(page.locator("#toc .post").last).to_contain_text("Ferries")
    expect(page.locator("textarea.words")).to_have_value("Typed without a script.")
    page.locator(".source summary").first.click()
    page.get_by_label("Source").fill("The harbour office")
    page.get_by_label("Source").press("Enter")
    expect(page.locator(".said")).to_have_text("Saved.")
    expect(page.locator("#toc .post").last).to_contain_text("Ferries")
    text = path.read_text()
    assert "Is it one" in text
    assert "The harbour office" in text
    assert text.endswith("\nTyped without a script.\n")


def test_what_is_taken_out_is_put_back_where_it_was(chromium: Browser, serving: Serving) -> None:
    """One press, and until then the post lies in the drawer."""
    for slug in ("2026-11-21-two", "2026-11-22-three"):
        (serving.directory / f"posts/{slug}.md").write_text(f"---\ntitle: {slug}\n---\n\nWords.\n")
    issue = serving.directory / "issues/001.md"
    issue.write_text(issue.read_text().replace("posts: [", "posts: [2026-11-21-two, 2026-11-22-three, ", 1))

    page = _compose(chromium, serving)
    page.locator("#toc .entry", has_text="three").click()
    page.wait_for_selector('form.part[data-key="post:2026-11-22-three"]')
    page.get_by_role("button", name="Take out of this issue").click()
    expect(page.locator("#toc .post")).to_have_count(2)
    expect(page.locator(".drawer")).to_contain_text("three")
    page.get_by_role("button", name="Put it back").press("Enter")
    expect(page.locator("#toc .post").nth(1)).to_contain_text("three")
    expect(page.locator(".drawer")).not_to_contain_text("three")


def test_keys_decide_whose_words_a_paragraph_is(chromium: Browser, serving: Serving) -> None:
    """The doubt is marked in the mail beside too; `1` makes it a quote, and `u` brings back the very file."""
    path = serving.directory / POST
    doubt = "checks: ['“It is a law …” may be a quote: it is short']"
    path.write_text(f"---\ntitle: Ferries\n{doubt}\n---\n\n> It is late.\n\nIt is a law now.\n")
    before = path.read_text()
    page = _compose(chromium, serving)
    expect(page.frame_locator("#view iframe").get_by_text("Theirs or ours? it is short")).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator("#whose-head")).to_have_text("All decided")
    assert path.read_text().endswith("---\n\n> It is late.\n>\n> It is a law now.\n")
    page.keyboard.press("u")
    expect(page.locator("#whose-head")).to_have_text("One left to decide")
    assert path.read_text() == before


@pytest.mark.walks
def test_what_others_write_while_a_picture_is_chosen_stays(chromium: Browser, serving: Serving, tmp_path: Path) -> None:
    """The part is not drawn afresh under an open question: the picture would go into words that are not on the page any more."""
    page = _compose(chromium, serving)
    select_words(page, "A timetable")
    page.locator("[data-tool=image]").click()
    picture = tmp_path / "boat.png"
    Image.new("RGB", (40, 30), "navy").save(picture)
    page.locator("#picture-file").set_input_files(picture)
    page.locator("#picture-alt").fill("A boat in ice")
    path = serving.directory / POST
    path.write_text(path.read_text().replace("The last boat", "The very last boat"))
    # Longer than the page waits between two looks at its files.
    page.wait_for_timeout(2000)
    page.get_by_role("button", name="Insert", exact=True).click()

    _soon(lambda: "![A boat in ice](images/" in path.read_text() and "The very last boat" in path.read_text())
    page.wait_for_timeout(500)
    words_of(page).press("End")
    page.keyboard.type("More.")
    _soon(lambda: "More." in path.read_text())
    assert "![A boat in ice](images/" in path.read_text() and "The very last boat" in path.read_text()


@pytest.mark.walks
def test_a_reason_that_is_half_typed_stays_in_a_line_that_is_closed_again(chromium: Browser, serving: Serving) -> None:
    """The list is drawn afresh whenever something was saved. What is in the way of the preview names no file."""
    path = serving.directory / POST
    path.write_text(path.read_text() + "\nTODO: say why.\n")
    page = _compose(chromium, serving)
    page.locator("#found-count").click()
    row = page.locator("#found .finding", has_text="TODO")
    row.locator("summary").click()
    row.locator("[name=reason]").fill("It is the joke.")
    row.locator("summary").click()
    page.locator("#found-count").click()
    with page.expect_response(re.compile("findings.bare")):
        words_of(page).fill("TODO: say why, and when.")
    page.wait_for_timeout(500)
    assert row.locator("[name=reason]").input_value() == "It is the joke."
    path.write_text(path.read_text() + "\n![](images/none.png)\n")
    expect(page.locator("#view")).to_contain_text("This picture has no words")
    expect(page.locator("#view")).not_to_contain_text(".md")
    expect(page.locator("#view")).to_contain_text("(in “")
