"""axe-core in Chromium: what people who can't see, or see little, would stumble over."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import chromium
from tests.oracles import mails, tools
from tests.oracles.verdict import Oracle, Verdict

_GRAVE = {"critical", "serious"}


def examine(folder: Path) -> list[Verdict]:
    script = tools.package("axe-core")
    assert script
    verdicts = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.ARGUMENTS)
        for name in mails.NAMES:
            path = folder / f"{name}.html"
            path.write_text(mails.made(name).mail.html, encoding="utf-8")
            for scheme in ("light", "dark"):
                page = browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
                page.goto(path.as_uri(), wait_until="domcontentloaded")
                page.add_script_tag(path=script / "axe.min.js")
                found = page.evaluate(
                    "axe.run().then(all => all.violations.map(one => [one.impact, one.id, one.nodes.length]))"
                )
                page.close()
                grave = [f"{rule} ({n})" for impact, rule, n in found if impact in _GRAVE]
                lesser = ", ".join(f"{rule} ({impact})" for impact, rule, _ in found if impact not in _GRAVE)
                verdicts.append(
                    Verdict(
                        f"{name}, {scheme}",
                        ", ".join(grave) or f"nothing critical or serious; {lesser or 'nothing else'}",
                        not grave,
                    )
                )
        browser.close()
    return verdicts


def missing() -> str | None:
    if chromium.find() is None:
        return "make chromium"
    return tools.missing(npm=("axe-core",))


ORACLE = Oracle(name="axe-core", asks="0 findings that are critical or serious", missing=missing, examine=examine)
