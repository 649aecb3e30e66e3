"""From an empty folder to a connected service in a browser, without scripts and on a phone, and with them by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.sendgrid_account import KEY, SendGridAccount, sendgrid_account
from tests.studio.serving import Serving, browser


@pytest.fixture
def account() -> Iterator[SendGridAccount]:
    with sendgrid_account() as running:
        yield running
        assert running.problems == []


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """An empty folder, and the studio at it."""
    folder = tmp_path / "ferries"
    folder.mkdir()
    serving = Serving(folder)
    serving.start()
    yield serving
    serving.kill()


@pytest.mark.walks
@pytest.mark.parametrize("scripts", [False, True])
def test_from_an_empty_folder_to_a_connected_service(serving: Serving, account: SendGridAccount, scripts: bool) -> None:
    """Six things, a key, a domain, real mail, and a restart: at 375 px, one press each, nothing typed twice."""
    with browser() as chromium:
        page = chromium.new_context(java_script_enabled=scripts, viewport={"width": 375, "height": 720}).new_page()
        page.goto(serving.address)
        assert page.url.endswith("/studio/first-day")
        page.get_by_label("Name").fill("Weekly Ferries")
        page.get_by_label("Sender").fill("nobody")
        page.get_by_label("Postal address").fill("Quay 1, 20359 Hamburg")
        page.get_by_role("button", name="Save").click()
        assert "not a mail address" in page.get_by_role("alert").inner_text()
        assert page.get_by_label("Postal address").input_value() == "Quay 1, 20359 Hamburg"
        page.get_by_label("Sender").fill("mara@ferries.example.com")
        page.get_by_role("button", name="Save").press("Enter")
        assert page.get_by_role("link", name="Save your first find").is_visible()

        secrets = serving.directory / "var" / "secrets.env"
        secrets.write_text(f"{secrets.read_text()}NEWSLETTER_SENDGRID_URL={account.url}\n")
        page.goto(f"{serving.home}/settings")
        page.get_by_label("Public address").fill("https://ferries.example.com")
        page.get_by_role("button", name="Save", exact=True).click()
        page.goto(f"{serving.home}/settings/service")
        page.get_by_role("link", name="SendGrid").click()
        page.get_by_label("API key").fill(KEY)
        page.get_by_role("button", name="Try and save").click()
        assert KEY not in page.content()
        page.get_by_role("button", name="Prepare the domain").click()
        assert page.get_by_text("s1._domainkey.ferries.example.com", exact=True).count() == 1
        page.get_by_role("button", name="Send real mail").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 375 if scripts else True
        page.set_default_timeout(60_000)
        page.get_by_role("button", name="Restart now").click()
        page.goto(f"{serving.home}/settings/service")
        while page.get_by_role("button", name="Restart now").count():
            page.wait_for_timeout(300)
            page.reload()
        assert "SendGrid carries your mail to real people" in page.get_by_role("main").inner_text()
