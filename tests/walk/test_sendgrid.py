"""The walk to a server that stands in for SendGrid: three calls, every reader's own mail, and kills in the middle."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.db.engine import connect
from tests.fakes.filling import filled
from tests.fakes.running import SendGridServer, sendgrid_server
from tests.running import a_folder, run, sqlite_of, start
from tests.world import add_readers

N_READERS = 2_500


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SendGridServer]:
    """A stand-in for SendGrid that accepts everything and checks every body against the schema and the rules."""
    with sendgrid_server(tmp_path / "sendgrid") as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A newsletter with 2,500 active readers on `weekly`."""
    directory = a_folder(tmp_path / "weekly")
    run(directory, "status")  # makes the database
    engine = connect(sqlite_of(directory))
    add_readers(engine, "weekly", range(N_READERS))
    engine.dispose()
    return directory


def settings(server: SendGridServer, **more: str) -> dict[str, str]:
    """SendGrid as the provider, at the stand-in's address."""
    return {
        "NEWSLETTER_PROVIDER": "sendgrid",
        "SENDGRID_API_KEY": "SG.made-up-key-for-tests",
        "NEWSLETTER_SENDGRID_URL": server.url,
        **more,
    }


def counts(directory: Path, **more: str) -> dict[str, int]:
    """The ledger's account as `status --format json` tells it."""
    told = json.loads(run(directory, "status", "1", "--format", "json", **more).stdout)
    states = ("pending", "sending", "accepted", "refused", "skipped", "uncertain", "left")
    assert told["planned"] == sum(told[state] for state in states)
    return {state: told[state] for state in ("planned", *states)}


def test_2500_readers_take_three_calls_and_each_gets_what_render_shows(folder: Path, server: SendGridServer) -> None:
    """Every body is sound; filled in with its substitutions, a reader's mail is the one of `render --as`, word for word."""
    sent = run(folder, "send", "1", "--list", "weekly", "--yes", **settings(server))

    assert 0 == sent.returncode, sent.stderr
    assert [] == server.problems()
    assert 3 == len(server.bodies())
    mails = {mail.email: mail for body in server.bodies() for mail in filled(body)}
    assert N_READERS == len(mails) == len(server.accepted())
    assert N_READERS == counts(folder, **settings(server))["accepted"]
    for email in ("reader0@example.com", "reader1234@example.com", "reader2499@example.com"):
        out = folder / "x"
        run(folder, "render", "1", "--out", out, "--as", email, **settings(server))
        shown = run(folder, "render", "1", "--out", out, "--as", email).stdout.splitlines()[0]
        assert f"Subject: {mails[email].subject}" == shown
        assert (out / "001.html").read_text() == mails[email].html
        assert (out / "001.txt").read_text() == mails[email].text
        assert f"<{link_in(mails[email].text)}>" == mails[email].headers["List-Unsubscribe"]


def link_in(text: str) -> str:
    """The reader's own unsubscribe address in a text part."""
    return next(word.strip("<>()[],") for word in text.split() if "/u/" in word)


def test_a_second_send_finds_nobody_to_send_to(folder: Path, server: SendGridServer) -> None:
    """Running the same command again hands nothing over."""
    run(folder, "send", "1", "--list", "weekly", "--yes", **settings(server))
    again = run(folder, "send", "1", "--list", "weekly", "--yes", **settings(server))

    assert 0 == again.returncode
    assert "2,500 already have this issue" in again.stdout
    assert N_READERS == len(server.accepted())


def test_two_lists_that_share_300_people_give_nobody_two(folder: Path, server: SendGridServer) -> None:
    """The same issue to a second list reaches only those who do not have it."""
    engine = connect(sqlite_of(folder))
    add_readers(engine, "friends", range(N_READERS - 300, N_READERS + 200))
    engine.dispose()
    run(folder, "send", "1", "--list", "weekly", "--yes", **settings(server))
    second = run(folder, "send", "1", "--list", "friends", "--yes", **settings(server))

    per_person = Counter(line["email"] for line in server.accepted())
    assert "300 already have this issue" in second.stdout
    assert N_READERS + 200 == len(per_person)
    assert {1} == set(per_person.values())
    assert N_READERS + 200 == counts(folder, **settings(server))["accepted"]


@pytest.mark.parametrize("after_calls", [3, *(pytest.param(calls, marks=pytest.mark.walks) for calls in (1, 6))])
def test_kill_in_mid_send_and_send_again(folder: Path, server: SendGridServer, after_calls: int) -> None:
    """kill -9 while calls are under way: afterwards nobody has two, and everyone is accounted for."""
    server.plan(then={"do": "accept", "seconds": 0.3})
    small = settings(server, NEWSLETTER_PARCEL_SIZE="250")
    sender = start(folder, "send", "1", "--list", "weekly", "--yes", log=folder.parent / "log", **small)
    try:
        _wait_for(lambda: len(server.accepted()) >= after_calls * 250)
    finally:
        sender.kill()
        sender.wait()
    server.plan()

    again = run(folder, "send", "1", "--list", "weekly", "--yes", **small)

    took = Counter(line["email"] for line in server.accepted())
    account = counts(folder, **small)
    assert {1} == set(took.values()), "somebody got it twice"
    assert N_READERS == account["planned"]
    assert 0 == account["pending"] == account["sending"]
    assert account["accepted"] <= len(took) <= account["accepted"] + account["uncertain"]
    assert N_READERS == account["accepted"] + account["uncertain"]
    assert account["uncertain"] <= 4 * 250, "no more than the calls in flight may be in doubt"
    if account["uncertain"]:
        assert 1 == again.returncode
        assert "may or may not have it" in again.stderr


def test_a_wrong_key_pauses_and_says_what_to_do(folder: Path, server: SendGridServer) -> None:
    """Nothing is lost: mended and resumed, everyone gets it once."""
    server.plan(then="401")
    refused = run(folder, "send", "1", "--list", "weekly", "--yes", **settings(server))
    assert 1 == refused.returncode
    assert "SENDGRID_API_KEY" in refused.stderr
    assert N_READERS == counts(folder, **settings(server))["pending"]

    server.plan()
    run(folder, "resume", "1", **settings(server))
    sent = run(folder, "send", "1", "--list", "weekly", "--yes", **settings(server))

    assert 0 == sent.returncode, sent.stderr
    assert N_READERS == len({line["email"] for line in server.accepted()}) == len(server.accepted())


def _wait_for(condition: object, seconds: float = 30.0) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)
