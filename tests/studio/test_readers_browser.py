"""Searching readers in a real browser: the rows follow what is typed, and the last letter wins."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from newsletter.readers.rows import ReaderRow
from newsletter.wiring import open_newsletter
from newsletter.words.subscriber import SubscriptionStatus
from tests.running import a_folder
from tests.studio.serving import browser, signed_in, studio


def test_rows_follow_what_is_typed(tmp_path: Path) -> None:
    """Letter by letter, by list and standing; the address keeps what was asked, and segments count themselves."""
    parts = open_newsletter(a_folder(tmp_path / "weekly"))
    rows = [ReaderRow(email=f"{name}@example.com", first_name=name.title()) for name in ("ana", "anja", "ben")]
    parts.consent.membership.join("weekly", rows, status=SubscriptionStatus.ACTIVE, consent="Asked")
    parts.engine.dispose()
    with studio(parts.directory) as serving, browser() as chromium:
        page = signed_in(chromium, serving)
        page.goto(f"{serving.home}/readers")
        shown = page.locator("#found .who")
        expect(shown).to_have_text(["ben@example.com", "anja@example.com", "ana@example.com"])
        page.keyboard.press("/")
        page.keyboard.type("anj")
        expect(shown).to_have_text(["anja@example.com", "anja@example.com"])
        page.keyboard.press("Backspace")
        page.keyboard.type("a@")
        expect(shown).to_have_text(["ana@example.com"])
        page.get_by_label("Who").select_option("left")
        expect(page.locator("#found")).to_contain_text("begins with")
        assert "standing=ended" in page.url
        page.goto(f"{serving.home}/readers/segments")
        page.get_by_label("Question").fill('first_name starts with "an"')
        expect(page.locator(".count")).to_have_text("2 readers of weekly fit now.")
