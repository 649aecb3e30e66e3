"""Findings beside the words, in a real browser: opened, fixed, undone and accepted by keyboard, and nothing half typed is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.running import a_folder
from tests.studio.serving import browser, signed_in, studio, words_of

POST = "posts/2026-11-20-ferries-in-winter.md"


def _opened(page: Page, words: str) -> None:
    """Open the finding that says these words, by keyboard."""
    page.locator("#found summary").filter(has_text=words).press("Enter")


@pytest.mark.walks
@pytest.mark.parametrize("width", [1280, 375])
def test_findings_are_settled_beside_the_words(tmp_path: Path, width: int) -> None:
    """The file says what the page said before the press; a reason that is half typed stays while the words change."""
    folder = a_folder(tmp_path / "weekly")
    path = folder / POST
    path.write_text(
        path.read_text() + "\nSee [why](https://example.com/a?utm_source=x) and [here](https://example.org/b).\n"
    )
    before = path.read_text()
    with browser() as chromium, studio(folder) as serving:
        page = signed_in(chromium, serving, width=width)
        page.goto(f"{serving.home}/issues/1")
        expect(page.locator("#found-count")).to_contain_text("to check")
        page.locator("#found-count").press("Enter")
        _opened(page, "utm_source")
        row = page.locator("#found .finding").filter(has_text="utm_source")
        expect(row.locator("del")).to_have_text("https://example.com/a?utm_source=x")
        row.get_by_role("button", name="Fix").press("Enter")
        expect(page.get_by_role("button", name="Undo")).to_be_visible()
        assert "utm_source" not in path.read_text()
        page.get_by_role("button", name="Undo").press("Enter")
        expect(row).to_have_count(1)
        assert path.read_text() == before

        _opened(page, "is all that the link says")
        reason = page.locator("#found .finding").filter(has_text="is all that the link says").locator("[name=reason]")
        reason.fill("Our readers know")
        words_of(page).press("End")
        words_of(page).type(" More.")
        expect(page.locator("#saved")).to_contain_text("saved")
        page.wait_for_timeout(1500)
        expect(reason).to_have_value("Our readers know")
        reason.press("Enter")
        expect(page.locator("#found .accepted")).to_contain_text("Our readers know")
        assert "vague-link https://example.org/b" in (folder / "issues/001.md").read_text()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
