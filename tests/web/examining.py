"""What people who can't see, see little, or have no mouse would stumble over on a page, as sentences; ours, beside axe-core."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

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
# Where the keyboard comes to: what it is, its place in the document, and whether one can see that it is there: an outline,
# or a bar beside it. Noted by the page itself: asking after each press takes as long as the press.
_NOTE_FOCUS = """() => {
  window.reached = [];
  document.addEventListener('focusin', ({ target: e }) => {
    const style = getComputedStyle(e);
    window.reached.push({what: e.name || e.textContent.trim().slice(0, 40), place: [...document.querySelectorAll('*')].indexOf(e),
      hidden: !!e.closest('.away'), seen: e.tagName === 'IFRAME' || style.boxShadow !== 'none' ||
      (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)});
  });
}"""
_PRESSES, _AT_ONCE = 60, 10


def examined(page: Page, landmarks: Sequence[str]) -> list[str]:
    """What is wrong with a page as it is shown now. Of each landmark there has to be one."""
    wrong: list[str] = page.evaluate(_EXAMINE, list(landmarks))
    return wrong


def by_keyboard(page: Page) -> list[str]:
    """Where Tab goes to what nobody sees, or where one can't see that it is; and that it goes anywhere."""
    page.evaluate(_NOTE_FOCUS)
    reached: list[dict[str, Any]] = []
    for _ in range(_PRESSES // _AT_ONCE):
        before = len(reached)
        for _ in range(_AT_ONCE):
            page.keyboard.press("Tab")
        reached = page.evaluate("window.reached")
        places = [at["place"] for at in reached]
        if len(reached) == before or places != sorted(places):
            break
    round_once = next((n for n, (one, other) in enumerate(pairwise(places), 1) if other <= one), len(reached))
    wrong = [f"the keyboard reaches a field for nobody: {at['what']}" for at in reached[:round_once] if at["hidden"]]
    wrong += [f"the focus can't be seen: {at['what']}" for at in reached[:round_once] if not at["seen"]]
    return wrong if reached else ["the keyboard reaches nothing"]
