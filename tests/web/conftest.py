"""A newsletter whose public pages are served in this process, and what its readers find in their mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.consent.own_token import own_token
from newsletter.consent.sign_up import FormLimits
from newsletter.web.app import build
from newsletter.wiring import Parts, open_newsletter
from newsletter.words.token import reader_token
from tests.running import a_folder


class World:
    """One newsletter, its pages, and its outbox."""

    def __init__(self, parts: Parts, client: TestClient) -> None:
        self.parts = parts
        self.client = client

    def mails(self) -> list[EmailMessage]:
        """Everything in the practice outbox, oldest first."""
        paths = sorted(
            (self.parts.directory / "var" / "outbox").glob("*/*.eml"), key=lambda path: path.stat().st_mtime_ns
        )
        found = [message_from_bytes(path.read_bytes(), policy=default) for path in paths]
        return [mail for mail in found if isinstance(mail, EmailMessage)]

    def link(self, mail: EmailMessage, path: str) -> str:
        """The path of the reader's link in a mail, such as /confirm/..."""
        body = mail.get_body(("plain",))
        assert body is not None
        found = re.search(rf"https?://[^\s/]+({re.escape(path)}\S+)", body.get_content())
        assert found, body.get_content()
        return found[1]

    def subscribe(self, email: str, **fields: str) -> int:
        return self.client.post("/subscribe", data={"email": email, "list": "weekly", **fields}).status_code

    def subscribe_from(self, ip: str, email: str) -> int:
        """The same from another address of the network."""
        client = TestClient(self.client.app, base_url="https://ferries.example.com", client=(ip, 50_000))
        return client.post("/subscribe", data={"email": email, "list": "weekly"}).status_code

    def confirm(self, email: str) -> int:
        """Subscribe, find the mail, press its button; the subscriber's number."""
        self.subscribe(email)
        assert self.client.post(self.link(self.mails()[-1], "/confirm/")).status_code == 200
        person = self.parts.readers.find_subscriber(email)
        assert person is not None
        return person.id

    def token(self, purpose: str, subscriber: int, mailing_list: int = 1, issue: int = 1) -> str:
        return reader_token(
            self.parts.key.secret,
            key_id=self.parts.key.id,
            purpose=purpose,
            subscriber=subscriber,
            mailing_list=mailing_list,
            issue=issue,
        )

    def own(self, subscriber: int) -> str:
        """Ask for the link to address and data, and find it in the mail to the present address."""
        person, before = self.parts.readers.find(subscriber), len(self.mails())
        assert person is not None
        assert self.client.post(f"/preferences/{self.token('p', subscriber)}/own").status_code == 200
        (mail,) = self.mails()[before:]
        assert mail["To"] == person.email
        return self.link(mail, "/own/")

    def own_link(self, subscriber: int) -> str:
        """The same, as it was mailed before the address was blocked, or too often today."""
        person, key = self.parts.readers.find(subscriber), self.parts.key
        assert person is not None
        about = {"subscriber": subscriber, "email": person.email, "now": self.parts.clock.now()}
        return f"/own/{own_token(key.secret, key_id=key.id, **about)}"

    def status(self, email: str, list_name: str = "weekly") -> str | None:
        person = self.parts.readers.find_subscriber(email)
        found = [each.status.value for each in person.subscriptions if each.list_name == list_name] if person else []
        return found[0] if found else None


def a_world(directory: Path, limits: FormLimits | None = None) -> Iterator[World]:
    """A newsletter with the open list "weekly", on the database that the environment names."""
    parts = open_newsletter(a_folder(directory))
    parts.consent.membership.add_list("weekly")
    app = build(parts, limits=limits)
    with TestClient(app, base_url="https://ferries.example.com", follow_redirects=False) as client:
        yield World(parts, client)
    parts.engine.dispose()


@pytest.fixture
def world(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """On each of the two databases: for what the database decides."""
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", database_url)
    yield from a_world(tmp_path / "weekly")


@pytest.fixture
def pages(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """On SQLite only: for what the pages decide."""
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", sqlite_url)
    yield from a_world(tmp_path / "weekly")
