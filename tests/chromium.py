"""Finds a Chromium for the tests that look at pages: one that is there, else Playwright's own, else Debian's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# As root in a container there is no sandbox to be had, and /dev/shm is small.
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]


def find() -> str | None:
    """The path of a browser: CHROMIUM, one on PATH, or the one that Playwright installed. None where there is none."""
    named = [os.environ.get("CHROMIUM"), *(shutil.which(name) for name in _NAMES)]
    there = next((path for path in named if path and os.access(path, os.X_OK)), None)
    if there:
        return there
    own = _playwrights()
    return own if os.access(own, os.X_OK) else None


def _playwrights() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path: str = playwright.chromium.executable_path
        return path


def path() -> str:
    """The browser. Fails with what to do where there is none."""
    browser = find()
    assert browser, "No Chromium here. `make chromium` installs one; CHROMIUM names one that is elsewhere."
    return browser


def install() -> None:
    """Try Playwright's download, then Debian's package; say so where neither can be had."""
    tries = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get"):
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        tries += [[*sudo, "apt-get", "update", "-qq"], [*sudo, "apt-get", "install", "-y", "-qq", "chromium"]]
    for command in tries:
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=900)
        if find():
            return
    sys.exit("No Chromium could be installed. Install one, or name it with CHROMIUM=/path/to/it.")


if __name__ == "__main__":
    if not find():
        print("Installing Chromium for the tests that look at pages ...", flush=True)
        install()
