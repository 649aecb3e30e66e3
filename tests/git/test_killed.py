"""A sync that is killed at any moment leaves whole files, and the next one ends what it began."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

import pytest

from tests.git.repositories import ISSUE, POST, Clone, is_whole
from tests.running import run

_GIT = shutil.which("git")
# Counts the calls of git; at one of them it kills who called, before or after doing what it was asked.
_DEADLY = f"""\
#!/bin/sh
n=$(($(cat "$CALLS") + 1))
echo $n > "$CALLS"
[ $n = "$DIE_BEFORE" ] && kill -9 $PPID && exit 1
{_GIT} "$@"
code=$?
[ $n = "$DIE_AFTER" ] && kill -9 $PPID
exit $code
"""


@pytest.fixture
def deadly(tmp_path: Path) -> Path:
    """A folder whose git kills."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text(_DEADLY)
    (tmp_path / "bin" / "git").chmod(0o755)
    return tmp_path / "bin"


def _both_write(ana: Clone, ben: Clone) -> None:
    """Words that merge, words that clash, and a file that only one has."""
    ana.change("about ice", "about Ana's snow")
    ana.change("only exists", "just exists", POST)
    ana.write("posts/2026-11-21-new.md", "---\ntitle: New\n---\n\nOf Ana.\n")
    ana.sync()
    ben.change("about ice", "about Ben's rain")
    ben.change("title: Ferries in winter", "title: Boats in winter", POST)


def _sync_killed(ben: Clone, bin_: Path, at: int, how: str) -> tuple[bool, bool]:
    """Whether the sync was killed at that call of git, and whether it came to say that there is a clash."""
    calls = bin_ / "calls"
    calls.write_text("0")
    path = f"{bin_}:/usr/bin:/bin"
    done = run(ben.directory, "sync", PATH=path, CALLS=str(calls), **{f"DIE_{how}": str(at)})
    return int(calls.read_text()) >= at and done.returncode not in {0, 1}, "Yours stands" in done.stdout


def _ends_well(ana: Clone, ben: Clone, *, told: bool) -> None:
    """The next syncs go on, tell of the clash once, and both have everything."""
    for path in [*(ben.directory / "posts").iterdir(), *(ben.directory / "issues").iterdir()]:
        assert path.read_text().startswith("---\n"), path
        assert path.read_text().endswith("\n"), path
    after = ben.sync()
    told = told or bool(after.clashes)
    assert told
    if after.clashes:
        assert not after.sent
        ben.sync()
    ana.sync()
    for clone in (ana, ben):
        assert "about Ben's rain" in clone.read(ISSUE)
        assert "just exists" in clone.read(POST)
        assert "Boats" in clone.read(POST)
        assert "Of Ana." in clone.read("posts/2026-11-21-new.md")
        assert clone.git("status", "--short") == ""
        assert is_whole(clone)
    assert any("Ana's snow" in text for text in ben.kept())


# The commit is made but not the branch's; the branch moved but not the index; before and between the files; the same
# for the merge.
@pytest.mark.parametrize(
    ("at", "how"), [(22, "BEFORE"), (22, "AFTER"), (49, "BEFORE"), (51, "AFTER"), (52, "AFTER"), (54, "AFTER")]
)
def test_a_killed_sync_is_ended_by_the_next(clones: tuple[Clone, Clone], deadly: Path, at: int, how: str) -> None:
    """At a few places between looking and handing over."""
    ana, ben = clones
    _both_write(ana, ben)

    was_killed, told = _sync_killed(ben, deadly, at, how)

    assert was_killed
    _ends_well(ana, ben, told=told)


@pytest.mark.faults
def test_a_sync_may_be_killed_at_every_call_of_git(clones: tuple[Clone, Clone], deadly: Path, tmp_path: Path) -> None:
    """Before and after each: nothing is lost, nothing is half."""
    _both_write(*clones)
    start = tmp_path / "start"
    start.mkdir()
    for name in ("ana", "ben", "remote.git"):
        shutil.move(tmp_path / name, start / name)
    for at in count(1):
        for how in ("BEFORE", "AFTER"):
            for name in ("ana", "ben", "remote.git"):
                shutil.rmtree(tmp_path / name, ignore_errors=True)
                shutil.copytree(start / name, tmp_path / name, symlinks=True)
            was_killed, told = _sync_killed(clones[1], deadly, at, how)
            if not was_killed:
                assert at > 30
                return
            _ends_well(*clones, told=told)


def test_words_typed_between_the_killed_sync_and_the_next_stay(clones: tuple[Clone, Clone], deadly: Path) -> None:
    """What somebody writes into a file that was about to be replaced is not replaced."""
    ana, ben = clones
    ana.change("about ice", "about snow")
    ana.sync()
    ben.write("posts/2026-11-22-own.md", "---\ntitle: Own\n---\n\nOf Ben.\n")
    found = 0
    for at in range(40, 56, 4):
        was_killed, _ = _sync_killed(ben, deadly, at, "BEFORE")
        if not was_killed:
            break
        ben.change("Until Thursday.", "Until Thursday. Typed.")
        found += 1
    assert found > 1
    ben.sync()
    ana.sync()

    assert ana.read() == ben.read()
    assert ana.read().count("Typed.") == found
    assert "about snow" in ana.read()
