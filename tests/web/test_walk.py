"""A reader's way in a real browser: a phone's width, no JavaScript, and nothing of it in any log."""

from __future__ import annotations

import logging
import re
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from newsletter.wiring import Parts
from tests import chromium
from tests.web.served import served, token_of


@pytest.mark.parametrize("language", ["en", "de"])
def test_subscribe_confirm_prefer_leave_and_undo_on_a_phone_without_javascript(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, language: str
) -> None:
    """Every step is a form; no page is wider than the screen; nothing comes from elsewhere, no token or address is logged."""
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", sqlite_url)
    caplog.set_level(logging.DEBUG)
    with served(tmp_path / "weekly") as (parts, address), sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium.path(), args=chromium.ARGUMENTS)
        context = browser.new_context(
            viewport={"width": 375, "height": 720}, java_script_enabled=False, locale=language
        )
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        _walk(context.new_page(), address, parts.directory, parts, language)
        person = parts.readers.find_subscriber("ana@example.com")
        assert person is not None and person.subscriptions[0].status == "active"
        browser.close()

    assert all(url.startswith(address) for url in asked)
    tokens = {url.rsplit("/", 1)[1] for url in asked if re.search(r"/(confirm|u|preferences)/", url)}
    assert tokens
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert "ana@" not in logged
    assert not [token for token in tokens if len(token) > 20 and token in logged]


_SAYS = {
    "en": {
        "email": "Your e-mail address",
        "first": "First name",
        "subscribe": "Subscribe",
        "look": "Look into your mail",
        "yes": "Yes, send it to me",
        "on": "You are on the list",
        "change": "Change what you get",
        "last": "Last name",
        "save": "Save",
        "saved": "Saved.",
        "nowhere": "leads nowhere",
        "leave": "Leave the list",
        "left": "You have left",
        "mistake": "That was a mistake",
        "back": "You are back on the list",
    },
    "de": {
        "email": "Ihre E-Mail-Adresse",
        "first": "Vorname",
        "subscribe": "Abonnieren",
        "look": "Sehen Sie in Ihre Mail",
        "yes": "Ja, schicken Sie es mir",
        "on": "Sie stehen auf der Liste",
        "change": "Einstellungen ändern",
        "last": "Nachname",
        "save": "Speichern",
        "saved": "Gespeichert.",
        "nowhere": "führt nirgendwohin",
        "leave": "Abbestellen",
        "left": "Sie sind abgemeldet",
        "mistake": "Das war ein Versehen",
        "back": "Sie stehen wieder auf der Liste",
    },
}


def _walk(page: Page, address: str, folder: Path, parts: Parts, language: str) -> None:
    say = _SAYS[language]

    def press(button: str, then: str) -> None:
        page.get_by_role("button", name=button).click()
        page.get_by_text(then).first.wait_for()

    page.goto(f"{address}/subscribe")
    page.get_by_label(say["email"]).fill("ana@example.com")
    page.get_by_label(say["first"]).fill("Ana")
    press(say["subscribe"], say["look"])
    page.goto(_link(folder))
    press(say["yes"], say["on"])
    page.get_by_role("link", name=say["change"]).click()
    page.get_by_label(say["last"]).fill("Ng")
    press(say["save"], say["saved"])
    assert page.get_by_label(say["first"]).input_value() == "Ana"
    page.goto(page.url.replace("/preferences/", "/u/"))
    page.get_by_text(say["nowhere"]).first.wait_for()
    page.goto(f"{address}/u/{token_of(parts, 'u', 1)}")
    press(say["leave"], say["left"])
    press(say["mistake"], say["back"])


def _link(folder: Path) -> str:
    """The link in the one mail of the outbox, once it is there."""
    for _ in range(100):
        mails = list((folder / "var" / "outbox").glob("0/*.eml"))
        if mails:
            break
        time.sleep(0.1)
    body = message_from_bytes(mails[-1].read_bytes(), policy=default).get_body(("plain",))
    assert body is not None
    found = re.search(r"http://\S*/confirm/\S+", body.get_content())
    assert found
    return found[0]
