"""Every public page for people who can't see, see little, or have no mouse: both themes, a phone and a desk.

`make oracles` asks axe-core, which we did not write, about the same pages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import chromium
from tests.web.examining import LOOKS, Scheme, by_keyboard, examined
from tests.web.served import every_letter, every_page, served

LANDMARKS = ["h1", "header", "main", "footer", "nav[aria-label]"]


@pytest.fixture(scope="module")
def browser() -> Any:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium.path(), args=chromium.ARGUMENTS)
        yield browser
        browser.close()


@pytest.mark.parametrize("looks", LOOKS)
def test_every_page_can_be_read_heard_and_worked_by_keyboard(
    browser: Browser,
    tmp_path: Path,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
    looks: list[tuple[Scheme, int]],
) -> None:
    """Labels, landmarks, headings, contrast, size of targets, order and visibility of the focus; 375 and 1280 px."""
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", sqlite_url)
    wrong: list[str] = []
    with served(tmp_path / "weekly") as (parts, address):
        pages = every_page(parts, address)
        page = browser.new_page()
        for name, open_page in pages.items():
            open_page(page)
            for scheme, width in looks:
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size({"width": width, "height": 760})
                wrong += [f"{name}, {scheme}, {width}: {one}" for one in examined(page, LANDMARKS)]
            wrong += [f"{name}: {one}" for one in by_keyboard(page)]
        page.close()

    assert wrong == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_mail_to_one_person_can_be_read_on_light_and_dark_screens(browser: Browser, language: str) -> None:
    """The question to confirm, the answer, the new address, asking again, and a welcome with a link and a list."""
    page = browser.new_page()
    wrong: list[str] = []
    grounds: set[str] = set()
    for name, mail in every_letter(language).items():
        page.set_content(mail)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for width in (375, 700):
                page.set_viewport_size({"width": width, "height": 760})
                wrong += [f"{name}, {scheme}, {width}: {one}" for one in examined(page, ["h1"])]
            grounds.add(page.evaluate("getComputedStyle(document.querySelector('.sheet')).backgroundColor"))
    page.close()

    assert wrong == []
    assert len(grounds) == 2


def test_the_examination_finds_what_is_planted(browser: Browser) -> None:
    """A test of pages that finds nothing is worth what it would find."""
    page = browser.new_page(viewport={"width": 375, "height": 760})
    page.set_content(
        '<title>x</title><h1>a</h1><h3>b</h3><p style="color:#999">pale</p><input name="bare" style="border-color:#eee">'
        '<input type="radio" name="alone"><button style="outline:none"></button><div style="width:900px">wide</div>'
    )

    found = " ".join([*examined(page, LANDMARKS), *by_keyboard(page)])

    for wrong in (
        "0 of main",
        "no language",
        "no title",
        "wider than the screen",
        "heading jumps: b",
        "no label: bare",
        "no legend: alone",
        "without words",
        "contrast 2.85: pale",
        "edge of bare",
        "the focus can't be seen",
    ):
        assert wrong in found, found
    page.close()
