"""Where a sync can't be done it says why in a sentence, exits with 1, and has changed nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.git.repositories import ISSUE, Clone
from tests.running import a_folder, run

_WHO = ("-c", "user.name=B", "-c", "user.email=b@example.com")


def _no_remote(ben: Clone) -> None:
    ben.git("remote", "remove", "origin")


def _gone_remote(ben: Clone) -> None:
    shutil.rmtree(ben.directory.parent / "remote.git")


def _closed_port(ben: Clone) -> None:
    ben.git("remote", "set-url", "origin", "http://127.0.0.1:9/newsletter.git")


def _detached(ben: Clone) -> None:
    ben.git("switch", "-q", "--detach")


def _prepared(ben: Clone) -> None:
    ben.write("README.txt", "Mine.")
    ben.git("add", "README.txt")


def _merge_under_way(ben: Clone) -> None:
    ben.git("branch", "side")
    ben.git(*_WHO, "commit", "-q", "--allow-empty", "-m", "Here")
    ben.git("switch", "-q", "side")
    ben.git(*_WHO, "commit", "-q", "--allow-empty", "-m", "There")
    ben.git(*_WHO, "merge", "-q", "--no-commit", "--no-ff", "main")


def _rebase_under_way(ben: Clone) -> None:
    (ben.directory / ".git" / "rebase-merge").mkdir()


def _two_remotes(ben: Clone) -> None:
    ben.git("remote", "rename", "origin", "one")
    ben.git("remote", "add", "two", "../remote.git")
    ben.git("branch", "--unset-upstream")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_no_remote, "no remote"),
        (_gone_remote, "origin can't be asked"),
        (_closed_port, "origin can't be asked"),
        (_detached, "on no branch"),
        (_prepared, r"prepared a commit in this checkout (README.txt)"),
        (_merge_under_way, "merge is under way"),
        (_rebase_under_way, "rebase is under way"),
        (_two_remotes, "several remotes (one, two)"),
    ],
)
def test_a_checkout_that_is_not_fit_is_left_as_it_is(ben: Clone, spoil: Callable[[Clone], None], sentence: str) -> None:
    """No commit, no change in a file or in the index."""
    spoil(ben)
    ben.change("about ice", "about snow")
    before = ben.git("status", "--short"), ben.git("rev-parse", "HEAD"), ben.read()

    done = run(ben.directory, "sync")

    assert done.returncode == 1
    assert sentence in done.stderr
    assert before == (ben.git("status", "--short"), ben.git("rev-parse", "HEAD"), ben.read())


def test_a_folder_without_git_says_how_to_begin(clones: tuple[Clone, Clone], tmp_path: Path) -> None:
    """And one that merely lies inside somebody's checkout is none of it."""
    plain = run(a_folder(tmp_path / "plain"), "sync")
    inside = run(a_folder(clones[0].directory / "templates" / "inside"), "sync")

    assert (plain.returncode, inside.returncode) == (1, 1)
    assert "is not a git checkout" in plain.stderr
    assert "is no part of it" in inside.stderr


def test_without_git_there_is_a_sentence(ben: Clone, tmp_path: Path) -> None:
    """A machine that has no git at all."""
    (tmp_path / "empty").mkdir()
    done = run(ben.directory, "sync", PATH=str(tmp_path / "empty"))

    assert done.returncode == 1
    assert "no git on this machine" in done.stderr


def test_a_remote_that_refuses_has_the_last_word(ana: Clone) -> None:
    """What a hook over there says is passed on; the commit is here, and goes when it may."""
    hook = ana.directory.parent / "remote.git" / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    ana.change("about ice", "about snow")

    refused = run(ana.directory, "sync")
    hook.unlink()
    again = run(ana.directory, "sync")

    assert refused.returncode == 1
    assert "refuses what is new: [remote rejected] (pre-receive hook declined)" in refused.stderr
    assert again.returncode == 0
    assert "Handed to origin/main: 1 commit." in again.stdout


def test_two_newsletters_are_not_merged_into_one(ana: Clone, tmp_path: Path) -> None:
    """A folder with a beginning of its own is told so."""
    other = Clone("Cleo", a_folder(tmp_path / "other"))
    other.git("init", "-q")
    other.git("remote", "add", "origin", "../remote.git")

    done = run(other.directory, "sync")

    assert done.returncode == 1
    assert "no common beginning" in done.stderr


@pytest.mark.parametrize("what", ["link", "facts"])
def test_links_and_the_facts_of_one_machine_are_not_taken_in(ana: Clone, ben: Clone, what: str) -> None:
    """A link could lead a later sync to write anywhere; another's database would take the place of ours."""
    if what == "link":
        (ana.directory / "posts" / "2026-11-21-link.md").symlink_to("/etc/hostname")
        ana.git("add", "posts")
    else:
        ana.write("var/newsletter.db", "theirs")
        ana.git("add", "-f", "var/newsletter.db")
    ana.git(*_WHO, "commit", "-qm", "By mistake")
    ana.sync()
    ben.change("about ice", "about snow")

    done = run(ben.directory, "sync")

    assert done.returncode == 1
    assert ("2026-11-21-link.md" if what == "link" else "belongs to one machine alone") in done.stderr
    assert not (ben.directory / "posts" / "2026-11-21-link.md").is_symlink()
    assert not (ben.directory / "var" / "newsletter.db").exists()


def test_a_lock_of_another_git_is_named_and_nothing_is_lost(ben: Clone, ana: Clone) -> None:
    """While another git holds the index, a sync waits, then says so; afterwards it goes on."""
    ben.change("about ice", "about snow")
    lock = ben.directory / ".git" / "index.lock"
    lock.write_text("")

    held = run(ben.directory, "sync")
    lock.unlink()
    after = run(ben.directory, "sync")
    ana.sync()

    assert held.returncode == 1
    assert "index.lock" in held.stderr
    assert after.returncode == 0, after.stderr
    assert "about snow" in ana.read(ISSUE)
    assert ben.git("status", "--short") == ""
