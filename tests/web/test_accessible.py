"""Every public page for people who can't see, see little, or have no mouse: both themes, a phone and a desk.

`make oracles` asks axe-core, which we did not write, about the same pages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import chromium
from tests.web.served import every_page, served

pytestmark = pytest.mark.slow

# What a page is made of, and what is wrong with it, as sentences. Contrast as WCAG 2.2 defines it (1.4.3, 1.4.11).
_EXAMINE = """() => {
  const wrong = [];
  const one = (what, n) => { if (n !== 1) wrong.push(`${n} of ${what}`) };
  const shown = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden' && !e.closest('.away, .skip');
  for (const what of ['h1', 'header', 'main', 'footer', 'nav[aria-label]']) one(what, document.querySelectorAll(what).length);
  if (!document.documentElement.lang) wrong.push('no language');
  if (document.title.split(' · ')[0].trim().length < 3) wrong.push('no title');
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`wider than the screen: ${document.documentElement.scrollWidth}`);
  let level = 0;
  for (const h of document.querySelectorAll('h1,h2,h3')) {
    if (+h.tagName[1] > level + 1) wrong.push(`heading jumps: ${h.textContent}`);
    level = +h.tagName[1];
  }
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  if (new Set(ids).size < ids.length) wrong.push('an id twice');
  for (const e of document.querySelectorAll('input:not([type=hidden]), select')) {
    if (![...e.labels].some(l => l.textContent.trim())) wrong.push(`no label: ${e.name}`);
    if (e.type === 'radio' || e.type === 'checkbox') { if (!e.closest('fieldset')?.querySelector('legend')) wrong.push(`no legend: ${e.name}`) }
    const about = e.getAttribute('aria-describedby');
    if (about && !document.getElementById(about)) wrong.push(`described by nothing: ${e.name}`);
  }
  for (const e of document.querySelectorAll('button, a[href]')) if (!e.textContent.trim() && !e.querySelector('img[alt]')) wrong.push('a button or link without words');
  for (const e of document.querySelectorAll('button, input:not([type=hidden]), select, nav a')) {
    if (!shown(e)) continue;
    const box = (e.type === 'radio' || e.type === 'checkbox' ? e.closest('label') || e : e).getBoundingClientRect();
    if (box.height < 24 || box.width < 24) wrong.push(`too small to hit: ${e.name || e.textContent}`);
  }
  const rgb = c => { const n = c.match(/[\\d.]+/g).map(Number); return n.length < 4 || n[3] > 0 ? n : null };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
  const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c) return c } return [255, 255, 255] };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05) };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !shown(e)) continue;
    const found = ratio(rgb(getComputedStyle(e).color), ground(e));
    if (found < 4.5) wrong.push(`contrast ${found.toFixed(2)}: ${walker.currentNode.textContent.trim()}`);
  }
  for (const e of document.querySelectorAll('input:not([type=hidden], [type=radio], [type=checkbox]), select')) {
    if (shown(e) && ratio(rgb(getComputedStyle(e).borderTopColor), ground(e.parentElement)) < 3) wrong.push(`edge of ${e.name}`);
  }
  return wrong;
}"""
# Where the keyboard is: what it is, its place in the document, and whether one can see that it is there.
_FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const all = [...document.querySelectorAll('*')];
  const style = getComputedStyle(e);
  return {what: e.name || e.textContent.trim().slice(0, 40), place: all.indexOf(e), hidden: !!e.closest('.away'),
    seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2};
}"""


@pytest.fixture(scope="module")
def browser() -> Any:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium.path(), args=chromium.ARGUMENTS)
        yield browser
        browser.close()


def test_every_page_can_be_read_heard_and_worked_by_keyboard(
    browser: Browser, tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Labels, landmarks, headings, contrast, size of targets, order and visibility of the focus; 375 and 1280 px."""
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", sqlite_url)
    wrong: list[str] = []
    with served(tmp_path / "weekly") as (parts, address):
        pages = every_page(parts, address)
        page = browser.new_page()
        for name, open_page in pages.items():
            open_page(page)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                for width in (375, 1280):
                    page.set_viewport_size({"width": width, "height": 760})
                    wrong += [f"{name}, {scheme}, {width}: {one}" for one in page.evaluate(_EXAMINE)]
            wrong += [f"{name}: {one}" for one in _by_keyboard(page)]
        page.close()

    assert wrong == []


def test_the_examination_finds_what_is_planted(browser: Browser) -> None:
    """A test of pages that finds nothing is worth what it would find."""
    page = browser.new_page(viewport={"width": 375, "height": 760})
    page.set_content(
        '<title>x</title><h1>a</h1><h3>b</h3><p style="color:#999">pale</p><input name="bare" style="border-color:#eee">'
        '<input type="radio" name="alone"><button style="outline:none"></button><div style="width:900px">wide</div>'
    )

    found = " ".join([*page.evaluate(_EXAMINE), *_by_keyboard(page)])

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


def _by_keyboard(page: Page) -> list[str]:
    wrong, last = [], -1
    for step in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate(_FOCUS)
        if at is None or (at["place"] <= last and step):
            break
        if at["hidden"]:
            wrong.append(f"the keyboard reaches a field for nobody: {at['what']}")
        if not at["seen"]:
            wrong.append(f"the focus can't be seen: {at['what']}")
        last = at["place"]
    return wrong if last > 0 else [*wrong, "the keyboard reaches nothing"]
