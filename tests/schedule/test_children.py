"""`serve` is two processes and one that watches them: what dies comes back, and nothing outlives the one that watches."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from tests.faults.wires import Wire
from tests.jobs.serving import Hands, serving, until
from tests.jobs.test_studio_drives import STUDIO, Visitor
from tests.running import a_folder, command, environment
from tests.schedule.world import READERS, SLOT, World


@pytest.fixture
def hands(tmp_path: Path) -> Hands:
    made = Hands(tmp_path / "offset")
    made.turn(SLOT - timedelta(hours=2))
    return made


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "weekly", now=SLOT - timedelta(days=2))
    made.set_timetable()
    yield made
    made.close()


def test_either_is_started_again_when_it_dies(world: World, hands: Hands, tmp_path: Path) -> None:
    """kill -9 of the pages, then of the sender: the same address answers again, and the slot goes."""
    with serving(world.folder, hands, tmp_path / "serve.log") as server:
        first = server.children()
        first["pages"].kill()
        until(lambda: server.said().count("/studio?token=") == 2)
        assert 200 == server.get("/healthz/live")[0]
        until(lambda: "the schedule was looked at" in server.get("/healthz")[1])

        first["sender"].kill()
        until(lambda: server.said().count("the schedule runs") == 2)
        hands.turn(SLOT)
        until(lambda: world.went() == [1])
        assert 0 == server.stop()
    assert READERS == world.copies(1)
    assert 2 == server.said().count("it is started again in 1 s")


def test_pages_that_stand_still_hold_up_no_sending(world: World, hands: Hands, tmp_path: Path) -> None:
    """Whatever keeps the pages busy: the slot goes at its second."""
    with serving(world.folder, hands, tmp_path / "serve.log") as server:
        server.children()["pages"].suspend()
        hands.turn(SLOT)
        until(lambda: world.went() == [1], 10)
    assert READERS == world.copies(1)


def test_what_is_sent_in_the_studio_is_sent_by_the_sender(world: World, hands: Hands, tmp_path: Path) -> None:
    """Pressed, and then the pages stand still: it goes at once all the same, not at a later look, and to everybody."""
    settings = {"NEWSLETTER_PRACTICE_DELAY": "1"}
    with serving(world.folder, hands, tmp_path / "serve.log", words=STUDIO, **settings) as server:
        Visitor(server).press("/issues/1/send", list="weekly", when="now")
        server.children()["pages"].suspend()
        until(lambda: READERS == world.copies(1), 15)
        assert world.parts.ledger.accounts.find(1)


def test_a_sender_that_dies_while_the_database_is_away_begins_again(
    hands: Hands, tmp_path: Path, postgres_url: str
) -> None:
    """It can't begin then. The pages stay all the same, and it works as soon as the wire to the database is whole."""
    wire, world = Wire(postgres_url), World(tmp_path / "weekly", url=postgres_url, n_readers=0)
    try:
        with serving(world.folder, hands, tmp_path / "serve.log", NEWSLETTER_DATABASE_URL=wire.url) as server:
            wire.cut()
            server.children()["sender"].kill()
            until(lambda: server.said().count("the process of the sender ended") == 2)
            assert 200 == server.get("/healthz/live")[0]
            wire.restore()
            until(lambda: server.said().count("the schedule runs") == 2)
            assert 0 == server.stop()
    finally:
        wire.close()
        world.close()
    assert "The database server could not be reached." in server.said()


def test_children_end_with_their_parent(world: World, hands: Hands, tmp_path: Path) -> None:
    """kill -9 of the one that watches: sender and pages end by themselves, in good order."""
    with serving(world.folder, hands, tmp_path / "serve.log") as server:
        children = server.children()
        server.asked_to_end = True
        server.process.send_signal(signal.SIGKILL)
        until(lambda: not any(_lives(child) for child in children.values()))
    assert server.said().rstrip().endswith("}")
    assert '"event": "stopped"' in server.said()
    assert [] == list(world.parts.drivers.list_drivers())


def test_spawned_children_hold_no_lock_of_others_and_one_ctrl_c_ends_all(tmp_path: Path) -> None:
    """As users start it. The file that proves a sender dead is open in the sender alone."""
    folder, log = a_folder(tmp_path / "weekly"), tmp_path / "serve.log"
    (folder / "random.py").write_text("raise SystemExit('a module out of the folder was run')\n")
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("newsletter")), "serve", "--port", "0"],
            cwd=folder,
            env=environment(),
            stdout=out,
            stderr=out,
            process_group=0,
        )
    try:
        until(lambda: "the schedule runs" in log.read_text())
        (address,) = re.findall(r"http://127\.0\.0\.1:\d+/", log.read_text())
        with urlopen(f"{address}healthz/live", timeout=10) as answer:
            assert 200 == answer.status
        until(lambda: len(_holders(process.pid, "newsletter.db.serve")) == 1)
        os.killpg(process.pid, signal.SIGINT)
        assert 0 == process.wait(30)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert 1 == log.read_text().count('"event": "stopped"')
    assert "out of the folder" not in log.read_text()
    assert "Traceback" not in log.read_text()


def test_what_a_person_has_to_mend_is_said_once_and_ends_it(tmp_path: Path) -> None:
    """A setting that is wrong: one sentence, exit code 1, and nothing is tried again."""
    folder = a_folder(tmp_path / "weekly")
    (folder / "newsletter.toml").write_text("name = ")
    began = time.monotonic()
    done = subprocess.run(
        command(folder, "serve", "--port", "0"), env=environment(), capture_output=True, text=True, timeout=30
    )
    assert 1 == done.returncode
    assert 1 == done.stderr.count("newsletter: newsletter.toml:1: ")
    assert "Traceback" not in done.stderr
    assert time.monotonic() - began < 15


def _lives(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)


def _holders(pid: int, name: str) -> list[int]:
    """The processes below this one that have such a file open."""
    below = psutil.Process(pid).children(recursive=True)
    return [one.pid for one in (psutil.Process(pid), *below) if any(f.path.endswith(name) for f in one.open_files())]
