"""Every act of the studio on the narrowest phone: within the screen, none missing, and rows that scroll show that they do."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.studio.filled import looked_at, served
from tests.studio.serving import browser

# What can be pressed or filled in and is shown, by its words and its name, with every fold of the page open.
_ACTS = """() => {
  for (const fold of document.querySelectorAll('details')) fold.open = true;
  const all = document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary');
  return [...all].filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('.skip'))
    .map(e => [e.tagName, e.name, e.textContent.trim().slice(0, 40)].filter(Boolean).join(' '));
}"""
# Those that stay beside the screen however far one scrolls.
_BESIDE = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('.skip')).filter(e => {
    e.scrollIntoView({block: 'center', inline: 'center'});
    const box = e.getBoundingClientRect();
    return box.width && (box.left < -1 || box.right > innerWidth + 1);
  }).map(e => e.outerHTML.slice(0, 100))"""
# Rows that scroll sideways and do not say so.
_SILENT = """() => [...document.querySelectorAll('[role=toolbar], form')].filter(e => e.checkVisibility()
  && getComputedStyle(e).overflowX === 'auto' && e.scrollWidth > e.clientWidth + 2
  && !e.matches('.more-after, .more-before')).map(e => e.outerHTML.slice(0, 80))"""
# Keys are for keyboards; a find goes on the shortlist once it is ticked; a sentence that is read is edited by a tap on it.
_NOT_NEEDED = ("BUTTON Keys", "BUTTON press", "INPUT as-one", "A Edit this paragraph")


def _acts(page: Page, width: int) -> Counter[str]:
    """Also those of the other views of an issue, which stand beside the first one where there is room."""
    page.set_viewport_size({"width": width, "height": 760})
    views = page.locator(".modes-small a")
    if not views.count() or not views.first.is_visible():
        return Counter(page.evaluate(_ACTS))
    found: Counter[str] = Counter()
    for number in range(views.count()):
        views.nth(number).dispatch_event("click")
        found += Counter(page.evaluate(_ACTS))
    views.nth(1).dispatch_event("click")
    return found


@pytest.mark.walks
def test_every_act_is_reachable_on_the_narrowest_phone(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page at 320, 375 and 768 pixels: nothing wider than the screen, nothing left out, no edge that hides more in silence."""
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", sqlite_url)
    wrong: list[str] = []
    n_pages = 0
    with served(tmp_path / "weekly") as (_, address), browser() as chromium:
        page = chromium.new_context(service_workers="block", viewport={"width": 1280, "height": 760}).new_page()
        for path in looked_at(page, address):
            n_pages += 1
            wide = _acts(page, 1280)
            for width in (768, 375, 320):
                page.set_viewport_size({"width": width, "height": 760})
                page.wait_for_timeout(60)
                if (needed := page.evaluate("document.documentElement.scrollWidth")) > width:
                    wrong.append(f"{path} needs {needed} of {width} pixels")
                wrong += [f"{path}, {width}: no sign that it scrolls: {one}" for one in page.evaluate(_SILENT)]
            wrong += [f"{path} has no {one}" for one in wide - _acts(page, 320) if not one.startswith(_NOT_NEEDED)]
            wrong += [f"{path}, beside the screen: {one}" for one in page.evaluate(_BESIDE)]
            page.set_viewport_size({"width": 1280, "height": 760})

    assert not wrong, "\n".join(wrong)
    assert n_pages > 20


@pytest.mark.walks
def test_a_row_of_buttons_fades_where_it_goes_on(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At its right edge first, at both in its middle, at its left edge in the end; also after another part was opened."""
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", sqlite_url)
    with served(tmp_path / "weekly") as (_, address), browser() as chromium:
        page = chromium.new_context(viewport={"width": 320, "height": 760}).new_page()
        page.goto(address)
        page.goto(f"{address.partition('?')[0]}/issues/2?part=opening")
        for opened in ("A bench at platform two", ""):
            row = page.locator(".tools")
            expect(row).to_have_class("tools scrolls more-after")
            row.evaluate("row => row.scrollLeft = 60")
            expect(row).to_have_class("tools scrolls more-after more-before")
            row.evaluate("row => row.scrollLeft = 10_000")
            expect(row).to_have_class("tools scrolls more-before")
            if opened:
                page.get_by_role("link", name="Outline", exact=True).click()
                page.locator("#toc").get_by_role("link", name=opened).click()
                expect(page.locator("textarea.title")).to_have_value(opened)
