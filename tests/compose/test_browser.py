"""The finished mail in a real browser, at the widths that mail is read at."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, sync_playwright

from newsletter.words.edition import as_reader
from newsletter.words.issue import Issue, Section
from newsletter.words.post import Post
from tests import chromium
from tests.compose.sample import ANA, ISSUE, PAPER, POSTS, TEMPLATES, rendered, template

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="400"/>'
NAMES = sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir())
LONG_WORDS = Post(
    slug="long",
    title="Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz " * 2,
    url="https://e.example/" + "a" * 300,
    source="x" * 80,
    body="https://e.example/" + "b" * 200 + "\n\n> " + "c" * 150 + "\n\n```\n" + "d" * 200 + "\n```\n\n- " + "e" * 90,
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One for all mails: each is opened anew, and none has a script that could leave anything behind."""

    def picture(route: Route) -> None:
        route.fulfill(status=200, content_type="image/svg+xml", body=PICTURE)

    context = browser.new_context()
    context.route("http*://**", picture)
    yield context.new_page()
    context.close()


def opened(page: Page, html: str, tmp_path: Path, width: int, scheme: str = "light") -> Page:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    path = tmp_path / "mail.html"
    path.write_text(html, encoding="utf-8")
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [320, 375, 600])
def test_nothing_scrolls_sideways(page: Page, tmp_path: Path, name: str, width: int) -> None:
    """Not even words, addresses and code without a space in them."""
    sections = (*ISSUE.sections, Section(title="Long", posts=("long",)))
    issue = Issue(number=1, subject="x", preheader="y", intro=ISSUE.intro, sections=sections)
    edition = rendered(issue, [*POSTS, LONG_WORDS], template(name)).edition
    opened(page, as_reader(edition, ANA)[1], tmp_path, width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_from_its_ground(page: Page, tmp_path: Path, name: str, scheme: str) -> None:
    """Contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3), in both palettes."""
    html = as_reader(rendered(files=template(name)).edition, ANA)[1]
    found = opened(page, html, tmp_path, 600, scheme).evaluate(CONTRASTS)

    assert found
    assert [(ratio, words) for ratio, words in found if ratio < 4.5] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_to_be_pressed_is_large_enough_for_a_thumb(page: Page, tmp_path: Path, name: str) -> None:
    """At least 44 px high."""
    html = as_reader(rendered(files=template(name)).edition, ANA)[1]
    heights = opened(page, html, tmp_path, 375).evaluate(
        "[...document.querySelectorAll('.first td')].map(one => one.getBoundingClientRect().height)"
    )

    assert all(height >= 44 for height in heights)
    assert heights or name != "digest"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("turned", ["everything", "only what is light"])
def test_every_word_can_be_read_where_colours_are_turned_round(
    page: Page, tmp_path: Path, name: str, turned: str
) -> None:
    """Programs without a dark palette turn lightness round: some all colours, some light grounds and dark words only."""
    html = as_reader(rendered(files=template(name)).edition, ANA)[1]
    found = opened(page, html, tmp_path, 600).evaluate(CONTRASTS, turned)

    assert found
    assert [(ratio, words) for ratio, words in found if ratio < 4.5] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_newsletter_from_right_to_left_is_laid_out_that_way(page: Page, tmp_path: Path, name: str) -> None:
    """Not only the page says so: every word runs that way, and stands at the right."""
    hebrew = replace(PAPER, language="he")
    html = as_reader(rendered(files=template(name), paper=hebrew).edition, ANA)[1]
    found = opened(page, html, tmp_path, 600).evaluate(
        "[...document.querySelectorAll('h1, h2, p, blockquote')].filter(one => one.offsetParent && one.innerText.trim())"
        ".map(one => [getComputedStyle(one).direction, getComputedStyle(one).textAlign, one.innerText.slice(0, 30)])"
    )

    assert len(found) > 8
    assert [one for one in found if one[0] != "rtl" or one[1] == "left"] == []


# The ratio of WCAG 2.2 between each text and the nearest ground that is not transparent.
CONTRASTS = """(turned) => {
  const flip = c => { const r = c.slice(0, 3), both = Math.max(...r) + Math.min(...r); return r.map(v => 255 - both + v); };
  const isLight = c => Math.max(...c.slice(0, 3)) + Math.min(...c.slice(0, 3)) > 255;
  const seen = (c, isGround) => turned === "everything" || (turned && isLight(c) === isGround) ? flip(c) : c;
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = one => { for (; one; one = one.parentElement) {
    const found = rgb(getComputedStyle(one).backgroundColor); if (found.length < 4 || found[3] > 0) return found; } return [255, 255, 255]; };
  const out = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const one = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !one.offsetParent || one.closest('[style*="display:none"]')) continue;
    const pair = [light(seen(rgb(getComputedStyle(one).color), false)), light(seen(ground(one), true))].sort((a, b) => b - a);
    out.push([(pair[0] + 0.05) / (pair[1] + 0.05), walk.currentNode.data.trim().slice(0, 40)]); }
  return out; }"""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [375, 600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_ground_below_a_short_mail_is_that_of_the_palette(
    page: Page, tmp_path: Path, name: str, width: int, scheme: str
) -> None:
    """A letter of one line leaves most of the window free: down to its last row that is the backdrop's colour."""
    short = replace(ISSUE, sections=(), intro="Hello.", outro="")
    html = as_reader(rendered(short, files=template(name)).edition, ANA)[1]
    opened(page, html, tmp_path, width, scheme).set_viewport_size({"width": width, "height": 2400})
    last_row = page.screenshot(clip={"x": 0, "y": 2390, "width": width, "height": 1})
    shot = Image.open(io.BytesIO(last_row)).convert("RGB")
    colours = tomllib.loads(template(name).files["template.toml"])["dark" if scheme == "dark" else "colors"]

    assert {colours["backdrop"]} == {
        "#{:02x}{:02x}{:02x}".format(*shot.getpixel((across, 0)))  # type: ignore[misc]
        for across in (2, width // 2, width - 3)
    }
