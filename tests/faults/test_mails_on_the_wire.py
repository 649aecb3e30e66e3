"""Sending through a real mail server, killed again and again: only the mails on the wire are ever in doubt."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.smtp_running import SmtpServer, smtp_server
from tests.running import a_folder, run, start

N_READERS = 1_000
KILLS = 8
CONNECTIONS = 4
SEEDS = 3

pytestmark = pytest.mark.faults


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpServer]:
    with smtp_server(tmp_path / "smtp") as running:
        yield running


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_eight_kills_leave_a_handful_in_doubt(
    tmp_path: Path, server: SmtpServer, database: str, seed: int, request: pytest.FixtureRequest
) -> None:
    """Nobody has it twice, nobody is lost, and each kill costs at most one reader on each connection."""
    settings = {"NEWSLETTER_PROVIDER": "smtp", "NEWSLETTER_SMTP_URL": server.url()}
    if database == "postgresql":
        settings["NEWSLETTER_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    folder = a_folder(tmp_path / "weekly")
    readers = folder / "readers.csv"
    readers.write_text("email\n" + "".join(f"reader{number}@example.com\n" for number in range(N_READERS)))
    run(folder, "subscribers", "import", readers, "--list", "weekly", "--active", "--consent", "Form", **settings)
    server.plan(then={"at": "end", "seconds": 0.01})
    draw = random.Random(seed)
    for _ in range(KILLS):
        _send_and_kill(folder, server, settings, after=draw.randint(1, 100), pause=draw.uniform(0, 0.05))
    server.plan()

    run(folder, "send", "1", "--list", "weekly", "--yes", **settings)

    took = Counter(line["email"] for line in server.accepted())
    told = json.loads(run(folder, "status", "1", "--format", "json", **settings).stdout)
    assert {1} == set(took.values()), "somebody got it twice"
    assert N_READERS == told["planned"] == told["accepted"] + told["uncertain"]
    assert told["accepted"] <= len(took), "somebody is called handed over and was not"
    assert told["uncertain"] <= KILLS * CONNECTIONS
    assert [] == list((folder / "var" / "spool").iterdir())


def _send_and_kill(folder: Path, server: SmtpServer, settings: dict[str, str], *, after: int, pause: float) -> None:
    """Kill the sender a moment after the server has taken so many more."""
    goal = min(len(server.accepted()) + after, N_READERS - 50)
    sender = start(folder, "send", "1", "--list", "weekly", "--yes", log=folder.parent / "log", **settings)
    try:
        end = time.monotonic() + 60
        while len(server.accepted()) < goal:
            assert time.monotonic() < end, "nothing went out"
            time.sleep(0.01)
        time.sleep(pause)
    finally:
        sender.kill()
        sender.wait()
