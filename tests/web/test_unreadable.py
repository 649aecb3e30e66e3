"""What readers' pages answer to bytes that no browser sends, and to whoever is gone before the end."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from tests.fuzz.wire import Asked, ask
from tests.web.conftest import World
from tests.web.served import served

_KIND = "application/x-www-form-urlencoded"
_FORM = (("host", b"ferries.example.com"), ("content-type", b"application/x-www-form-urlencoded"))


@pytest.mark.parametrize("path", ["/subscribe", "/studio/enter", "/api/v1/finds", "/webhooks/sendgrid", "/u/x"])
def test_whoever_breaks_off_leaves_no_fault_behind(pages: World, caplog: pytest.LogCaptureFixture, path: str) -> None:
    """Nobody reads the answer; what came of the body is not used, and the log has no traceback."""
    body = b"email=ana%40example.com&list=weekly"
    asked = Asked(method="POST", target=path, headers=_FORM, body=body, breaks_off=True)
    with caplog.at_level(logging.INFO):
        answered = asyncio.run(ask(pages.client.app, asked))
    assert answered.fault is None
    assert answered.status < 500
    assert not [record for record in caplog.records if record.exc_info or "ana" in record.getMessage()]
    assert pages.parts.readers.find_subscriber("ana@example.com") is None


@pytest.mark.parametrize("path", ["/subscribe", "/studio/enter", "/u/x", "/webhooks/sendgrid"])
def test_a_connection_that_is_cut_leaves_one_line_at_most(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """By a real server and a real socket: half of the body that was announced, then nothing any more."""
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", sqlite_url)
    with caplog.at_level(logging.INFO), served(tmp_path / "weekly") as (_, address):
        place = urlsplit(address)
        head = f"POST {path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 500\r\nContent-Type: {_KIND}\r\n\r\n"
        for _ in range(3):
            with socket.create_connection((place.hostname, place.port), timeout=5) as wire:
                wire.sendall(head.encode() + b"email=ana%40example.com")
                time.sleep(0.1)
        with urlopen(f"{address}/subscribe", timeout=10) as answer:
            assert answer.status == 200
    ours = [record for record in caplog.records if record.name.startswith(("newsletter", "uvicorn"))]
    assert not [record for record in ours if record.exc_info or "Traceback" in record.getMessage()]
    assert len([record for record in ours if "broke off" in record.getMessage()]) <= 3


def test_a_name_that_is_no_text_is_as_if_nothing_had_been_sent(world: World) -> None:
    """On both databases alike: a NUL, which one of them can't keep, joins nobody."""
    for name in ("a%00b", "%ED%A0%80", "%ff"):
        body = f"email=ana%40example.com&list=weekly&first_name={name}".encode()
        answer = world.client.post("/subscribe", content=body, headers={"Content-Type": _FORM[1][1].decode()})
        assert answer.status_code == 422
    assert world.parts.readers.find_subscriber("ana@example.com") is None


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/issues/1%00", 404),
        ("/%00", 404),
        ("/?lang=%00", 200),
        ("/images/a%00.png", 404),
        ("/subscribe?list=\xff", 400),
    ],
)
def test_bytes_in_an_address_that_are_no_text_lead_nowhere(world: World, target: str, status: int) -> None:
    """On both databases; RFC 3986: an address is ASCII."""
    path, _, query = target.partition("?")
    asked = Asked(method="GET", target=path, query=query.encode("latin-1"), headers=_FORM)
    answered = asyncio.run(ask(world.client.app, asked))
    assert (answered.status, answered.fault) == (status, None)
