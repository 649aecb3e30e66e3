"""npm mjml 5, the reference: the same MJML must look the same."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import Browser, Route, sync_playwright

from tests import chromium
from tests.oracles import mails, tools
from tests.oracles.verdict import Oracle, Verdict

MOST = 0.001
# A difference of colour that no eye sees.
_TOLERANCE = 16
_ASK = """
import { readFileSync } from 'node:fs';
import mjml2html from 'mjml';
const made = await mjml2html(readFileSync(process.argv[2], 'utf8'), { validationLevel: 'strict', keepComments: false });
process.stdout.write(made.html);
"""


def examine(folder: Path) -> list[Verdict]:
    verdicts = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.ARGUMENTS)
        for name in mails.NAMES:
            made = mails.made(name)
            source = folder / f"{name}.mjml"
            source.write_text(_as_read(made.mjml), encoding="utf-8")
            theirs = tools.node(_ASK, str(source))
            for width in (600, 375):
                share = _difference(*(_seen(browser, html, folder, width) for html in (made.mail.html, theirs)))
                verdicts.append(Verdict(f"{name} at {width} px", _said(share), share is not None and share <= MOST))
        browser.close()
    return verdicts


def _as_read(mjml: str) -> str:
    """The gaps that can be seen, filled for a reader of whom nothing is known."""
    return re.sub(r"\{\{ \w+ \| default\('([^']*)'\) \}\}", r"\1", mjml)


def _seen(browser: Browser, html: str, folder: Path, width: int) -> Image.Image:
    def picture(route: Route) -> None:
        route.fulfill(status=200, content_type="image/png", body=_gray())

    page = browser.new_page(viewport={"width": width, "height": 800})
    page.route("http*://**", picture)
    path = folder / "seen.html"
    path.write_text(html, encoding="utf-8")
    page.goto(path.as_uri())
    shot = page.screenshot(full_page=True)
    page.close()
    return Image.open(io.BytesIO(shot)).convert("RGB")


@cache
def _gray() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1200, 630), (136, 136, 136)).save(out, "PNG")
    return out.getvalue()


def _difference(ours: Image.Image, theirs: Image.Image) -> float | None:
    """The share of pixels that differ; None where the two are not even equally large."""
    if ours.size != theirs.size:
        return None
    bands = ImageChops.difference(ours, theirs).split()
    worst = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    return sum(worst.histogram()[_TOLERANCE + 1 :]) / (ours.width * ours.height)


def _said(share: float | None) -> str:
    return "not equally large" if share is None else f"{100 * share:.3f} % of the pixels differ"


def missing() -> str | None:
    if chromium.find() is None:
        return "make chromium"
    return tools.missing(npm=("mjml",), programs=("node",))


ORACLE = Oracle(name="npm mjml 5", asks="at most 0.1 % of the pixels differ", missing=missing, examine=examine)
