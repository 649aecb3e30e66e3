"""Sixty finds become twelve in a real browser: by keyboard alone, by thumb, without scripts, and with a page that is left too soon."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from newsletter.wiring import Parts, open_newsletter
from newsletter.wiring.collect import collect_desk
from newsletter.words.find import FindDraft, FindStatus, Origin
from tests.running import a_folder
from tests.studio import week
from tests.studio.serving import Serving, browser, studio

SECTIONS = "The long read: 2; To look at: 2; Short: 4; Listen: 2; One more thing: 2"
MOST_PRESSES = 75


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


def _filled(directory: Path, n_finds: int) -> Parts:
    """A newsletter whose finds nobody can fetch: half of them of a feed."""
    a_folder(directory)
    with (directory / "newsletter.toml").open("a") as settings:
        settings.write(f'sections = "{SECTIONS}"\n')
    # The first press begins the issue.
    (directory / "issues" / "001.md").unlink()
    parts = open_newsletter(directory)
    desk = collect_desk(parts)
    for number in range(n_finds):
        origin = Origin.FEED if number % 2 else Origin.PERSON
        words = {"title": f"Find {number}", "summary": "It floats.", "site": "Coast"}
        desk.finds.add(FindDraft(url=f"https://nowhere.invalid/{number}", origin=origin, source="Coast", **words))
    return parts


@pytest.fixture
def few(tmp_path: Path) -> Iterator[tuple[Parts, Serving]]:
    parts = _filled(tmp_path / "weekly", 6)
    with studio(tmp_path / "weekly") as serving:
        yield parts, serving
    parts.engine.dispose()


@pytest.fixture
def sixty(tmp_path: Path) -> Iterator[tuple[Parts, Serving]]:
    parts = _filled(tmp_path / "weekly", 60)
    with studio(tmp_path / "weekly") as serving:
        yield parts, serving
    parts.engine.dispose()


def _finds_page(chromium: Browser, serving: Serving, width: int, *, scripts: bool = True) -> Page:
    context = chromium.new_context(
        viewport={"width": width, "height": 812}, java_script_enabled=scripts, has_touch=width < 500
    )
    page = context.new_page()
    page.on("pageerror", lambda error: (_ for _ in ()).throw(AssertionError(str(error))))
    page.goto(serving.address)
    page.goto(f"{serving.home}/finds")
    return page


def _counts(parts: Parts) -> tuple[int, int, int, int]:
    """How many wait, are put off, were used, and were dropped."""
    finds = collect_desk(parts).finds
    used, dropped = finds.count(FindStatus.KEPT), finds.count(FindStatus.DISMISSED)
    return finds.count(), finds.count(later=True), used, dropped


def _sections(parts: Parts) -> list[tuple[str, int]]:
    return [(section.title, len(section.posts)) for section in parts.issues.get_issue(1).sections]


FULL = [("The long read", 2), ("To look at", 2), ("Short", 4), ("Listen", 2), ("One more thing", 2)]
# Section by section, as often as it has places.
TWELVE = "112233334455"


def test_presses_are_seen_at_once_sent_in_order_and_taken_back(chromium: Browser, few: tuple[Parts, Serving]) -> None:
    """By keys; ticked ones together, several as one post; Undo brings rows back where they were; nothing moves the page."""
    parts, serving = few
    page = _finds_page(chromium, serving, 1280)
    page.keyboard.press("j")
    for key in ("1", "l", "x"):
        page.keyboard.press(key)
    expect(page.locator("#filling li").first).to_contain_text("1 of 2")
    page.keyboard.press("Shift+j")
    page.keyboard.press("m")
    page.keyboard.press("3")
    expect(page.locator("#done")).to_contain_text("one post of 2 finds")
    assert (1, 1, 3, 1) == _counts(parts)
    page.keyboard.press("u")
    expect(page.locator(".find:visible")).to_have_count(3)
    for _ in range(2):
        page.keyboard.press("u")
    expect(page.locator("#done")).to_contain_text("Waiting again")
    expect(page.locator(".find:visible")).to_have_count(5)
    assert (5, 0, 1, 0) == _counts(parts)
    page.context.close()


def test_what_was_pressed_goes_along_when_the_page_is_left(chromium: Browser, few: tuple[Parts, Serving]) -> None:
    """Closed in the middle of a run of presses: each of them is done."""
    parts, serving = few
    page = _finds_page(chromium, serving, 1280)
    page.keyboard.press("j")
    for _ in range(5):
        page.keyboard.press("x")
    page.goto(f"{serving.home}/readers")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for _ in range(50):
        if _counts(parts)[3] == 5:
            break
        page.wait_for_timeout(100)

    assert (1, 0, 0, 5) == _counts(parts)
    page.context.close()


def test_without_scripts_every_press_is_a_button(chromium: Browser, few: tuple[Parts, Serving]) -> None:
    """One for a row, one for all that are ticked, and one that takes the last press back; filters stay as they were."""
    parts, serving = few
    page = _finds_page(chromium, serving, 375, scripts=False)
    page.get_by_role("searchbox", name="Search").fill("Find")
    page.get_by_role("button", name="Filter").click()
    page.locator(".find").first.get_by_role("button", name="2 To look at").click()
    expect(page.locator(".said")).to_contain_text("in “To look at” of issue 1")
    assert "q=Find" in page.url
    for row in (0, 1):
        page.locator(".find input[type=checkbox]").nth(row).check()
    page.locator(".chosen").get_by_role("button", name="Drop").click()
    expect(page.locator(".said")).to_contain_text("Dropped: 2 finds")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".said")).to_contain_text("Waiting again: 2 finds")

    assert (5, 0, 1, 0) == _counts(parts)
    page.context.close()


@pytest.mark.walks
def test_a_page_is_read_while_one_looks(chromium: Browser, tmp_path: Path) -> None:
    """Saved as a bare address, it has its title and its minutes within a beat, on the page that is open."""
    with week.article() as address, week.a_week(tmp_path / "weekly", address) as serving:
        page = _finds_page(chromium, serving, 1280)
        page.get_by_label("Address").fill(address)
        page.get_by_role("button", name="Save it").click()
        row = page.locator(".find")
        expect(row.locator(".title")).to_have_text("127.0.0.1, still to be read")
        expect(row.locator(".title")).to_have_text("Why the ferry waits", timeout=60_000)
        expect(row.locator(".about")).to_contain_text("Harbour Notes · Jo Dahl · 1 min")
        page.context.close()


@pytest.mark.walks
def test_sixty_become_twelve_by_keyboard_alone(chromium: Browser, sixty: tuple[Parts, Serving]) -> None:
    """Twelve into five sections, each filled as it says; the rest is dropped: one press for each and one to begin."""
    parts, serving = sixty
    page = _finds_page(chromium, serving, 1280)
    keys = ["j", *(key for key in TWELVE for key in (key, *"xxxx"))]
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator('[data-count="waiting"]')).to_have_text("0", timeout=60_000)

    assert len(keys) <= MOST_PRESSES
    assert ((0, 0, 12, 48), FULL) == (_counts(parts), _sections(parts))
    page.context.close()


@pytest.mark.walks
def test_sixty_become_twelve_by_thumb(chromium: Browser, sixty: tuple[Parts, Serving]) -> None:
    """At 375 px, with taps on what can be seen, and no press that is not a tap."""
    parts, serving = sixty
    page = _finds_page(chromium, serving, 375)
    presses = [act for key in TWELVE for act in (f"s{key}", *("x",) * 4)]
    for act in presses:
        page.locator(f'.find:not([hidden]) [name=press][value$=" {act}"]').first.tap()
    expect(page.locator('[data-count="waiting"]')).to_have_text("0", timeout=60_000)

    assert len(presses) <= MOST_PRESSES
    assert ((0, 0, 12, 48), FULL) == (_counts(parts), _sections(parts))
    page.context.close()
