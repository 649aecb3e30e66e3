"""A press in the studio starts every process again, on the same address, with the settings as they are then."""

from __future__ import annotations

import re
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest

from tests.running import a_folder
from tests.studio.serving import Serving


@pytest.mark.walks
def test_a_restart_reads_the_settings_and_keeps_who_is_in(tmp_path: Path) -> None:
    """Nobody signs in again; a page that is asked for meanwhile waits."""
    folder = a_folder(tmp_path / "weekly")
    serving = Serving(folder)
    serving.start()
    try:
        browser = build_opener(HTTPCookieProcessor())
        browser.open(serving.address, timeout=30)
        home = serving.home
        toml = folder / "newsletter.toml"
        toml.write_text(toml.read_text().replace("Weekly Ferries", "Ferries, weekly"))
        page = browser.open(f"{home}/settings", timeout=30).read().decode()
        assert "Restart now" in page
        csrf = re.search('name="csrf" content="([0-9a-f]+)"', page)
        assert csrf
        browser.open(Request(f"{home}/settings/restart", data=f"csrf={csrf[1]}&back=settings".encode()), timeout=60)
        until = time.monotonic() + 60
        while "Ferries, weekly" not in page or "Restart now" in page:
            assert time.monotonic() < until, page
            try:
                page = browser.open(f"{home}/settings", timeout=30).read().decode()
            except (URLError, ConnectionError):
                time.sleep(0.2)
    finally:
        serving.kill()
