"""Proxies before the pages: who is believed about visitors, who is told of, and what the shipped files say."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from newsletter.access.unnamed_proxies_sql import UnnamedProxies
from newsletter.config import read_config
from newsletter.web.app import build
from newsletter.web.proxies import Proxies
from newsletter.wiring import open_newsletter
from newsletter.words.mistake import Mistake
from tests.pages import ROOT
from tests.running import a_folder, run

VISITOR = "203.0.113.9"


async def _who(request: Request) -> PlainTextResponse:
    assert request.client
    return PlainTextResponse(request.client.host)


def _from(peer: str, headers: dict[str, str], *, named: tuple[str, ...] = (), note: Callable[[str], None]) -> str:
    """Who a request counts as from, that comes from this address with these headers."""
    app = Starlette(routes=[Route("/", _who)], middleware=[Middleware(Proxies, named=named, note=note)])
    return TestClient(app, client=(peer, 50_000)).get("/", headers=headers).text


@pytest.mark.parametrize(
    ("peer", "named", "said", "counts_as", "noted"),
    [
        ("127.0.0.1", (), VISITOR, VISITOR, []),
        ("::1", (), VISITOR, VISITOR, []),
        ("::ffff:127.0.0.1", (), VISITOR, VISITOR, []),
        ("10.88.0.1", (), VISITOR, "10.88.0.1", ["10.88.0.1"]),
        ("::ffff:10.88.0.1", (), VISITOR, "10.88.0.1", ["10.88.0.1"]),
        ("10.88.0.1", ("10.88.0.0/16",), VISITOR, VISITOR, []),
        ("10.88.0.1", ("10.88.0.0/16",), f"192.0.2.66, {VISITOR}", VISITOR, []),
        ("10.88.0.1", ("10.88.0.0/16",), f"192.0.2.66, {VISITOR}, 10.88.0.7", VISITOR, []),
        ("10.89.0.1", ("10.88.0.0/16",), VISITOR, "10.89.0.1", ["10.89.0.1"]),
        ("2001:db8::7", ("2001:db8::7/128",), VISITOR, VISITOR, []),
        ("2001:db8::8", ("2001:db8::7/128",), VISITOR, "2001:db8::8", ["2001:db8::8"]),
    ],
)
def test_only_named_proxies_are_believed(
    peer: str, named: tuple[str, ...], said: str, counts_as: str, noted: list[str]
) -> None:
    """And of what they pass on only what they saw themselves: whatever a visitor put before it counts nothing."""
    told: list[str] = []

    assert counts_as == _from(peer, {"X-Forwarded-For": said}, named=named, note=told.append)
    assert noted == told


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP"])
def test_a_proxy_is_known_by_any_of_its_headers(header: str) -> None:
    """A request without one is a visitor's own."""
    told: list[str] = []
    _from("192.0.2.1", {}, note=told.append)
    _from("192.0.2.2", {header: "x"}, note=told.append)

    assert ["192.0.2.2"] == told


def test_a_flood_of_them_is_noted_seldom() -> None:
    """Once an hour each, and twenty at most: whoever reaches the port may pretend to be one."""
    told: list[str] = []
    app = Starlette(routes=[Route("/", _who)], middleware=[Middleware(Proxies, named=(), note=told.append)])
    for _ in range(2):
        for number in range(30):
            client = TestClient(app, client=(f"192.0.2.{number}", 50_000))
            client.get("/", headers={"X-Forwarded-For": VISITOR})

    assert [f"192.0.2.{number}" for number in range(20)] == told


def test_an_answer_does_not_wait_for_the_note() -> None:
    """With a database that is away the page is there all the same."""

    def fails(_proxy: str) -> None:
        raise OSError("away")

    assert "192.0.2.2" == _from("192.0.2.2", {"X-Forwarded-For": VISITOR}, note=fails)


def test_few_are_kept_and_old_ones_forgotten(engine: Engine) -> None:
    """The newest first; a further one only where there is room."""
    from datetime import UTC, datetime, timedelta

    kept, now = UnnamedProxies(engine), datetime(2026, 11, 23, 12, tzinfo=UTC)
    for number in range(25):
        kept.note(f"192.0.2.{number}", at=now + timedelta(minutes=number))
    kept.note("192.0.2.3", at=now + timedelta(hours=1))
    assert ["192.0.2.3", "192.0.2.19", "192.0.2.18"] == list(kept.list_since(now))[:3]
    assert 20 == len(kept.list_since(now))
    kept.note("198.51.100.1", at=now + timedelta(days=40))

    assert ["198.51.100.1"] == list(kept.list_since(now))


