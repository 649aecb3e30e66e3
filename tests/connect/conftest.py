"""A newsletter that is being connected: stand-ins for each provider and for DNS, and a clock that does not wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.connect.desk import ConnectDesk
from newsletter.providers.registry import KINDS
from newsletter.wiring import Parts, open_newsletter
from newsletter.wiring.connect import connect_desk
from tests.fakes.sendgrid_account import KEY, SendGridAccount, sendgrid_account
from tests.fetch.name_server import NameServer, name_server
from tests.running import a_folder

DOMAIN = "ferries.example.com"


@pytest.fixture(autouse=True)
def nothing_set_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller's own settings are not this newsletter's."""
    for name in ("NEWSLETTER_PROVIDER", "SENDGRID_API_KEY", "NEWSLETTER_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    parts = open_newsletter(a_folder(tmp_path / "weekly"))
    parts.consent.membership.add_list("weekly")
    yield parts
    parts.engine.dispose()


@pytest.fixture
def names() -> Iterator[NameServer]:
    with name_server({}) as server:
        yield server


@pytest.fixture
def account() -> Iterator[SendGridAccount]:
    with sendgrid_account() as running:
        yield running
        assert running.problems == []


@pytest.fixture
def desk_of(parts: Parts, names: NameServer) -> Callable[[str], ConnectDesk]:
    """A desk for a provider by its name; it is told nothing, at once."""

    def made(name: str) -> ConnectDesk:
        desk = connect_desk(parts, KINDS[name], name_servers=[names.address])
        return replace(desk, seconds_to_hear=0.0)

    return made


@pytest.fixture
def desk(desk_of: Callable[[str], ConnectDesk], parts: Parts, account: SendGridAccount) -> ConnectDesk:
    """SendGrid's, with a key that is kept."""
    secrets = parts.directory / "var" / "secrets.env"
    secrets.write_text(f"{secrets.read_text()}SENDGRID_API_KEY={KEY}\nNEWSLETTER_SENDGRID_URL={account.url}\n")
    return desk_of("sendgrid")


def kept(parts: Parts) -> str:
    return (parts.directory / "var" / "secrets.env").read_text()
