"""`doctor`: sound, broken and not known are told apart, by what was seen."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from newsletter.fetch.dns import DnsResolver
from newsletter.preflight.domain.mail_server import check_server
from newsletter.words.verdict import State
from tests.fakes.smtp_running import smtp_server
from tests.fetch.name_server import Zone, name_server
from tests.preflight.desk import Desk

ZONE: Zone = {
    "quay.example.com": {"TXT": ['"v=spf1 ip4:192.0.2.1 -all"'], "MX": ["10 mx.quay.example.com."]},
    "_dmarc.example.com": {"TXT": ['"v=DMARC1; p=none"']},
}
KEY = "SG.made-up"


def states(desk: Desk, zone: Zone, **settings: str) -> tuple[int, dict[str, str]]:
    """The exit code, and each verdict's state by what it is about."""
    with name_server(zone) as server:
        words = ("doctor", "--format", "json", "--name-server", f"127.0.0.1:{server.port}")
        done = desk.cli(*words, **settings)
    return done.exit_code, {one["about"]: one["state"] for one in json.loads(done.stdout)["verdicts"]}


@contextmanager
def sendgrid(status: int, scopes: list[str], date: str | None = None) -> Iterator[dict[str, str]]:
    """Something that answers `GET /v3/scopes`, as the settings that lead there."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = json.dumps({"scopes": scopes}).encode()
            self.send_response_only(status if self.headers["Authorization"] == f"Bearer {KEY}" else 401)
            self.send_header("Date", date or self.date_time_string())
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            yield {"NEWSLETTER_PROVIDER": "sendgrid", "SENDGRID_API_KEY": KEY, "NEWSLETTER_SENDGRID_URL": url}
        finally:
            server.shutdown()
            thread.join()


def test_a_newsletter_in_order_for_practice(desk: Desk) -> None:
    """A domain on a name server of ours; what nobody can know from here is said to be so, and fails nothing."""
    code, found = states(desk, ZONE)
    sound = {"Settings", "Secrets", "Database", "Proxies", "Disk", "Provider", "SPF", "DMARC", "Sender"}
    # Whether var/ is closed hangs on the umask of whoever made it: tests/folder/test_private.py.
    found.pop("Privacy")
    # How many files may be open hangs on the machine: tests/web/test_patience.py.
    found.pop("Open files")

    assert 0 == code
    assert sound == {about for about, state in found.items() if state == "pass"}
    unknown = {"Clock", "Backups", "DKIM", "Alignment", "Public address", "Schedule"}
    assert unknown == {about for about, state in found.items() if state == "unknown"}


def test_secrets_that_others_can_read_fail(desk: Desk) -> None:
    """Whoever reads the key can take every reader off the list."""
    (desk.directory / "var/secrets.env").chmod(0o644)
    code, found = states(desk, ZONE)

    assert (1, "fail") == (code, found["Secrets"])


@pytest.mark.parametrize(("days", "state"), [(1, "pass"), (30, "warn")])
def test_the_age_of_the_newest_backup_is_told(desk: Desk, days: int, state: str) -> None:
    """A week old is good enough."""
    desk.write("var/backups/old.db", "x")
    desk.write("var/backups/new.db", "x")
    for name, age in (("old", 90), ("new", days)):
        then = time.time() - age * 86_400
        os.utime(desk.directory / f"var/backups/{name}.db", (then, then))

    assert state == states(desk, ZONE)[1]["Backups"]


@pytest.mark.parametrize(
    ("status", "scopes", "key", "state"),
    [
        (200, ["mail.send"], KEY, "pass"),
        (200, ["alerts.read"], KEY, "fail"),
        (200, ["mail.send"], "SG.another", "fail"),
        (403, [], KEY, "fail"),
        (500, [], KEY, "unknown"),
    ],
)
def test_the_key_of_sendgrid_is_tried(desk: Desk, status: int, scopes: list[str], key: str, state: str) -> None:
    """A key that is refused fails; an answer that tells nothing of the key does not. The domain's keys are missing here."""
    with sendgrid(status, scopes) as settings:
        code, found = states(desk, ZONE, **{**settings, "SENDGRID_API_KEY": key})

    assert (1, state, "fail") == (code, found["Provider"], found["DKIM s1"])
    assert ("pass" if state == "pass" else None) == found.get("Clock beside others")


