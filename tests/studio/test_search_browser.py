"""Ctrl K in a real browser: search as one types, by keys alone, and a link to our own old issue put into the words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from newsletter.compose.press import press
from newsletter.readers.rows import ReaderRow
from newsletter.wiring import open_newsletter
from newsletter.words.subscriber import SubscriptionStatus
from tests.running import a_folder
from tests.studio.serving import Serving, browser, signed_in, studio, words_of


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=15_000)
    with browser() as opened:
        yield opened
    expect.set_options(timeout=5_000)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """Its first issue is in the archive."""
    parts = open_newsletter(a_folder(tmp_path / "weekly"))
    parts.consent.membership.add_list("weekly")
    rows = [ReaderRow(email="ana@example.com")]
    parts.consent.membership.join("weekly", rows, status=SubscriptionStatus.ACTIVE, consent="form")
    edition = press(parts.shelf, parts.config.newsletter, 1).rendered.edition
    parts.ledger.planning.open_mailing(edition, list_name="weekly", parcel_size=10, start_at=None)
    parts.drain(threading.Event()).once()
    parts.engine.dispose()
    with studio(tmp_path / "weekly") as running:
        yield running


@pytest.mark.walks
def test_our_own_old_item_is_linked_to_from_the_words(chromium: Browser, serving: Serving) -> None:
    """Opened by its key, worked by the arrows, and closed into the words; where nothing is written it leads there."""
    page = signed_in(chromium, serving)
    page.goto(f"{serving.home}/issues/1?part=closing")
    words = words_of(page)
    words.fill("As we wrote: ")
    words.press("Control+End")
    page.keyboard.press("Control+k")
    page.keyboard.type("winter ferry")
    page.get_by_role("button", name="Link to it (Ferries in winter)").click()
    expect(page.locator("textarea.words")).to_have_value(
        "As we wrote: [Ferries in winter](https://ferries.example.com/issues/1)"
    )
    expect(words).to_be_focused()

    page.goto(f"{serving.home}/settings")
    page.keyboard.press("Control+k")
    page.keyboard.type("captain")
    expect(page.locator(".results .hit mark").first).to_have_text("captain")
    expect(page.get_by_role("button", name="Link to it")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/issues/1?part=post:*")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keys ?").click()
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
