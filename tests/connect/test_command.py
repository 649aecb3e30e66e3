"""`newsletter connect` with its steps: what each will do is said before, and a script is asked nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.fakes.sendgrid_account import KEY, SendGridAccount
from tests.fetch.name_server import NameServer
from tests.running import a_folder, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return a_folder(tmp_path / "weekly")


def connect(folder: Path, names: NameServer, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    where = ("--name-server", f"127.0.0.1:{names.port}")
    return run(folder, "connect", "sendgrid", *words, *where, stdin=given.encode())


@pytest.mark.walks
def test_a_key_is_prepared_and_the_steps_are_done(folder: Path, account: SendGridAccount, names: NameServer) -> None:
    """With `--prepare` practice goes on until `--do use`."""
    done = connect(folder, names, "--prepare", "--url", account.url, given=f"{KEY}\n")
    assert done.returncode == 0, done.stderr
    assert "Mail stays on this machine until: newsletter connect sendgrid --do use" in done.stdout

    done = connect(folder, names, "--do", "domain")
    assert "Makes your domain known to SendGrid" in done.stderr
    assert "em7.ferries.example.com CNAME u7.wl.sendgrid.net  (not there yet)" in done.stdout
    looked = connect(folder, names, "--look")
    assert [line.split()[0] for line in looked.stdout.splitlines() if line[:1] not in {" ", "t"}].count("done") == 2
    assert "to do     domain        SendGrid waits for the records" in looked.stdout
    assert connect(folder, names, "--do", "use").returncode == 0
    assert "NEWSLETTER_PROVIDER=sendgrid" in (folder / "var" / "secrets.env").read_text()
    assert connect(folder, names, "--undo", "use").returncode == 0
    assert "NEWSLETTER_PROVIDER=outbox" in (folder / "var" / "secrets.env").read_text()


def test_what_can_not_be_done_is_said(folder: Path, names: NameServer) -> None:
    """As a sentence, with 1."""
    done = connect(folder, names, "--do", "domain")
    assert done.returncode == 1
    assert "There is no SendGrid key" in done.stderr
