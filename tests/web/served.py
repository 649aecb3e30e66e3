"""A newsletter served as `newsletter serve` serves it, on a port of this machine, and every page that a reader can meet."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from newsletter.cli.serve.pages import listener_at, serve_pages
from newsletter.consent.letters.letters import LEAVE, LINK, letter, note, notice
from newsletter.consent.letters.look import LetterLook
from newsletter.consent.own_token import own_token
from newsletter.consent.requests_sql import NewRequest
from newsletter.jobs.pulse import Pulse
from newsletter.ledger.plan import plan
from newsletter.readers.rows import ReaderRow
from newsletter.sentences.sentences import Sentences
from newsletter.wiring import Parts, open_newsletter
from newsletter.words.consent import Asked, Left, Mail
from newsletter.words.gap import fill_part
from newsletter.words.subscriber import SubscriptionStatus
from newsletter.words.token import reader_token
from tests.running import a_folder
from tests.world import WEEKLY, an_edition

Open = Callable[[Page], object]


@contextmanager
def served(directory: Path) -> Iterator[tuple[Parts, str]]:
    """With two open lists, on the database that the environment names; its parts and its address."""
    with socket.socket() as wire:
        wire.bind(("127.0.0.1", 0))
        port = wire.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    a_folder(directory)
    toml = directory / "newsletter.toml"
    toml.write_text(toml.read_text().replace("https://ferries.example.com", address))
    parts = open_newsletter(directory)
    for name in ("weekly", "daily"):
        parts.consent.membership.add_list(name)
    parts.consent.profiles.set_page("daily", title="The daily timetable", is_open=True)
    with serve_pages(parts, listener_at("127.0.0.1", port), threading.Event(), Pulse()):
        yield parts, address
    parts.engine.dispose()


def token_of(parts: Parts, purpose: str, subscriber: int, mailing_list: int = 1, issue: int = 1) -> str:
    """The link that an issue carries, made as sending makes it."""
    key = parts.key
    return reader_token(
        key.secret, key_id=key.id, purpose=purpose, subscriber=subscriber, mailing_list=mailing_list, issue=issue
    )


def every_letter(language: str) -> dict[str, str]:
    """The HTML of each mail that goes to one person, as it arrives."""
    look, words = LetterLook(), Sentences(language)
    letters = {
        mail.value: letter(mail, WEEKLY, words, lists=["Weekly", "Daily"], look=look, days=14)
        for mail in Mail
        if mail is not Mail.NONE
    }
    letters["moved"] = notice(WEEKLY, "moved", words, look=look)
    letters["own"] = notice(WEEKLY, "own", words, look=look, button=True)
    body = "<p>Good to have you. <a href='https://example.com/'>Start here</a>:</p><ul><li>One</li></ul>"
    letters["welcome"] = note(
        WEEKLY,
        subject="Welcome",
        html_body=body,
        text_body="",
        language=language,
        look=look,
        button="Change what you get",
        foot="You get this mail because you have just confirmed.",
    )
    links = {LINK: ["https://ferries.example.com/confirm/x"], LEAVE: ["https://ferries.example.com/u/x"]}
    return {name: fill_part(edition.html, links, 1)[0] for name, edition in letters.items()}


def every_page(parts: Parts, address: str) -> dict[str, Open]:
    """How to open each page that readers meet, with something on it."""
    rows = [ReaderRow(email=f"{name}@example.com", first_name=name.title()) for name in ("ana", "bo", "cy")]
    parts.consent.membership.join("weekly", rows, status=SubscriptionStatus.ACTIVE, consent="form")
    mailing, _ = plan(parts.ledger, parts.clock, an_edition(1), list_name="weekly", parcel_size=10)
    parts.drain(threading.Event()).until_done(mailing, lambda *_: None)
    request = parts.consent.requests.ask(NewRequest(email="new@example.com", asked=Asked.FORM, lists=[1, 2]))
    parts.post_office.post_waiting()
    ids = {}
    for row in rows:
        person = parts.readers.find_subscriber(row.email)
        assert person is not None
        ids[row.email[0]] = person.id
    parts.consent.departures.leave(ids["b"], [1], issue=1, how=Left.PAGE)
    now = parts.clock.now()
    token = own_token(parts.key.secret, key_id=parts.key.id, subscriber=ids["a"], email="ana@example.com", now=now)
    own = f"{address}/own/{token}"
    preferences = f"{address}/preferences/{token_of(parts, 'p', ids['a'])}"

    def goto(path: str) -> Open:
        return lambda page: page.goto(path if path.startswith("http") else f"{address}{path}")

    def click(path: str, button: str) -> Open:
        def act(page: Page) -> None:
            goto(path)(page)
            page.click(button)
            page.wait_for_load_state()

        return act

    def submit(path: str, field: str, value: str, button: str) -> Open:
        def act(page: Page) -> None:
            goto(path)(page)
            page.fill(field, value)
            page.click(button)
            page.wait_for_load_state()

        return act

    return {
        "archive": goto("/"),
        "subscribe": goto("/subscribe"),
        "subscribe in German": goto("/subscribe?lang=de"),
        "subscribe, refused": submit("/subscribe", "#email", "a@b", "main button"),
        "check your mail": submit("/subscribe", "#email", "dora@example.com", "main button"),
        "confirm": goto(f"/confirm/{token_of(parts, 'c', request, 0, 0)}"),
        "leave": goto(f"/u/{token_of(parts, 'u', ids['a'])}"),
        "left": goto(f"/u/{token_of(parts, 'u', ids['b'])}"),
        "preferences": goto(preferences),
        "preferences in German": goto(f"{preferences}?lang=de"),
        "the link is mailed": click(preferences, 'form[action$="/own"] .btn'),
        "own page": goto(own),
        "own page in German": goto(f"{own}?lang=de"),
        "own page, refused": submit(own, "#new_email", "x@y", 'form[action$="/address"] .btn'),
        "look into the mail at the new address": submit(
            own, "#new_email", "x@example.net", 'form[action$="/address"] .btn'
        ),
        "no such link": goto("/u/x"),
        "no such page": goto("/nothing"),
    }
