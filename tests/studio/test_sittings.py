"""What editors change in the studio is committed in their names, when they have left it alone or the studio ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from newsletter.web.studio.sittings import Sittings
from newsletter.wiring import Parts, open_newsletter
from newsletter.words.user import Role, User
from tests.git.repositories import ISSUE, POST, Clone, git, settings_of, two_clones
from tests.running import command, environment
from tests.studio.conftest import World

ANA = User(id=1, name="Ana Costa", email="ana@example.com", role=Role.EDITOR)
BEN = User(id=2, name="Ben <b>", email="ben@example.com", role=Role.AUTHOR)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    for name, value in settings_of(tmp_path).items():
        monkeypatch.setenv(name, value)
    return two_clones(tmp_path)[0]


def _until(answer: Callable[[], object]) -> None:
    limit = time.monotonic() + 20
    while not answer():
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_a_sitting_ends_after_a_while_without_a_change(clone: Clone) -> None:
    """Only the files of that editor, in their name, by this program; what others changed by hand is left to them."""
    stop = threading.Event()
    sittings = Sittings(open_newsletter(clone.directory), stop, quiet=0.4)
    clone.change("about ice", "about snow")
    clone.change("only exists", "just exists", POST)

    sittings.note(ANA, ISSUE)
    # The branch moves before the index is told.
    _until(lambda: clone.git("status", "--short") == f"M {POST}")
    stop.set()

    assert clone.git("log", "-1", "--format=%an <%ae>|%cn <%ce>|%s") == (
        "Ana Costa <ana@example.com>|newsletter <mara@ferries.example.com>|Edited in the studio: issues/001.md"
    )
    assert clone.git("show", "--name-only", "--format=") == ISSUE


def test_each_editor_has_a_commit_of_their_own(clone: Clone) -> None:
    """Two at once are two commits; where both were in one file, the first names the other too."""
    stop = threading.Event()
    sittings = Sittings(open_newsletter(clone.directory), stop)
    clone.change("about ice", "about snow")
    clone.change("only exists", "just exists", POST)

    sittings.note(ANA, ISSUE)
    sittings.note(BEN, ISSUE, POST)
    stop.set()
    _until(lambda: clone.git("status", "--short") == "")

    assert clone.git("log", "-2", "--format=%an %s").splitlines() == [
        "Ben b Edited in the studio: issues/001.md and 1 more",
        "Ana Costa Edited in the studio: issues/001.md",
    ]
    assert "Co-authored-by: Ben b <ben@example.com>" in clone.git("log", "-1", "--format=%B", "HEAD~1")


def test_what_somebody_prepared_for_a_commit_is_left_to_them(clone: Clone) -> None:
    """A file that is staged stays staged as it is, and another one is committed without it."""
    sittings = Sittings(open_newsletter(clone.directory), threading.Event())
    clone.change("about ice", "about snow")
    clone.git("add", ISSUE)
    clone.change("only exists", "just exists", POST)

    sittings.note(ANA, ISSUE, POST)
    sittings.end_all()

    assert clone.git("diff", "--cached", "--name-only") == ISSUE
    assert clone.git("show", "--name-only", "--format=") == POST


def test_in_the_middle_of_a_rebase_a_sitting_waits(clone: Clone) -> None:
    """The words are in the files; the commit comes when the rebase is over."""
    sittings = Sittings(open_newsletter(clone.directory), threading.Event(), quiet=0.2)
    clone.change("about ice", "about snow")
    (clone.directory / ".git" / "rebase-merge").mkdir()

    sittings.note(ANA, ISSUE)
    time.sleep(0.8)
    assert clone.git("diff", "--name-only") == ISSUE
    (clone.directory / ".git" / "rebase-merge").rmdir()

    _until(lambda: clone.git("log", "-1", "--format=%an") == "Ana Costa")


def test_a_folder_without_git_is_left_alone(parts: Parts) -> None:
    """No sitting is committed, and none makes a repository."""
    sittings = Sittings(parts, threading.Event())
    sittings.note(ANA, ISSUE)
    sittings.end_all()

    assert not (parts.directory / ".git").exists()


@pytest.mark.parametrize("order", [signal.SIGTERM, signal.SIGKILL])
def test_the_studio_commits_when_it_stops_and_a_killed_one_loses_no_word(clone: Clone, order: signal.Signals) -> None:
    """The process itself: told to end, it commits what was typed in its pages; killed, the next sync does."""
    with subprocess.Popen(
        command(clone.directory, "studio", "--no-open", "--port", "0"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(PYTHONPATH=os.pathsep.join(sys.path)),
    ) as process:
        try:
            assert process.stdout
            address = process.stdout.readline().strip()
            with httpx2.Client(base_url=address.partition("/studio")[0], follow_redirects=True, timeout=30) as browser:
                page = browser.get(address).text
                token = re.search('<meta name="csrf" content="([0-9a-f]+)">', page)
                assert token
                base = browser.get("/studio/issues/1/versions").json()[ISSUE]
                browser.get("/studio/issues/1")
                saved = browser.post(
                    "/studio/issues/1/save",
                    json={"file": ISSUE, "base": base, "field": "outro", "value": "Until Friday."},
                    headers={"X-CSRF-Token": token[1]},
                )
                assert saved.status_code == 200, saved.text
            process.send_signal(order)
            process.wait(60)
        finally:
            process.kill()

    assert "Until Friday." in clone.read()
    if order is signal.SIGKILL:
        assert clone.sync().committed == [ISSUE]
    else:
        assert clone.git("log", "-1", "--format=%cn %s") == "newsletter Edited in the studio: issues/001.md"
    assert clone.git("status", "--short") == ""


def test_the_button_syncs_and_shows_what_clashes(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without git has no button; with one it says what came of it, and leads to both versions of a clash."""
    assert "Sync with git" not in world.client.get("/studio/issues").text
    for name, value in settings_of(tmp_path).items():
        monkeypatch.setenv(name, value)
    here = Clone("Mara", world.parts.directory)
    here.write(".gitignore", "var/\n")
    here.git("init", "-q")
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    here.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    assert "Sync with git" in world.client.get("/studio/issues").text
    world.post("/issues/sync")
    git(tmp_path, "clone", "-q", "remote.git", "ben")
    ben = Clone("Ben", tmp_path / "ben")
    ben.change("about ice", "about rain")
    ben.sync()
    sheet = world.parts.sheets.note(ISSUE, at=world.parts.clock.now())
    world.post_json(
        "/issues/1/save", {"file": ISSUE, "base": sheet.version, "field": "intro", "value": "About snow, dear readers."}
    )

    clashed = world.post("/issues/sync")
    again = world.post("/issues/sync")

    assert clashed.status_code == 200
    assert f'<a href="/studio/history?file={ISSUE}">Look at both versions</a>' in clashed.text
    assert "Ben" in world.client.get("/studio/history", params={"file": ISSUE}).text
    assert again.status_code == 303
    assert "Edited in the studio" in here.git("log", "--format=%s")
    assert "About snow" in git(tmp_path / "remote.git", "show", f"main:{ISSUE}")
