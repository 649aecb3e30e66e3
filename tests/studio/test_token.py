"""The machine's token: new with every start, good on this machine alone, and kept nowhere."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from newsletter.wiring import open_newsletter
from tests.running import a_folder, command, environment
from tests.studio.conftest import AT_HOME, HERE, World


@pytest.mark.parametrize(
    ("client", "headers"),
    [
        (("192.0.2.7", 50_000), {}),
        (("::ffff:192.0.2.7", 50_000), {}),
        (AT_HOME, {"X-Forwarded-For": "127.0.0.1"}),
        (AT_HOME, {"X-Forwarded-For": ""}),
        (AT_HOME, {"X-Forwarded-Proto": "http"}),
        (AT_HOME, {"Forwarded": "for=127.0.0.1"}),
        (AT_HOME, {"X-Real-IP": "127.0.0.1"}),
        (AT_HOME, {"Via": "1.1 proxy"}),
        (AT_HOME, {"Host": "ferries.example.com"}),
    ],
)
def test_the_token_opens_nothing_from_elsewhere(
    stranger: World, client: tuple[str, int], headers: dict[str, str]
) -> None:
    """Another machine, a proxy that says so in whatever header, or the public name."""
    browser = TestClient(stranger.client.app, base_url=HERE, client=client, follow_redirects=False)
    stranger.parts.users.add("owner@example.com", name="Ana", role="owner")  # type: ignore[arg-type]
    answer = browser.get("/studio", params={"token": stranger.parts.machine_token}, headers=headers)

    assert 401 == answer.status_code
    assert not answer.cookies


@pytest.mark.parametrize("client", [("127.0.0.1", 1), ("::1", 1), ("::ffff:127.0.0.1", 1)])
def test_the_token_opens_the_studio_by_every_way_within_the_machine(stranger: World, client: tuple[str, int]) -> None:
    """And leads to an address without it."""
    browser = TestClient(stranger.client.app, base_url=HERE, client=client, follow_redirects=False)
    answer = browser.get("/studio", params={"token": stranger.parts.machine_token})

    assert (303, "/studio") == (answer.status_code, answer.headers["location"])


def test_every_start_has_another_token(tmp_path: Path) -> None:
    """That of before opens nothing, and no file of the folder holds either."""
    directory = a_folder(tmp_path / "weekly")
    tokens = {open_newsletter(directory).machine_token for _ in range(3)}

    assert 3 == len(tokens)
    assert all(re.fullmatch("[0-9a-f]{32}", token) for token in tokens)


def _opened(address: str) -> tuple[int, str]:
    """What a browser is told that goes there."""
    parts = urlsplit(address)
    wire = http.client.HTTPConnection(parts.netloc, timeout=20)
    wire.request("GET", f"{parts.path}?{parts.query}")
    answer = wire.getresponse()
    wire.close()
    return answer.status, answer.getheader("location", "")


def _command_lines() -> str:
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes())
        except OSError:
            continue
    return b"\n".join(lines).decode(errors="replace")


def test_the_browser_is_started_without_the_token(tmp_path: Path) -> None:
    """It is given a page that only the owner can read, and that is gone when the studio ends; no log holds the token."""
    directory, given = a_folder(tmp_path / "weekly"), tmp_path / "given"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" > {given}.new && mv {given}.new {given}\n')
    browser.chmod(0o755)
    process = subprocess.Popen(
        command(directory, "studio", "--port", "0"),
        env=environment(BROWSER=f"{browser} %s"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    token = address.partition("token=")[2]
    until = time.monotonic() + 20
    while not given.exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    door = Path(given.read_text().strip().removeprefix("file://"))
    page, mode = door.read_text(), door.stat().st_mode & 0o777
    assert (303, "/studio") == _opened(address)
    lines = _command_lines()
    process.terminate()
    _, told = process.communicate(timeout=20)

    assert address in page
    assert 'name="referrer" content="no-referrer"' in page
    assert (0o600, False) == (mode, door.exists())
    assert len(token) == 32
    assert token not in given.read_text() + lines + told
    assert [] == [path for path in directory.rglob("*") if path.is_file() and token.encode() in path.read_bytes()]


@pytest.mark.parametrize("words", [("--port", "0"), ("--host", "0.0.0.0", "--port", "0")])
def test_the_token_is_not_written_into_the_journal(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Where systemd says that it keeps what is said, or whoever can reach it is elsewhere anyway, as in a container."""
    directory, log = a_folder(tmp_path / "weekly"), tmp_path / "log"
    with log.open("w") as journal:
        about = os.fstat(journal.fileno())
        stream = {} if "--host" in words else {"JOURNAL_STREAM": f"{about.st_dev}:{about.st_ino}"}
        process = subprocess.Popen(
            command(directory, "serve", *words), env=environment(**stream), stdout=journal, stderr=journal
        )
    until = time.monotonic() + 20
    while "users add" not in log.read_text():
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.05)
    process.terminate()
    process.wait(timeout=30)

    assert re.search(r"^http://[\d.]+:\d+/studio$", log.read_text(), re.MULTILINE)
    assert "token" not in log.read_text()
