"""The mailbox for finds, entered in the studio: opened before it is kept, its password shown nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from newsletter.config import read_config
from tests.fakes.imap_server import FOLDER, PASSWORD, USER, ImapServer, imap_server
from tests.fetch.web_server import certificate_for
from tests.studio.conftest import World

PAGE = "/settings/letterbox"


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImapServer]:
    """One whose certificate this machine trusts; nothing is set from outside."""
    certificate = certificate_for(["localhost"], tmp_path / "server.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.delenv("NEWSLETTER_IMAP_URL", raising=False)
    with imap_server(certificate) as running:
        yield running


def test_a_mailbox_that_opens_is_kept(world: World, mailbox: ImapServer) -> None:
    """Empty, its password stays; for another server it counts for nothing; and it can be taken out."""
    host = f"localhost:{mailbox.port}"
    typed = {"host": host, "user": USER, "folder": FOLDER}
    for wrong, said in (
        ({"password": "another"}, "refuses the name or the password"),
        ({"password": PASSWORD, "folder": "Nowhere"}, "has no folder Nowhere"),
        ({"password": ""}, "There is no password yet."),
    ):
        refused = world.post(PAGE, act="connect", **{**typed, **wrong})
        assert (refused.status_code, said in refused.text) == (400, True), said
        assert "NEWSLETTER_" not in refused.text.partition("<main")[2]
    assert read_config(world.parts.directory).imap_url is None

    assert world.post(PAGE, act="connect", password=PASSWORD, **typed).status_code == 303
    assert world.post(PAGE, act="connect", password="", **typed).status_code == 303
    kept = read_config(world.parts.directory).imap_url
    assert kept == f"imaps://{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@{host}/{quote(FOLDER)}"
    page = world.client.get(f"/studio{PAGE}").text
    assert quote(PASSWORD, safe="") not in page
    assert "<b>Mailbox for finds</b>: saved, and counts once" in page
    assert world.post(PAGE, act="connect", password="", **{**typed, "host": "mail.example.org"}).status_code == 400

    world.post(PAGE, act="drop")
    assert read_config(world.parts.directory).imap_url is None
