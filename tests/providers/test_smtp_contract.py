"""A mail server keeps the contract of all providers: over a real socket, and signed as well."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from newsletter.providers.smtp.dkim import Signer
from newsletter.providers.smtp.provider import SmtpProvider
from tests.contracts.provider import ProviderContract, Received
from tests.fakes.smtp_running import SmtpServer, smtp_server
from tests.providers.parcels import SystemClock


class SmtpWorld:
    """The mails that the stand-in took, read by the standard library's parser."""

    def __init__(self, server: SmtpServer, signer: Signer | None = None) -> None:
        sign = signer.signed if signer else None
        self.provider = SmtpProvider(server.url(), clock=SystemClock(), sign=sign)
        self._server = server

    def received(self) -> list[Received]:
        return [
            _read(taken, content) for taken, content in zip(self._server.accepted(), self._server.mails(), strict=True)
        ]

    def break_down(self) -> None:
        self._server.process.kill()
        self._server.process.wait()


def _read(taken: dict[str, object], content: bytes) -> Received:
    message = message_from_bytes(content, policy=default)
    parts = {kind: message.get_body((kind,)) for kind in ("html", "plain")}
    html, text = (part.get_content() if part else "" for part in parts.values())
    headers = {name: str(value) for name, value in message.items()}
    delivery = int(headers["Message-ID"].partition(".delivery-")[2].partition("@")[0])
    assert headers["To"] == taken["email"], "the envelope and the letter name different people"
    return Received(headers["X-Newsletter-Attempt"], delivery, headers["To"], headers["Subject"], html, text, headers)


class TestSmtp(ProviderContract):
    """A mail server, by way of the stand-in."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[SmtpWorld]:
        with smtp_server(tmp_path) as server:
            yield SmtpWorld(server)


class TestSigned(ProviderContract):
    """The same with DKIM: a signature takes nothing away."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[SmtpWorld]:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        with smtp_server(tmp_path) as server:
            yield SmtpWorld(server, Signer(key, selector="s1", sender="ana@example.org"))


class TestOneByOne(ProviderContract):
    """The same with a server that takes one command at a time."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[SmtpWorld]:
        with smtp_server(tmp_path) as server:
            server.plan(offers=["8BITMIME"])
            yield SmtpWorld(server)
