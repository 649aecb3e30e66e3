"""From written words to an approved Thursday, press by press: wide and narrow, by mouse, by keyboard and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from newsletter.wiring import open_newsletter
from tests.running import a_folder
from tests.studio.serving import browser, studio

MOST = 12


class Presses:
    """Somebody who presses links and buttons, and is counted."""

    def __init__(self, page: Page, *, by_keyboard: bool) -> None:
        self.page, self.n = page, 0
        self._by_keyboard = by_keyboard

    def press(self, name: str, *, role: str = "button") -> None:
        found: Locator = self.page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
        if self._by_keyboard:
            found.focus()
            self.page.keyboard.press("Enter")
        else:
            found.click()
        self.n += 1

    def follow(self, name: str) -> None:
        self.press(name, role="link")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.mark.walks
@pytest.mark.parametrize(
    ("width", "scripts", "by_keyboard"),
    [(1280, True, False), (375, True, False), (1280, True, True), (375, False, False)],
)
def test_an_approved_thursday_takes_few_presses(
    chromium: Browser, tmp_path: Path, width: int, *, scripts: bool, by_keyboard: bool
) -> None:
    """No list and no schedule yet: both are made on the way, and the main button asks for neither."""
    folder = a_folder(tmp_path / "weekly")
    with studio(folder) as serving:
        page = chromium.new_context(viewport={"width": width, "height": 800}, java_script_enabled=scripts).new_page()
        page.goto(serving.address)
        person = Presses(page, by_keyboard=by_keyboard)
        person.follow("Readers")
        person.follow("Lists")
        page.get_by_label("Name", exact=True).fill("weekly")
        person.press("Make it")
        person.follow("Settings")
        person.follow("When it goes out")
        page.get_by_label(re.compile("^When")).first.fill("every thursday 09:00")
        person.press("Show the times")
        person.press("Save")
        person.follow("This week")
        expect(page.locator("#lead")).to_contain_text("To approve.")
        name = page.get_by_role("button", name=re.compile("^Approve for Thu")).first.inner_text()
        person.press(name)
        expect(page.locator("#lead")).to_contain_text("Approved by")
        assert person.n <= MOST, person.n

        page.get_by_role("button", name="Skip this Thursday").click()
        expect(page.locator(".skipped")).to_contain_text("is skipped: nobody gets anything then.")
        page.get_by_role("button", name="Don’t skip it").click()
        expect(page.locator(".skipped")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if scripts else True
        page.context.close()
    parts = open_newsletter(folder)
    assert parts.schedule.approvals.find(1) is not None
    parts.engine.dispose()
