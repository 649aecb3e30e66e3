"""Both providers keep the contract: SendGrid over a real socket, the outbox on a real disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from newsletter.providers.outbox.provider import Outbox
from newsletter.providers.sendgrid.provider import SendGrid
from tests.contracts.provider import ProviderContract, Received
from tests.fakes.filling import filled
from tests.fakes.running import SendGridServer, sendgrid_server
from tests.providers.parcels import SystemClock


class SendGridWorld:
    """The bodies that the stand-in accepted, filled as the provider would."""

    def __init__(self, server: SendGridServer) -> None:
        self.provider = SendGrid("SG.test", clock=SystemClock(), url=server.url)
        self._server = server

    def received(self) -> list[Received]:
        return [
            Received(body["custom_args"]["nl_attempt"], int(person["custom_args"]["nl_delivery"]), *mail)
            for body in self._server.bodies()
            for person, mail in zip(body["personalizations"], filled(body), strict=True)
        ]

    def break_down(self) -> None:
        self._server.process.kill()
        self._server.process.wait()


class OutboxWorld:
    """The files on disk, read by the standard library's parser."""

    def __init__(self, directory: Path) -> None:
        self.provider = Outbox(directory, clock=SystemClock())
        self._directory = directory

    def received(self) -> list[Received]:
        mails = []
        for path in sorted(self._directory.rglob("*.eml")):
            message = message_from_bytes(path.read_bytes(), policy=default)
            parts = {kind: message.get_body((kind,)) for kind in ("html", "plain")}
            html, text = (part.get_content() if part else "" for part in parts.values())
            headers = {name: str(value) for name, value in message.items()}
            delivery = int(path.name.partition(".")[0])
            attempt = headers["X-Newsletter-Attempt"]
            mails.append(Received(attempt, delivery, headers["To"], headers["Subject"], html, text, headers))
        return mails

    def break_down(self) -> None:
        shutil.rmtree(self._directory, ignore_errors=True)
        self._directory.write_text("a file where the folder should be")


class TestSendGrid(ProviderContract):
    """SendGrid, by way of the stand-in."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[SendGridWorld]:
        with sendgrid_server(tmp_path) as server:
            yield SendGridWorld(server)


class TestOutbox(ProviderContract):
    """The outbox, by way of its files."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> OutboxWorld:
        return OutboxWorld(tmp_path / "outbox")
