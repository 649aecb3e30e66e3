"""`newsletter connect`: tried first, kept only if it works, and never shown."""

from __future__ import annotations

import json
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from newsletter.config import read_config
from tests.fakes.smtp_running import SmtpServer, smtp_server
from tests.running import a_folder, run

PASSWORD = "a@b:c/d #very%secret"
KEY = "SG.very-secret-key"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return a_folder(tmp_path / "weekly")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpServer]:
    with smtp_server(tmp_path / "smtp") as running:
        running.plan(login=["me@example.org", PASSWORD])
        yield running


def connect(folder: Path, *words: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run it with a line on standard input. Nothing it says may hold a secret."""
    done = run(folder, "connect", *words, stdin=given.encode(), **settings)
    assert "secret" not in (done.stdout + done.stderr).replace("var/secrets.env", "")
    return done


def smtp(folder: Path, server: SmtpServer, password: str) -> subprocess.CompletedProcess[str]:
    where = ("--host", server.host, "--port", str(server.port), "--user", "me@example.org")
    return connect(folder, "smtp", *where, given=f"{password}\n")


def test_a_mail_server_that_lets_us_in_is_kept_and_used(folder: Path, server: SmtpServer) -> None:
    """Any password fits; the other lines stay; nobody else may read the file; nothing was sent by trying."""
    secrets = folder / "var" / "secrets.env"
    before = secrets.read_text()
    secrets.write_text(f"# ours\nNEWSLETTER_SMTP_URL=smtp://old\n{before}")
    secrets.chmod(0o644)

    done = smtp(folder, server, PASSWORD)

    assert 0 == done.returncode, done.stderr
    assert "takes the password" in done.stdout
    assert "Kept in var/secrets.env" in done.stdout
    assert [] == server.accepted()
    assert 0o600 == stat.S_IMODE(secrets.stat().st_mode)
    lines = secrets.read_text().splitlines()
    assert ["# ours", before.strip()] == [lines[0], lines[2]]
    assert 1 == sum(line.startswith("NEWSLETTER_SMTP_URL=") for line in lines)
    assert ["secrets.env"] == [path.name for path in (folder / "var").iterdir() if "secrets" in path.name]
    sent = run(folder, "test", "1", "--to", "mara@example.net")
    assert 0 == sent.returncode, sent.stderr
    assert ["mara@example.net"] == [line["email"] for line in server.accepted()]


def test_a_wrong_password_changes_nothing(folder: Path, server: SmtpServer) -> None:
    """What worked before goes on working."""
    before = (folder / "var" / "secrets.env").read_bytes()

    done = smtp(folder, server, "another secret")

    assert 1 == done.returncode
    assert "does not take the password" in done.stderr
    assert "Nothing was changed." in done.stderr
    assert before == (folder / "var" / "secrets.env").read_bytes()


def test_a_server_that_is_not_there_changes_nothing(folder: Path) -> None:
    """And the reason is said."""
    done = connect(folder, "smtp", "--host", "127.0.0.1", "--port", "9")

    assert 1 == done.returncode
    assert "could not be reached" in done.stderr
    assert "NEWSLETTER_PROVIDER" not in (folder / "var" / "secrets.env").read_text()


def test_a_server_that_asks_for_no_password_needs_none(folder: Path, server: SmtpServer) -> None:
    """Such as one on this machine; the number of connections goes into the address."""
    server.plan()

    done = connect(folder, "smtp", "--host", server.host, "--port", str(server.port), "--connections", "2")

    assert 0 == done.returncode, done.stderr
    url = read_config(folder, {}).provider_settings["smtp_url"]
    assert f"smtp://{server.host}:{server.port}?connections=2" == url


@pytest.mark.parametrize("words", [["smtp"], ["smtp", "--host", "localhost", "--user", "me"], ["sendgrid"]])
def test_what_is_missing_is_said_where_nobody_can_be_asked(folder: Path, words: list[str]) -> None:
    """A script gets a sentence, not a prompt that waits for ever."""
    done = connect(folder, *words)

    assert 2 == done.returncode


def test_outside_of_a_newsletter_it_says_so(tmp_path: Path) -> None:
    """No file is left in a folder that is none."""
    done = connect(tmp_path, "smtp", "--host", "localhost")

    assert 1 == done.returncode
    assert "There is no newsletter" in done.stderr
    assert [] == list(tmp_path.iterdir())


def test_what_else_real_sending_needs_is_named(folder: Path, server: SmtpServer) -> None:
    """Better now than on Thursday at nine."""
    toml = folder / "newsletter.toml"
    toml.write_text("".join(line for line in toml.read_text().splitlines(True) if not line.startswith("public_url")))

    done = smtp(folder, server, PASSWORD)

    assert 0 == done.returncode
    assert "Before you can send: " in done.stdout
    assert "public address" in done.stdout


@contextmanager
def sendgrid(status: int, answer: object) -> Iterator[str]:
    """Something that answers `GET /v3/scopes` so, to the right key only."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_right = (self.path, self.headers["Authorization"]) == ("/v3/scopes", f"Bearer {KEY}")
            content = json.dumps(answer).encode()
            self.send_response(status if is_right else 401)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_sendgrid_key_that_may_send_is_kept(folder: Path) -> None:
    """From standard input or the environment."""
    with sendgrid(200, {"scopes": ["alerts.read", "mail.send"]}) as url:
        done = connect(folder, "sendgrid", "--url", url, given=f"{KEY}\n")

    assert 0 == done.returncode, done.stderr
    assert "it may send mail" in done.stdout
    config = read_config(folder, {})
    assert ("sendgrid", KEY, url) == (
        config.provider,
        config.provider_settings["sendgrid_api_key"],
        config.provider_settings["sendgrid_url"],
    )


@pytest.mark.parametrize(
    ("status", "answer", "key", "words"),
    [
        (200, {"scopes": ["alerts.read"]}, KEY, "may not send mail"),
        (200, {"scopes": ["mail.send"]}, "SG.another-secret", "does not take this key"),
        (403, {}, KEY, "does not take this key"),
        (200, ["a page"], KEY, "not as SendGrid does"),
        (500, {}, KEY, "not as SendGrid does"),
    ],
)
def test_a_sendgrid_key_that_may_not_send_changes_nothing(
    folder: Path, status: int, answer: object, key: str, words: str
) -> None:
    """Each with its reason."""
    before = (folder / "var" / "secrets.env").read_bytes()
    with sendgrid(status, answer) as url:
        done = connect(folder, "sendgrid", "--url", url, given=f"{key}\n")

    assert 1 == done.returncode
    assert words in done.stderr
    assert before == (folder / "var" / "secrets.env").read_bytes()
