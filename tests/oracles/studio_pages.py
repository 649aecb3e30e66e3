"""axe-core on every page of the studio: both themes, a phone and a desk."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

from playwright.sync_api import sync_playwright

from tests import chromium
from tests.oracles import accessibility, tools
from tests.oracles.verdict import Oracle, Verdict
from tests.studio.filled import looked_at, served

_GRAVE = {"critical", "serious"}
# The mail in the preview is held against axe by itself, as every template is.
_ASK = (
    "axe.run({exclude: [['iframe']]}).then(all => all.violations.map(one => [one.impact, one.id, one.nodes[0].html]))"
)


def examine(folder: Path) -> list[Verdict]:
    script = tools.package("axe-core")
    assert script
    found: dict[str, list[str]] = {}
    database = {"NEWSLETTER_DATABASE_URL": f"sqlite:///{folder / 'newsletter.db'}"}
    with patch.dict(os.environ, database), served(folder / "weekly") as (_, address), sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium.path(), args=chromium.ARGUMENTS)
        # The pages' own policy lets no script in, not even this one.
        page = browser.new_context(bypass_csp=True).new_page()
        for path in looked_at(page, address):
            page.add_script_tag(path=script / "axe.min.js")
            found[path] = []
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                for width in (375, 1280):
                    page.set_viewport_size({"width": width, "height": 760})
                    all_ = page.evaluate(_ASK)
                    found[path] += [f"{rule} ({impact}; {scheme}, {width}: {html[:60]})" for impact, rule, html in all_]
        browser.close()
    return [
        Verdict(
            f"studio: {path or 'this week'}",
            ", ".join(rules) or "nothing",
            not any(f"({one};" in rule for one in _GRAVE for rule in rules),
        )
        for path, rules in found.items()
    ]


ORACLE = Oracle(
    name="axe-core",
    asks="0 findings that are critical or serious",
    missing=accessibility.missing,
    examine=examine,
)
