"""Amazon SES keeps the contract of all providers: over a real socket, against the service's own model."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default

import pytest

from newsletter.providers.ses.client import SesAccess
from newsletter.providers.ses.provider import Ses
from tests.contracts.provider import ProviderContract, Received
from tests.fakes.ses_server import KEY, REGION, SECRET, SesServer, ses_server
from tests.providers.parcels import SystemClock


class SesWorld:
    """The mails that the stand-in took, read by the standard library's parser."""

    def __init__(self, server: SesServer) -> None:
        access = SesAccess(region=REGION, access_key=KEY, secret_key=SECRET, url=server.url)
        self.provider = Ses(access, clock=SystemClock())
        self._server = server

    def received(self) -> list[Received]:
        assert self._server.problems == []
        return [_read(call) for call in self._server.accepted]

    def break_down(self) -> None:
        self._server.stop()


def _read(call: dict[str, object]) -> Received:
    content, tags, destination = call["Content"], call["EmailTags"], call["Destination"]
    assert isinstance(content, dict) and isinstance(tags, list) and isinstance(destination, dict)
    message = message_from_bytes(content["Raw"]["Data"], policy=default)
    parts = {kind: message.get_body((kind,)) for kind in ("html", "plain")}
    html, text = (part.get_content() if part else "" for part in parts.values())
    headers = {name: str(value) for name, value in message.items()}
    told = {tag["Name"]: tag["Value"] for tag in tags}
    assert [headers["To"]] == destination["ToAddresses"], "the envelope and the letter name different people"
    return Received(
        told["nl_attempt"], int(told["nl_delivery"]), headers["To"], headers["Subject"], html, text, headers
    )


class TestSes(ProviderContract):
    """Amazon SES, by way of the stand-in."""

    @pytest.fixture
    def world(self) -> Iterator[SesWorld]:
        with ses_server() as server:
            world = SesWorld(server)
            yield world
            world.provider.close()
