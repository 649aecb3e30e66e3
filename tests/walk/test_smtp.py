"""The walk to a stand-in mail server: every reader's own mail, kills in the middle, and a server that misbehaves."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from newsletter.db.engine import connect
from tests.fakes.smtp_running import SmtpServer, smtp_server
from tests.running import a_folder, run, sqlite_of, start
from tests.world import add_readers

N_READERS = 500


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpServer]:
    with smtp_server(tmp_path / "smtp") as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return a_full_folder(tmp_path / "weekly", {})


def a_full_folder(directory: Path, more: dict[str, str]) -> Path:
    """A newsletter with 500 active readers on `weekly`."""
    a_folder(directory)
    run(directory, "status", **more)  # makes the database
    engine = connect(more.get("NEWSLETTER_DATABASE_URL") or sqlite_of(directory))
    add_readers(engine, "weekly", range(N_READERS))
    engine.dispose()
    return directory


def settings(server: SmtpServer, **more: str) -> dict[str, str]:
    return {"NEWSLETTER_PROVIDER": "smtp", "NEWSLETTER_SMTP_URL": server.url(), **more}


def counts(directory: Path, server: SmtpServer, more: dict[str, str] | None = None) -> dict[str, int]:
    """The ledger's account as `status --format json` tells it."""
    told = json.loads(run(directory, "status", "1", "--format", "json", **settings(server, **(more or {}))).stdout)
    states = ("pending", "sending", "accepted", "refused", "skipped", "uncertain", "left")
    assert told["planned"] == sum(told[state] for state in states)
    return {state: told[state] for state in ("planned", *states)}


def test_500_readers_get_one_mail_each_and_it_is_the_one_that_render_shows(folder: Path, server: SmtpServer) -> None:
    """On four connections; a mail opened by a mail reader says what `render --as` says, from the sender of the settings."""
    sent = run(folder, "send", "1", "--list", "weekly", "--yes", **settings(server))

    assert 0 == sent.returncode, sent.stderr
    took = Counter(line["email"] for line in server.accepted())
    assert N_READERS == len(took) == sum(took.values()) == counts(folder, server)["accepted"]
    assert {"mara@ferries.example.com"} == {line["sender"] for line in server.accepted()}
    assert 4 >= len({line["connection"] for line in server.heard()})
    mail = next(mail for mail in server.mails() if b"\r\nTo: reader123@example.com\r\n" in mail)
    out = folder / "x"
    run(folder, "render", "1", "--out", out, "--as", "reader123@example.com", **settings(server))
    message = message_from_bytes(mail, policy=default)
    for kind, name in (("html", "001.html"), ("plain", "001.txt")):
        part = message.get_body((kind,))
        assert part is not None
        assert part.get_content().rstrip().splitlines() == (out / name).read_text().rstrip().splitlines()


@pytest.mark.parametrize(
    ("after_mails", "database"),
    [
        (170, "sqlite"),
        *(pytest.param(mails, "sqlite", marks=pytest.mark.walks) for mails in (30, 400)),
        *(pytest.param(mails, "postgresql", marks=pytest.mark.walks) for mails in (30, 170, 400)),
    ],
)
def test_kill_in_mid_send_and_send_again(
    tmp_path: Path, server: SmtpServer, after_mails: int, database: str, request: pytest.FixtureRequest
) -> None:
    """kill -9 while mails are under way: nobody has two, nobody is lost, and only the mails in flight are in doubt."""
    more = {"NEWSLETTER_DATABASE_URL": request.getfixturevalue("postgres_url")} if database == "postgresql" else {}
    folder = a_full_folder(tmp_path / "weekly", more)
    server.plan(then={"at": "end", "seconds": 0.01})
    sender = start(
        folder, "send", "1", "--list", "weekly", "--yes", log=folder.parent / "log", **settings(server, **more)
    )
    try:
        _wait_for(lambda: len(server.accepted()) >= after_mails)
    finally:
        sender.kill()
        sender.wait()
    server.plan()

    run(folder, "send", "1", "--list", "weekly", "--yes", **settings(server, **more))

    took = Counter(line["email"] for line in server.accepted())
    account = counts(folder, server, more)
    assert {1} == set(took.values()), "somebody got it twice"
    assert 0 == account["pending"] == account["sending"]
    assert N_READERS == account["planned"] == account["accepted"] + account["uncertain"]
    assert account["accepted"] <= len(took) <= N_READERS
    assert account["uncertain"] <= 4, "no more than one mail on each connection may be in doubt"
    assert [] == [*(folder / "var" / "spool").iterdir()], "what was noted is written down"


def test_a_server_at_its_worst_mails_nobody_twice(folder: Path, server: SmtpServer) -> None:
    """Dropped after the mail, cut answers, refusals and hang-ups: what the ledger calls accepted was taken, once."""
    weights = {"accept": 200, "accept-drop": 1, "accept-cut": 1, "550-at-rcpt": 2, "drop-in-body": 1, "421-at-mail": 1}
    server.plan(weights=weights)

    run(folder, "send", "1", "--list", "weekly", "--yes", **settings(server))
    account = counts(folder, server)

    took = Counter(line["email"] for line in server.accepted())
    assert {1} == set(took.values()), "somebody got it twice"
    assert account["accepted"] <= len(took) <= account["accepted"] + account["uncertain"]
    assert N_READERS == account["planned"]


def test_a_wrong_password_pauses_and_says_what_to_do(folder: Path, server: SmtpServer) -> None:
    """Nobody is mailed or lost: mended and resumed, everyone gets it once."""
    server.plan(login=["mara", "right horse"])
    wrong = {"NEWSLETTER_PROVIDER": "smtp", "NEWSLETTER_SMTP_URL": server.url("mara:wrong%20horse")}
    refused = run(folder, "send", "1", "--list", "weekly", "--yes", **wrong)
    assert 1 == refused.returncode
    assert "Check the user and the password in NEWSLETTER_SMTP_URL" in refused.stderr
    assert "wrong" not in (refused.stdout + refused.stderr).replace("wrong user or password", "")
    assert N_READERS == counts(folder, server)["pending"]

    right = {"NEWSLETTER_PROVIDER": "smtp", "NEWSLETTER_SMTP_URL": server.url("mara:right%20horse")}
    run(folder, "resume", "1", **right)
    sent = run(folder, "send", "1", "--list", "weekly", "--yes", **right)

    assert 0 == sent.returncode, sent.stderr
    assert N_READERS == len({line["email"] for line in server.accepted()}) == len(server.accepted())


def test_a_test_mail_arrives(folder: Path, server: SmtpServer) -> None:
    """`newsletter test` uses the same way out."""
    done = run(folder, "test", "1", "--to", "mara@example.net", **settings(server))

    assert 0 == done.returncode, done.stderr
    assert ["mara@example.net"] == [line["email"] for line in server.accepted()]


def _wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)
