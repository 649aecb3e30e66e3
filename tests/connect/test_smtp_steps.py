"""A mail server connected step by step: signed in to, its records shown, and a key made that signs."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from newsletter.connect.desk import ConnectDesk
from newsletter.providers.steps import StepState
from newsletter.wiring import Parts
from newsletter.words.mistake import Mistake, NewsletterError
from tests.connect.conftest import DOMAIN, kept
from tests.fakes.smtp_running import SmtpServer, smtp_server
from tests.fetch.name_server import NameServer

PASSWORD = "a@b:c/d #very%secret"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    with smtp_server(Path(tmp_path_factory.mktemp("smtp"))) as server:
        yield server


@pytest.fixture
def server(running: SmtpServer) -> SmtpServer:
    running.plan(login=["me@example.org", PASSWORD])
    return running


def answers(server: SmtpServer, **changes: str) -> dict[str, str]:
    return {"host": server.host, "port": str(server.port), "user": "me@example.org", "password": PASSWORD, **changes}


def test_a_mail_server_is_tried_and_kept(
    desk_of: Callable[[str], ConnectDesk], server: SmtpServer, parts: Parts
) -> None:
    """Its password is shown nowhere, and goes to no other server."""
    desk = desk_of("smtp")
    with pytest.raises(NewsletterError, match="does not take the password"):
        desk.connect(answers(server, password="another"))
    desk.connect(answers(server))
    desk.connect(answers(server, password=""))

    assert desk.see("key").look.state is StepState.DONE
    shown = {one.name: one.value for one in desk.kind.questions(desk.setup().settings)}
    assert (shown["host"], shown["user"], shown["password"]) == (server.host, "me@example.org", "")
    with pytest.raises(Mistake, match="no password"):
        desk.connect(answers(server, password="", host="mail.elsewhere.example"))
    assert "took the mail" in desk.do("test", "mara@example.net").words
    assert server.accepted()[-1]["email"] == "mara@example.net"


def test_a_key_that_signs_is_made_and_put_away(
    desk_of: Callable[[str], ConnectDesk], server: SmtpServer, parts: Parts, names: NameServer
) -> None:
    """Done again it is the same key; its record is shown, and seen once it is live."""
    desk = desk_of("smtp")
    desk.connect(answers(server))
    for _ in range(2):
        desk.do("signing")
    pem = parts.directory / "var" / "dkim.pem"
    assert stat.S_IMODE(pem.stat().st_mode) == 0o600

    [key] = desk.see("signing").records
    assert key.record.name == f"newsletter._domainkey.{DOMAIN}"
    value = key.record.value
    names.zone = {
        key.record.name: {"TXT": [f'"{value[:200]}" "{value[200:]}"']},
        DOMAIN: {"TXT": ['"v=spf1 include:elsewhere.example ~all"']},
    }
    live = {one.record.name: one.is_live for one in desk.see("domain").records}
    assert live == {key.record.name: True, DOMAIN: True, f"_dmarc.{DOMAIN}": False}

    desk.undo("signing")
    assert "NEWSLETTER_DKIM_KEY=\n" in kept(parts)
    assert pem.exists()
    assert desk.see("signing").look.state is StepState.OPEN


def test_a_record_that_is_another_one_is_shown(
    desk_of: Callable[[str], ConnectDesk], server: SmtpServer, names: NameServer
) -> None:
    """And a name server that does not answer makes nothing wrong."""
    desk = desk_of("smtp")
    desk.connect(answers(server))
    desk.do("signing")
    names.zone = {f"newsletter._domainkey.{DOMAIN}": {"TXT": ['"v=DKIM1; p=another"']}}
    assert "another is there: v=DKIM1; p=another" in desk.see("signing").records[0].words

    names.failing = (f"_dmarc.{DOMAIN}",)
    seen = {one.record.name: one for one in desk.see("domain").records}
    assert seen[f"_dmarc.{DOMAIN}"].is_live is None


def test_bounces_that_nobody_reads_are_said(desk_of: Callable[[str], ConnectDesk], server: SmtpServer) -> None:
    """And the pace is asked for: a mail server does not say how many it takes."""
    desk = desk_of("smtp")
    desk.connect(answers(server))
    assert "nobody reads them" in desk.see("bounces").look.words
    assert "does not say how many it takes" in desk.see("plan").look.words


def test_the_mailbox_for_bounces_is_entered_with_the_server(
    desk_of: Callable[[str], ConnectDesk], server: SmtpServer, parts: Parts
) -> None:
    """Its password is kept for its own server, shown nowhere, and taken out with the address."""
    desk = desk_of("smtp")
    bounces = {"bounce_address": "bounces@ferries.example.com", "bounce_host": "127.0.0.1", "bounce_password": PASSWORD}
    desk.connect(answers(server, **bounces))
    desk.connect(answers(server, **bounces | {"bounce_password": ""}))

    kept_mailbox = desk.setup().settings["smtp_bounce_mailbox"]
    assert kept_mailbox == f"imaps://bounces%40ferries.example.com:{quote(PASSWORD, safe='')}@127.0.0.1/INBOX"
    assert desk.see("bounces").look.state in {StepState.WRONG, StepState.UNKNOWN}
    assert all(PASSWORD not in one.value for one in desk.kind.questions(desk.setup().settings))
    for wrong in ({"bounce_host": ""}, {"bounce_host": "elsewhere.example"}, {"bounce_address": "no address"}):
        with pytest.raises(Mistake):
            desk.connect(answers(server, **bounces | {"bounce_password": ""} | wrong))
    desk.connect(answers(server, **bounces | {"bounce_address": ""}))
    assert "NEWSLETTER_SMTP_BOUNCE_MAILBOX=\n" in kept(parts)
