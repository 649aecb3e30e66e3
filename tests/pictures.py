"""Makes the README's pictures again, from the seeds, in a real browser: `make pictures`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from newsletter.cli.demo_page import with_pictures
from newsletter.folder.bundled import bundled
from tests.chromium import ARGUMENTS, path
from tests.running import run

TARGET = Path(__file__).parents[1] / "docs" / "pictures"


def main() -> int:
    """Render the seeds' first issue and take it at desk and phone width, light and dark."""
    TARGET.mkdir(parents=True, exist_ok=True)
    chromium = path()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        out = Path(folder)
        done = run(bundled("seeds"), "render", "1", "--out", out, NEWSLETTER_DATABASE_URL=f"sqlite:///{out}/n.db")
        if done.returncode:
            print(done.stderr)
            return 1
        mail = out / "001.html"
        mail.write_text(with_pictures(bundled("seeds"), mail.read_text(encoding="utf-8")), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for width, height, scheme in ((680, 1180, "light"), (680, 1180, "dark"), (375, 812, "light")):
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
            )
            page.goto(mail.as_uri())
            page.screenshot(path=TARGET / f"mail-{width}-{scheme}.png")
            print(f"docs/pictures/mail-{width}-{scheme}.png")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