def test_doctor_says_through_which_unnamed_proxy_requests_come(tmp_path: Path) -> None:
    """With the line to add; once it is there, doctor is content, and so are the pages."""
    directory = a_folder(tmp_path / "weekly")
    parts = open_newsletter(directory)
    with TestClient(build(parts), base_url="https://ferries.example.com", client=("192.0.2.7", 50_000)) as pages:
        assert 200 == pages.get("/subscribe", headers={"X-Forwarded-For": VISITOR}).status_code
    parts.engine.dispose()
    said = run(directory, "doctor", "--offline").stdout
    (line,) = re.findall(r"NEWSLETTER_TRUSTED_PROXIES=[\d.,]+(?=, and)", said)
    with (directory / "var" / "secrets.env").open("a") as file:
        file.write(f"{line}\n")

    assert re.search(r"^look +Proxies: Requests come through 192\.0\.2\.7, not named", said, re.MULTILINE)
    assert re.search(r"^ok +Proxies: ", run(directory, "doctor", "--offline").stdout, re.MULTILINE)
    assert ("192.0.2.7/32",) == read_config(directory, {}).trusted_proxies


@pytest.mark.parametrize("text", ["*", "0.0.0.0/0", "::/0", "proxy.example.com", "10.0.0.0/33", "10.0.0.1;10.0.0.2"])
def test_what_is_no_proxy_is_refused(tmp_path: Path, text: str) -> None:
    """The whole Internet above all."""
    directory = a_folder(tmp_path / "weekly")
    with pytest.raises(Mistake) as refused:
        read_config(directory, {"NEWSLETTER_TRUSTED_PROXIES": f"192.0.2.7, {text}"})

    assert text in refused.value.message
    assert "NEWSLETTER_TRUSTED_PROXIES in the environment" in refused.value.message


@pytest.mark.parametrize("key", ["trusted_proxies", "NEWSLETTER_TRUSTED_PROXIES"])
def test_whom_this_machine_believes_is_not_said_in_the_shared_file(tmp_path: Path, key: str) -> None:
    """Whoever may push could get round every limit with it."""
    directory = a_folder(tmp_path / "weekly")
    toml = directory / "newsletter.toml"
    toml.write_text(f'{toml.read_text()}{key} = "0.0.0.0/1"\n')
    with pytest.raises(Mistake) as refused:
        read_config(directory, {})

    assert "var/secrets.env" in refused.value.fix
    assert refused.value.place is not None


def test_the_container_believes_the_web_server_before_it(tmp_path: Path) -> None:
    """By the networks that podman and docker give out, and by no public one."""
    text = (ROOT / "deploy" / "Containerfile").read_text()
    (value,) = re.findall(r"^ENV NEWSLETTER_TRUSTED_PROXIES=(\S+)$", text, re.MULTILINE)
    named = read_config(a_folder(tmp_path / "weekly"), {"NEWSLETTER_TRUSTED_PROXIES": value}).trusted_proxies
    for peer in ("10.88.0.1", "172.17.0.1", "192.168.127.1", "169.254.1.2", "fd00::1"):
        assert VISITOR == _from(peer, {"X-Forwarded-For": VISITOR}, named=named, note=lambda _: None)
    for peer in ("192.0.2.1", "172.32.0.1", "2001:db8::1"):
        assert peer == _from(peer, {"X-Forwarded-For": VISITOR}, named=named, note=lambda _: None)
    assert "-p 127.0.0.1:" in text


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_the_web_servers_keep_browsers_at_https(name: str) -> None:
    """HSTS (RFC 6797) for half a year at least, and the setting for one that is on another machine."""
    text = (ROOT / "deploy" / name).read_text()
    (seconds,) = re.findall(r'Strict-Transport-Security "max-age=(\d+)"', text)

    assert int(seconds) >= 15_768_000
    assert "NEWSLETTER_TRUSTED_PROXIES" in text
