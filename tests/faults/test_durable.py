"""The attempt is on the disk before the first byte of its call goes out, as the kernel saw it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fakes.running import sendgrid_server
from tests.faults.house import connect
from tests.running import a_folder, command, environment, run, sqlite_of
from tests.world import add_readers

_CALL = re.compile(r"^(?P<pid>\d+)\s+[\d.]+\s+(?:<\.\.\. )?(?P<name>\w+)")


@pytest.mark.faults
def test_the_attempt_is_synced_before_the_call(tmp_path: Path) -> None:
    """strace of a real `send`: by each POST the log of the database was synced after it was last written, by that thread."""
    assert shutil.which("strace"), "strace is missing here: apt-get install strace"
    folder = a_folder(tmp_path / "weekly")
    run(folder, "status")
    engine = connect(sqlite_of(folder))
    add_readers(engine, "weekly", range(30))
    engine.dispose()
    trace = tmp_path / "trace"
    with sendgrid_server(tmp_path / "sendgrid") as server:
        done = subprocess.run(
            [
                *("strace", "-f", "-ttt", "-y", "-s", "60", "-o", str(trace)),
                *("-e", "trace=pwrite64,fdatasync,fsync,sendto"),
                *command(folder, "send", "1", "--list", "weekly", "--yes"),
            ],
            env=environment(
                NEWSLETTER_PROVIDER="sendgrid",
                SENDGRID_API_KEY="SG.made-up",
                NEWSLETTER_SENDGRID_URL=server.url,
                NEWSLETTER_PARCEL_SIZE="5",
            ),
            capture_output=True,
            text=True,
            check=False,
        )
        assert 0 == done.returncode, done.stderr
        assert 30 == len(server.accepted())

    text = trace.read_text()
    posts = _synced_before_each_post(text)

    assert 6 == len(posts)
    assert all(posts), "a call began while its attempt was only in the page cache"
    unsynced = "\n".join(line for line in text.splitlines() if "sync" not in line)
    assert not any(_synced_before_each_post(unsynced)), "this test can't fail"


def _synced_before_each_post(trace: str) -> list[bool]:
    """For each POST: whether its thread had written to the log of the database, and then synced it, since its last POST."""
    dirty: dict[str, bool] = {}
    synced: dict[str, bool] = {}
    posts = []
    for line in trace.splitlines():
        call = _CALL.match(line)
        if call is None:
            continue
        pid, name = call["pid"], call["name"]
        if name == "pwrite64" and ".db-wal>" in line:
            dirty[pid], synced[pid] = True, False
        elif name in {"fsync", "fdatasync"} and ("-wal>" in line or "resumed" in line):
            synced[pid] = dirty.get(pid, False)
        elif name == "sendto" and "POST /v3/mail/send" in line:
            posts.append(synced.get(pid, False))
            dirty[pid] = synced[pid] = False
    return posts
