"""A whole week in the studio, in a real browser: wide and narrow, by keyboard alone, and with scripts that fail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.studio import week
from tests.studio.serving import Serving, browser, words_of
from tests.studio.week import READERS, SAID, THOUGHT, TITLE

# Whether one can see where the keyboard is: an outline, or the bar beside what is written. A frame shows it inside.
_SEEN = """() => {
  const e = document.activeElement;
  if (!e || e === document.body || e.tagName === 'IFRAME') return '';
  const style = getComputedStyle(e);
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return outlined || style.boxShadow !== 'none' || e.id === 'main' ? '' : e.outerHTML.slice(0, 120);
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=15_000)
    with browser() as opened:
        yield opened
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def article() -> Iterator[str]:
    with week.article() as page:
        yield page


@pytest.fixture
def serving(tmp_path: Path, article: str) -> Iterator[Serving]:
    with week.a_week(tmp_path / "weekly", article) as running:
        yield running


def _keep_and_draft(page: Page, *, scripts: bool = True) -> None:
    page.get_by_label("Your thought").fill(THOUGHT)
    page.get_by_role("button", name="Save it").click()
    if scripts:
        page.get_by_role("link", name="All finds").click()
    week.is_there(page, SAID)
    page.locator(".find").get_by_label("Tick").first.check()
    page.locator(".chosen").get_by_role("button", name="Shortlist").click()
    week.is_there(page, "On the shortlist")
    page.reload()
    page.get_by_role("button", name="Draft the next issue of them").click()
    week.is_there(page, "is drafted")


def _send(page: Page) -> None:
    page.get_by_role("button", name="Approve these words").click()
    week.is_there(page, "Approved: these words go")
    page.get_by_role("button", name="Review and send").click()
    expect(page.locator("#final")).to_contain_text(f"goes to {READERS} readers of “weekly”")
    week.is_there(page, "these very words were sent as a test")
    page.get_by_role("button", name="Send it now").click()
    expect(page.locator("dl.facts").first).to_contain_text(f"Handed over{READERS}", timeout=20_000)


@pytest.mark.parametrize("width", [1280, pytest.param(375, marks=pytest.mark.walks)])
def test_a_week_from_the_bookmarklet_to_the_outbox(
    chromium: Browser, serving: Serving, article: str, width: int
) -> None:
    """Found, kept, drafted, written, seen, tried, approved, looked at once more, sent, and reported; nothing asks elsewhere."""
    page = week.opened(chromium, serving, width)
    strange = week.watched(page.context, serving)
    page.on("pageerror", lambda error: strange.append(str(error)))
    page = week.by_bookmarklet(page, serving, article)
    expect(page.get_by_label("Quote")).to_have_value(SAID)
    expect(page.get_by_label("Title")).to_have_value("Why the ferry waits")
    assert SAID == page.locator("[name=html]").input_value() and "#" not in page.url
    assert "105" == page.locator("[name=position]").input_value()
    _keep_and_draft(page)
    page.wait_for_selector(".is-live .surface")
    narrow = width < 700

    page.locator("textarea.title").fill(TITLE)
    area, value = words_of(page), page.locator("textarea.words")
    assert THOUGHT in value.input_value()
    assert f"> {SAID}" in value.input_value()
    area.press("Control+End")
    area.press_sequentially("\n\nIt floats, dear ")
    page.get_by_role("button", name="First name").click()
    area.press("Control+End")
    area.press_sequentially(".\n\nWho runs, arrives.")
    area.press("Control+Shift+9")
    assert value.input_value().endswith('default("there") }}.\n\n> Who runs, arrives.')
    if narrow:
        page.get_by_role("link", name="See", exact=True).click()
    inside = page.frame_locator("#view iframe")
    expect(inside.locator("body")).to_contain_text("It floats, dear there.")
    expect(inside.locator("body")).to_contain_text(TITLE)
    if narrow:
        page.get_by_role("link", name="Outline", exact=True).click()
    expect(page.locator("#toc .post").first).to_contain_text(TITLE)
    page.locator("#toc .entry").first.click()
    page.get_by_label("Subject").fill("Who runs, arrives")
    page.get_by_role("link", name="Review and send").click()
    page.wait_for_url("**/send")

    page.get_by_label("Send a test to").fill("me@example.com")
    page.get_by_role("button", name="Send a test").click()
    week.is_there(page, "A test was handed over for me@example.com")
    assert week.sent_to(serving.directory) == 0
    _send(page)
    page.get_by_role("link", name="Report", exact=True).click()
    expect(page.locator("main")).to_contain_text(str(READERS))
    assert week.sent_to(serving.directory) == READERS
    assert strange == []
    page.context.close()


