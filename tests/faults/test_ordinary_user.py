"""As an ordinary user, on a machine that is read-only but for the newsletter's folder: pages, schedule and sender do their work."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from newsletter.wiring import open_newsletter
from tests.running import a_folder, environment
from tests.world import add_readers

_MAY = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("unshare") and shutil.which("setpriv")
pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not _MAY, reason="only root can make a room of mounts, and leave it as somebody else"),
]

ROOT = Path(__file__).parents[2]
_NOBODY, _PORT = 65534, 18025
# As `deploy/newsletter.service` asks systemd for it: ProtectSystem=strict, ReadWritePaths, PrivateTmp, NoNewPrivileges,
# CapabilityBoundingSet, and memory that processes share. The interpreter and the program are bound to where that user may read them.
_ROOM = """
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/python /mnt/program /mnt/weekly
mount --bind "$BASE" /mnt/python
mount --bind "$PROGRAM" /mnt/program
mount --bind "$FOLDER" /mnt/weekly
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
while read -r _ at kind _; do
  # What lies below the new /mnt is out of sight.
  [ -e "$at" ] || continue
  case "$kind:$at" in proc:*|sysfs:*|cgroup*|devpts:*|devtmpfs:*|mqueue:*|*:/tmp|*:/dev/shm|*:/mnt/weekly) ;; *) mount -o remount,bind,ro "$at" ;; esac
done < /proc/self/mounts
cd /mnt/weekly
exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""
_PYTHON = "/mnt/python/bin/python3"


def _in_the_room(folder: Path, *words: str) -> tuple[list[str], dict[str, str]]:
    site = next((ROOT / ".venv" / "lib").glob("python3*/site-packages")).relative_to(ROOT)
    kept = environment(
        BASE=sys.base_prefix,
        PROGRAM=str(ROOT),
        FOLDER=str(folder),
        PYTHONPATH=f"/mnt/program/src:/mnt/program/{site}",
        # A shared build names the folder that it was made for, which may be another's home.
        LD_LIBRARY_PATH="/mnt/python/lib",
        HOME="/nonexistent",
        TMPDIR="/tmp",
    )
    return ["unshare", "--mount", "sh", "-c", _ROOM, "room", _PYTHON, *words], kept


def _run(folder: Path, *words: str) -> str:
    command, kept = _in_the_room(folder, *words)
    done = subprocess.run(command, env=kept, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_writes_nowhere_but_in_its_folder(tmp_path: Path) -> None:
    """`serve` answers, `send` sends to everybody, and both are somebody who may write nowhere else."""
    folder = a_folder(tmp_path / "weekly")
    parts = open_newsletter(folder)
    add_readers(parts.engine, "weekly", range(40))
    parts.engine.dispose()
    for path in (folder, *folder.rglob("*")):
        os.chown(path, _NOBODY, _NOBODY)
    places = ("/", "/etc", "/var/tmp", "/dev/shm", "/mnt", "/mnt/program", "/mnt/python", "/mnt/weekly")
    asked = f"import os; print(os.geteuid(), [one for one in {places!r} if os.access(one, os.W_OK)])"
    assert f"{_NOBODY} ['/dev/shm', '/mnt/weekly']" == _run(folder, "-c", asked).strip()

    newsletter = ("-m", "newsletter", "-C", "/mnt/weekly")
    # It was filled where it lay before.
    _run(folder, *newsletter, "db", "here", "--yes")
    command, kept = _in_the_room(folder, *newsletter, "serve", "--port", str(_PORT))
    with (tmp_path / "log").open("w") as log:
        served = subprocess.Popen(command, env=kept, stdout=log, stderr=log)
        try:
            assert _answers(f"http://127.0.0.1:{_PORT}/healthz"), (tmp_path / "log").read_text()
            _run(folder, *newsletter, "send", "1", "--list", "weekly", "--now", "--yes", "--despite-findings")
            assert 40 == len(list((folder / "var" / "outbox" / "1").glob("*.eml")))
            _run(folder, *newsletter, "backup")
            assert served.poll() is None
        finally:
            served.terminate()
            assert served.wait(60) == 0
    assert not [path for path in folder.rglob("*") if path.stat().st_uid != _NOBODY]


def _answers(address: str) -> bool:
    for _ in range(120):
        try:
            with urlopen(address, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.5)
    return False
