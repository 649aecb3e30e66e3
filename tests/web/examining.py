"""What people who can't see, see little, or have no mouse would stumble over on a page, as sentences; ours, beside axe-core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pytest
from playwright.sync_api import Page

Scheme = Literal["light", "dark"]
# Each theme and each width once; `make walks` looks at each theme in each width.
LOOKS = [
    pytest.param([("light", 375), ("dark", 1280)], id="each once"),
    pytest.param([("light", 1280), ("dark", 375)], id="the others", marks=pytest.mark.walks),
]

# What a page is made of, and what is wrong with it, as sentences. Contrast as WCAG 2.2 defines it (1.4.3, 1.4.11).
_EXAMINE = """(landmarks) => {
  const wrong = [];
  const one = (what, n) => { if (n !== 1) wrong.push(`${n} of ${what}`) };
  const shown = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden' && !e.closest('.away, .skip');
  for (const what of landmarks) one(what, document.querySelectorAll(what).length);
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
  for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    if (![...e.labels].some(l => l.textContent.trim()) && !e.ariaLabel) wrong.push(`no label: ${e.name}`);
    const several = e.type === 'checkbox' && document.getElementsByName(e.name).length > 1;
    if (e.type === 'radio' || several) { if (!e.closest('fieldset')?.querySelector('legend')) wrong.push(`no legend: ${e.name}`) }
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
# Where the keyboard is: what it is, its place in the document, and whether one can see that it is there:
# an outline, or a bar beside it. In a frame it is shown inside.
_FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const all = [...document.querySelectorAll('*')];
  const style = getComputedStyle(e);
  return {what: e.name || e.textContent.trim().slice(0, 40), place: all.indexOf(e), hidden: !!e.closest('.away'),
    seen: e.tagName === 'IFRAME' || style.boxShadow !== 'none' || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)};
}"""


def examined(page: Page, landmarks: Sequence[str]) -> list[str]:
    """What is wrong with a page as it is shown now. Of each landmark there has to be one."""
    wrong: list[str] = page.evaluate(_EXAMINE, list(landmarks))
    return wrong


def by_keyboard(page: Page) -> list[str]:
    """Where Tab goes to what nobody sees, or where one can't see that it is; and that it goes anywhere."""
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