class Keys:
    """Somebody without a mouse: Tab until it is there, and every stop can be seen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, wanted: Locator) -> None:
        wanted.first.wait_for()
        target = wanted.first.element_handle()
        for _ in range(150):
            self.page.keyboard.press("Tab")
            assert self.page.evaluate(_SEEN) == "", self.page.url
            if target.evaluate("e => e === document.activeElement"):
                return
        raise AssertionError(f"no Tab leads to {wanted} on {self.page.url}")

    def press(self, name: str) -> None:
        """Go to a button or a link by its words, and press Enter."""
        either = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name))
        self.to(either)
        self.page.keyboard.press("Enter")

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)


@pytest.mark.walks
def test_a_week_by_keyboard_alone(chromium: Browser, serving: Serving, article: str) -> None:
    """Tab, Enter and the keys of the pages: from saving a find to its report, and the focus is seen at every stop."""
    page = week.by_bookmarklet(week.opened(chromium, serving, 1280), serving, article)
    keys = Keys(page)
    keys.type(THOUGHT)
    keys.press("Save it")
    keys.press("All finds")
    week.is_there(page, SAID)
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("e")
    week.is_there(page, "On the shortlist")
    page.reload()
    keys.press("Draft the next issue of them")
    page.wait_for_selector(".is-live .surface")

    keys.to(page.locator("textarea.title"))
    page.keyboard.press("Control+a")
    keys.type(TITLE)
    keys.press("Bold")
    page.keyboard.press("Control+End")
    keys.type("\n\nIt floats.")
    page.keyboard.press("Control+Shift+9")
    assert page.locator("textarea.words").input_value().endswith("\n\n> It floats.")
    expect(page.frame_locator("#view iframe").locator("body")).to_contain_text("It floats.")
    keys.press("Dark")
    expect(page.locator("#view .screen")).to_have_class("screen phone dark")
    keys.press("Review and send")
    page.wait_for_url("**/send")

    keys.to(page.get_by_label("Send a test to"))
    keys.type("me@example.com")
    page.keyboard.press("Enter")
    week.is_there(page, "A test was handed over for me@example.com")
    keys.press("Approve these words")
    week.is_there(page, "Approved: these words go")
    keys.press("Review and send")
    week.is_there(page, f"goes to {READERS} readers")
    keys.press("Send it now")
    expect(page.locator("dl.facts").first).to_contain_text(f"Handed over{READERS}")
    assert week.sent_to(serving.directory) == READERS
    page.wait_for_load_state()
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/studio/reports")
    page.context.close()


@pytest.mark.walks
def test_a_week_without_any_script(chromium: Browser, serving: Serving, article: str) -> None:
    """Every script fails to load: forms do all of it, and the words of a form that is refused are given back."""
    page = week.opened(chromium, serving, 375)
    page.context.route("**/*.js", lambda route: route.abort())
    page = week.by_bookmarklet(page, serving, article)
    _keep_and_draft(page, scripts=False)
    page.locator("#write").get_by_label("Title", exact=True).fill(TITLE)
    page.get_by_role("button", name="Save", exact=True).click()
    week.is_there(page, "Saved.")
    path = max(serving.directory.glob("posts/*ferry*.md"))
    assert TITLE in path.read_text()

    path.write_text(path.read_text().replace(THOUGHT, "Somebody else was here."))
    page.get_by_label("Our words and their quotes").fill("Mine, on the same line.")
    page.get_by_role("button", name="Save", exact=True).click()
    week.is_there(page, "was changed elsewhere")
    expect(page.get_by_label("Body")).to_have_value("Mine, on the same line.")
    assert "Somebody else was here." in path.read_text()
    page.get_by_role("link", name="Back to the page").click()

    page.get_by_role("link", name="Review and send").click()
    _send_without_watching(page)
    assert week.sent_to(serving.directory) == READERS
    page.context.close()


def _send_without_watching(page: Page) -> None:
    page.get_by_role("button", name="Approve these words").click()
    page.get_by_role("button", name="Review and send").click()
    page.get_by_role("button", name="Send it now").click()
    for _ in range(60):
        if f"Handed over {READERS}" in " ".join(page.locator("main").inner_text().split()):
            return
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError("it did not go")


@pytest.mark.walks
def test_scripts_that_fail_halfway_lose_nothing(chromium: Browser, serving: Serving) -> None:
    """One module missing leaves forms or the rest; a server that stops taking words is waited for."""
    path = serving.directory / "posts/2026-11-20-ferries-in-winter.md"
    page = week.opened(chromium, serving, 1280)
    for missing, words in (("preview", "Without a preview."), ("findings", "Without findings."), ("words", "By form.")):
        page.context.route(f"**/{missing}.js", lambda route: route.abort())
        page.goto(f"{serving.home}/issues/1")
        words_of(page).fill(words)
        save = page.get_by_role("button", name="Save", exact=True)
        if missing == "words":
            save.click()
            week.is_there(page, "Saved.")
        else:
            expect(save).to_be_hidden()
            expect(page.locator("#saved")).to_contain_text("saved ·")
        assert words in path.read_text()
        page.context.unroute(f"**/{missing}.js")
    page.goto(f"{serving.home}/issues/1")
    page.wait_for_selector(".is-live .surface")
    page.context.route("**/save", lambda route: route.abort())
    words_of(page).fill("Typed while nothing could be saved.")
    expect(page.locator("#saved")).to_contain_text("kept in this browser")
    page.context.unroute("**/save")
    expect(page.locator("#saved")).to_contain_text("saved ·")
    assert "Typed while nothing could be saved." in path.read_text()
    page.context.close()
