"""Makes the pictures of the README and of the templates again, from the seeds, in a real browser: `make pictures`."""

from __future__ import annotations

import sys
import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from newsletter.folder.templates import TemplateFolders
from newsletter.wiring.samples import sample_mail
from tests import pictures_studio
from tests.chromium import ARGUMENTS, path

TARGET = Path(__file__).parents[1] / "docs" / "pictures"
# Not kept in git: to look at.
EVERY = Path(__file__).parents[1] / "build" / "pictures"
TEMPLATES = Path(__file__).parents[1] / "templates"


def main() -> int:
    """Each built-in template at desk and phone width, light and dark; the README's; and every page of the studio."""
    (TARGET / "templates").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path(), args=ARGUMENTS)
        for template in sorted(one.name for one in TEMPLATES.iterdir() if one.is_dir()):
            mail = Path(folder) / f"{template}.html"
            mail.write_text(sample_mail(TemplateFolders(Path(folder)), template), encoding="utf-8")
            for width, scheme in product((600, 375), ("light", "dark")):
                _take(browser, mail, width, 900, scheme, f"templates/{template}-{width}-{scheme}.png")
            if template == "digest":
                for width, height, scheme in ((680, 1180, "light"), (680, 1180, "dark"), (375, 812, "light")):
                    _take(browser, mail, width, height, scheme, f"mail-{width}-{scheme}.png")
        pictures_studio.take(browser, EVERY, TARGET)
        pictures_studio.take_week(browser, TARGET)
        browser.close()
    return 0


def _take(browser: Browser, mail: Path, width: int, height: int, scheme: str, name: str) -> None:
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page.goto(mail.as_uri())
    page.screenshot(path=TARGET / name)
    page.close()
    print(f"docs/pictures/{name}")


if __name__ == "__main__":
    sys.exit(main())
