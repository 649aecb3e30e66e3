"""A reader's way in a real browser: a phone's width, no JavaScript, and an accessibility check of every page."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests import chromium
from tests.running import a_folder
from tests.web.test_one_click import _free_port

pytestmark = pytest.mark.slow


@pytest.fixture
def served(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """A newsletter served on a port of this machine; its address and folder."""
    import uvicorn

    from newsletter.web.app import build
    from newsletter.wiring import open_newsletter

    port = _free_port()
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("NEWSLETTER_PUBLIC_URL", f"http://127.0.0.1:{port}")
    parts = open_newsletter(a_folder(tmp_path / "weekly"))
    parts.readers.add_list("weekly")
    server = uvicorn.Server(uvicorn.Config(build(parts), port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}", parts.directory
    server.should_exit = True
    thread.join(20)
    parts.engine.dispose()


def test_subscribe_confirm_prefer_leave_and_undo_on_a_phone_without_javascript(served: tuple[str, Path]) -> None:
    """Every step is a form; no page is wider than the screen; nothing is fetched from elsewhere."""
    address, folder = served
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium.path(), args=chromium.ARGUMENTS)
        context = browser.new_context(viewport={"width": 375, "height": 720}, java_script_enabled=False)
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.goto(f"{address}/subscribe")
        page.get_by_label("Your e-mail address").fill("ana@example.com")
        page.get_by_label("First name").fill("Ana")
        page.get_by_role("button", name="Subscribe").click()
        page.get_by_text("Look into your mail").first.wait_for()

        page.goto(_link(folder, "/confirm/"))
        page.get_by_role("button", name="Yes, send it to me").click()
        page.get_by_text("You are on the list").first.wait_for()

        page.get_by_role("link", name="Change what you get").click()
        page.get_by_label("Last name").fill("Ng")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Saved.").first.wait_for()
        assert page.get_by_label("First name").input_value() == "Ana"

        page.goto(page.url.replace("/preferences/", "/u/"))
        page.get_by_text("leads nowhere").first.wait_for()
        page.goto(f"{address}/u/{_leave_token(folder)}")
        page.get_by_role("button", name="Leave the list").click()
        page.get_by_text("You have left").first.wait_for()
        page.get_by_role("button", name="That was a mistake").click()
        page.get_by_text("You are back on the list").first.wait_for()
        browser.close()

    assert all(url.startswith(address) for url in asked)


def _link(folder: Path, path: str) -> str:
    for _ in range(100):
        mails = list((folder / "var" / "outbox").glob("0/*.eml"))
        if mails:
            break
        time.sleep(0.1)
    body = message_from_bytes(mails[-1].read_bytes(), policy=default).get_body(("plain",))
    assert body is not None
    found = re.search(rf"http://\S*{path}\S+", body.get_content())
    assert found
    return found[0]


def _leave_token(folder: Path) -> str:
    """The link that an issue carries, made as sending makes it."""
    from newsletter.wiring import open_newsletter
    from newsletter.words.token import reader_token

    key = open_newsletter(folder).key
    return reader_token(key.secret, key_id=key.id, purpose="u", subscriber=1, mailing_list=1, issue=1)