def test_a_provider_that_is_not_reached_is_not_known(desk: Desk) -> None:
    """Nothing listens there."""
    with sendgrid(200, ["mail.send"]) as settings:
        pass

    assert "unknown" == states(desk, ZONE, **settings)[1]["Provider"]


def test_a_clock_that_is_wrong_is_seen_by_the_other_side(desk: Desk) -> None:
    """An hour apart: the schedule would be an hour off."""
    with sendgrid(200, ["mail.send"], "Mon, 05 Jan 2026 09:00:00 GMT") as settings:
        assert "fail" == states(desk, ZONE, **settings)[1]["Clock beside others"]


@pytest.mark.parametrize(("password", "state"), [("right", "pass"), ("wrong", "fail")])
def test_the_password_of_the_mail_server_is_tried(desk: Desk, tmp_path: Path, password: str, state: str) -> None:
    """No mail is handed over. From a server in a network of its own, nobody can say as whom it appears outside."""
    with smtp_server(tmp_path) as server:
        server.plan(login=["mara", "right"])
        settings = {"NEWSLETTER_PROVIDER": "smtp", "NEWSLETTER_SMTP_URL": server.url(f"mara:{password}")}
        found = states(desk, ZONE, **settings)[1]
        assert [] == server.accepted()
    gone = states(desk, ZONE, **settings)[1]

    assert (state, "unknown") == (found["Provider"], gone["Provider"])
    assert ("unknown" if state == "pass" else None) == found.get("Reverse DNS") == found.get("Server name")


ADDRESS = "5.9.1.2"
NAMES = {
    "2.1.9.5.in-addr.arpa": {"PTR": ["mail.ferries.example."]},
    "mail.ferries.example": {"A": [ADDRESS]},
    "other.ferries.example": {"A": ["5.9.1.3"]},
}


@pytest.mark.parametrize(
    ("name", "changes", "reverse", "helo"),
    [
        ("mail.ferries.example", {}, State.PASS, State.PASS),
        ("other.ferries.example", {}, State.PASS, State.WARN),
        ("localhost", {}, State.PASS, State.WARN),
        ("", {}, State.PASS, State.WARN),
        ("mail.ferries.example", {"2.1.9.5.in-addr.arpa": {}}, State.WARN, State.PASS),
        (
            "mail.ferries.example",
            {"2.1.9.5.in-addr.arpa": {"PTR": ["other.ferries.example."]}},
            State.WARN,
            State.PASS,
        ),
    ],
)
def test_a_mail_server_has_a_name_that_leads_back(name: str, changes: Zone, reverse: State, helo: State) -> None:
    """In both directions, as large mailbox providers ask."""
    with name_server({**NAMES, **changes}) as server:
        found = check_server(name, ADDRESS, DnsResolver([server.address], seconds=0.4))

    assert {"Reverse DNS": reverse, "Server name": helo} == {one.about: one.state for one in found}


def test_a_silent_name_server_says_nothing_about_the_mail_server() -> None:
    """Could not be checked is not failed."""
    with name_server(NAMES, silent=("arpa", "example", "invalid")) as server:
        found = check_server("mail.ferries.example", ADDRESS, DnsResolver([server.address], seconds=0.1))

    assert {State.UNKNOWN} == {one.state for one in found}


def test_offline_asks_nobody(desk: Desk) -> None:
    """Everything that would be asked for is named, and nothing fails by it."""
    with sendgrid(200, ["mail.send"]) as settings:
        done = desk.cli("doctor", "--offline", **settings)

    assert 0 == done.exit_code, done.stdout
    for about in ("Provider", "Public address", "Domain"):
        assert f"not known  {about}" in done.stdout
