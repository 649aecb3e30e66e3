"""On a small server: pages, schedule and sender together send to 1,000 readers within 256 MB."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from newsletter.wiring import open_newsletter
from tests.running import a_folder, environment
from tests.world import add_readers

pytestmark = pytest.mark.faults

_MOST_MB = 256
_N_READERS = 1_000


def test_a_thousand_readers_are_sent_to_within_256_mb(tmp_path: Path) -> None:
    """`serve` with its two processes, and `send` in one of its own beside them: more than a server ever needs at once."""
    folder = a_folder(tmp_path / "weekly")
    parts = open_newsletter(folder)
    add_readers(parts.engine, "weekly", range(_N_READERS))
    parts.engine.dispose()
    command = [sys.executable, "-m", "newsletter", "-C", str(folder)]
    send = [*command, "send", "1", "--list", "weekly", "--now", "--yes", "--despite-findings"]

    with (tmp_path / "log").open("w") as log:
        served = subprocess.Popen([*command, "serve", "--port", "0"], env=environment(), stdout=log, stderr=log)
        sending = subprocess.Popen(send, env=environment(), stdout=log, stderr=log)
        try:
            peak = _until_sent(folder, served.pid, sending.pid)
            assert sending.wait(60) == 0
        finally:
            served.terminate()
            served.wait(60)
    print(f"pages, schedule and `send` together: {peak:.0f} MB at most")
    assert peak < _MOST_MB


def _until_sent(folder: Path, *roots: int) -> float:
    """The most memory, in MB, that the service had of its own at once, until everybody's mail is there."""
    peak, until = 0.0, time.monotonic() + 180
    while True:
        peak = max(peak, sum(_own_mb(pid) for root in roots for pid in _family(root)))
        mails = list((folder / "var" / "outbox" / "1").glob("*.eml"))
        if len(mails) >= _N_READERS:
            return peak
        assert time.monotonic() < until, len(mails)
        time.sleep(0.2)


def _family(root: int) -> list[int]:
    """A process and all that it started."""
    found = [root]
    for pid in found:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [int(word) for word in task.read_text().split()]
    return found


def _own_mb(pid: int) -> float:
    """What it holds, what it shares counted by its share."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (OSError, ProcessLookupError):
        return 0.0
    shared = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(shared[1]) / 1_000 if shared else 0.0
