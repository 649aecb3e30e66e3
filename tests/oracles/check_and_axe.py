"""Our check of accessibility beside axe-core in Chromium, on the templates as they are and with faults planted in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from newsletter.compose.press import Proof, press
from newsletter.folder.bundle import bundled
from newsletter.preflight.author_text import readings_of
from newsletter.preflight.mail import access
from newsletter.preflight.mail.finished import Filled, filled
from newsletter.preflight.mail.page_tree import tree_of
from newsletter.wiring import open_newsletter
from tests import chromium
from tests.oracles import accessibility, mails
from tests.oracles.verdict import Oracle, Verdict

# Our codes, and axe's rules for the same thing.
SAME = {
    "no-language": {"html-has-lang", "html-lang-valid"},
    "no-title": {"document-title"},
    "no-heading": {"page-has-heading-one"},
    "heading-order": {"heading-order"},
    "no-alt": {"image-alt"},
    "link-without-words": {"link-name"},
    "low-contrast": {"color-contrast"},
    "low-contrast-dark": {"color-contrast on a dark screen"},
}
# What one of the two says and the other does not, and why that is so.
ONLY_AXE = {
    "landmark-one-main": "MJML has no way to write <main>, and mail clients bring landmarks of their own",
    "region": "the same",
    "link-in-text-block": "needs the colours of neighbours as a browser computes them; our templates underline every link",
    "empty-heading": "a heading without words can't be written in Markdown, and the templates print titles only",
}
ONLY_CHECK = {
    "layout-table": "axe takes tables for layout by guessing; screen readers guess otherwise",
    "duplicate-id": "axe no longer reports it",
    "vague-link": "a question of words",
    "alt-is-file-name": "a question of words",
}
_LINK = '<a href="https://example.com/"></a>'
FAULTS: dict[str, Callable[[str], str]] = {
    "as it is": lambda html: html,
    "no language": lambda html: re.sub(r'(<html[^>]*?) lang="[^"]*"', r"\1", html),
    "a language that is none": lambda html: re.sub(r'(<html[^>]*? lang=)"[^"]*"', r'\1"english please"', html),
    "no title": lambda html: re.sub(r"<title>.*?</title>", "", html, flags=re.DOTALL),
    "an empty title": lambda html: re.sub(r"<title>.*?</title>", "<title></title>", html, flags=re.DOTALL),
    "no main heading": lambda html: re.sub(r"<(/?)h1\b", r"<\1p", html),
    "a skipped heading": lambda html: re.sub(r"<(/?)h2\b", r"<\1h4", html),
    "a picture without alt": lambda html: re.sub(r'(<img[^>]*?) alt="[^"]*"', r"\1", html),
    "a linked picture with an empty alt": lambda html: re.sub(
        "</body>", '<a href="https://example.com/"><img alt="" src="x.png"></a></body>', html
    ),
    "a link without words": lambda html: html.replace("</body>", f"{_LINK}</body>"),
    "faint words": lambda html: html.replace(
        "</body>", '<p style="color:#aaaaaa;background:#ffffff">Faint words.</p></body>'
    ),
    "faint words on their ground": lambda html: html.replace(
        "</body>",
        '<div style="background-color:#1c4f94"><p style="color:#566370;font-size:16px">Dark on dark.</p></div></body>',
    ),
    "large faint words": lambda html: html.replace(
        "</body>", '<p style="color:#949494;background:#ffffff;font-size:26px">Large is read sooner.</p></body>'
    ),
    "faint words on a dark screen": lambda html: html.replace(
        "</head>",
        "<style>@media (prefers-color-scheme: dark) { .pad p.small { color: #3a434b !important; } }</style></head>",
    ),
    "a table for layout": lambda html: html.replace(
        "</body>", "<table><tr><td>one</td><td>two</td></tr></table></body>"
    ),
    "an id twice": lambda html: html.replace("</body>", '<p id="a">one</p><p id="a">two</p></body>'),
}


def examine(folder: Path) -> list[Verdict]:
    script = accessibility.tools.package("axe-core")
    assert script
    verdicts = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.ARGUMENTS)
        page = browser.new_page()
        for name in mails.NAMES:
            proof, mail = _made(folder, name)
            for fault, spoil in FAULTS.items():
                html = spoil(mail.html)
                ours = _ours(proof, mail, html)
                theirs = _theirs(page, html, folder / "mail.html", script / "axe.min.js")
                verdicts.append(_compared(f"{name}, {fault}", ours, theirs))
        browser.close()
    return verdicts


def _made(folder: Path, name: str) -> tuple[Proof, Filled]:
    import shutil
    from dataclasses import replace

    copy = Path(shutil.copytree(bundled("seeds"), folder / name))
    parts = open_newsletter(copy)
    paper = replace(parts.config.newsletter, template=name)
    proof = press(parts.shelf, paper, 1)
    return proof, filled(proof, paper)


def _ours(proof: Proof, mail: Filled, html: str) -> set[str]:
    spoilt = Filled(subject=mail.subject, html=html, text=mail.text, tree=tree_of(html), unsubscribe=mail.unsubscribe)
    return {one.code for one in access.findings(proof, readings_of(proof), spoilt, None)}


def _theirs(page: Page, html: str, path: Path, script: Path) -> set[str]:
    """The rules that axe finds broken in the light palette, and contrast in the dark one."""
    path.write_text(html, encoding="utf-8")
    found: set[str] = set()
    for scheme, only, name in (("light", "{}", "{}"), ("dark", "{runOnly: ['color-contrast']}", "{} on a dark screen")):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(path.as_uri(), wait_until="domcontentloaded")
        page.add_script_tag(path=script)
        rules = page.evaluate(f"axe.run(document, {only}).then(all => all.violations.map(one => one.id))")
        found |= {name.format(rule) for rule in rules}
    return found


def _compared(what: str, ours: set[str], theirs: set[str]) -> Verdict:
    """Good where each thing that one says the other says, but for the two lists."""
    said = {code for code, rules in SAME.items() if rules & theirs}
    strange = theirs - set(ONLY_AXE) - set().union(*SAME.values())
    missed, invented = said - ours, ours - said - set(ONLY_CHECK)
    words = [f"only axe: {one}" for one in sorted(missed | strange)] + [
        f"only check: {one}" for one in sorted(invented)
    ]
    agreed = ", ".join(sorted(said & ours | (ours & set(ONLY_CHECK)))) or "nothing"
    return Verdict(what, "; ".join(words) or f"both find {agreed}", not words)


ORACLE = Oracle(
    name="check and axe-core",
    asks="each finds what the other finds, but for a written list",
    missing=accessibility.missing,
    examine=examine,
)
