"""The git checkout that a newsletter lies in: where, on which branch, and whether it can be worked on now."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from newsletter.folder.git.call import Git
from newsletter.words.mistake import Mistake, NotNow

ROOMS = ("posts/", "issues/", "images/", "templates/", "notes/", "snippets/")
FILES = ("newsletter.toml", "feeds.toml", "habits.toml")
_UNDER_WAY = {
    "rebase-merge": "A rebase",
    "rebase-apply": "A rebase",
    "MERGE_HEAD": "A merge",
    "CHERRY_PICK_HEAD": "A cherry-pick",
    "REVERT_HEAD": "A revert",
    "BISECT_LOG": "A bisection",
}
_LOCK_SECONDS, _LOOK_SECONDS = 30.0, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """`top` is the folder that git's paths count from; `prefix` leads from there to the newsletter ("" or "weekly/")."""

    directory: Path
    top: Path
    prefix: str
    room: Path
    git: Git

    def is_ours(self, path: str) -> bool:
        """Whether sync may commit and merge this: words, pictures, looks and settings, never readers or secrets."""
        file = self.file(path)
        return file is not None and (file.startswith(ROOMS) or file in FILES)

    def file(self, path: str) -> str | None:
        """A path of git's as the newsletter names it; None for what lies elsewhere in the repository."""
        return path.removeprefix(self.prefix) if path.startswith(self.prefix) else None

    def commit_of(self, name: str) -> str | None:
        """The full name of a commit; None where nothing has that name."""
        answer = self.git.ask("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        return answer.text if answer.code == 0 else None

    def in_index(self, path: Path) -> dict[str, str]:
        """The setting that makes git work with another index than the user's."""
        return {"GIT_INDEX_FILE": str(path)}


@contextmanager
def sync_lock(directory: Path) -> Iterator[int]:
    """One at a time commits for this newsletter. Raises NotNow where another does for half a minute.

    A process that is killed lets go of it as soon as the git that it had started has ended too.
    """
    room = directory / "var"
    room.mkdir(exist_ok=True)
    handle = os.open(room / "sync.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + _LOCK_SECONDS
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > until:
                    raise NotNow("Another sync of this newsletter is at work.", fix="Try again in a while.") from error
                time.sleep(_LOOK_SECONDS)
        yield handle
    finally:
        os.close(handle)


def is_checkout(directory: Path) -> bool:
    """Whether there is anything to sync, without asking git where that is plain."""
    if (directory / ".git").exists():
        return True
    return any((folder / ".git").exists() for folder in directory.parents) and find_checkout(directory) is not None


def find_checkout(directory: Path) -> Checkout | None:
    """The checkout that `directory` belongs to; None where it belongs to none, or git is not there."""
    try:
        return get_checkout(directory)
    except (Mistake, NotNow):
        return None


def get_checkout(directory: Path, held: int | None = None) -> Checkout:
    """Raises Mistake where the folder is in no git checkout, and NotNow where git can't or won't look."""
    git = Git(directory, held, _ssh(directory, held))
    answer = git.ask("rev-parse", "--show-toplevel", "--absolute-git-dir", "--show-prefix")
    lines = answer.out.decode("utf-8", "surrogateescape").split("\n")
    if (answer.code and "not a git repository" in answer.err) or (not answer.code and len(lines) < 3):
        raise Mistake(
            f"{directory} is not a git checkout, so there is nothing to sync with.",
            fix="Make it one: git init && git remote add origin ADDRESS. Or clone one.",
        )
    if answer.code:
        raise NotNow(f"git does not work here: {answer.reason}", fix="Mend that, then try again.")
    top, room, prefix = lines[:3]
    checkout = Checkout(
        directory=directory, top=Path(top), prefix=prefix, room=Path(room), git=Git(Path(top), held, git.settings)
    )
    if prefix and not checkout.git.must("ls-files", "-z", "--", f"{prefix}newsletter.toml").names:
        raise Mistake(
            f"{directory} lies in the git checkout {top}, but is no part of it.",
            fix="If it is meant to be: git add newsletter.toml && git commit. Else: git init in the folder itself.",
        )
    return checkout


def _ssh(directory: Path, held: int | None) -> dict[str, str]:
    """How ssh is called so that it never asks, where the repository does not say itself how to call it."""
    own = Git(directory, held).ask("config", "--get", "core.sshCommand")
    return {} if own.code == 0 else {"GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oConnectTimeout=15"}


def branch_of(checkout: Checkout) -> str:
    """The branch that is checked out. Raises NotNow where the repository is in the middle of something."""
    for name, what in _UNDER_WAY.items():
        if (checkout.room / name).exists():
            raise NotNow(f"{what} is under way in this checkout; nothing was done.", fix="End it first: git status")
    head = checkout.git.ask("symbolic-ref", "--quiet", "HEAD")
    if head.code or not head.text.startswith("refs/heads/"):
        raise NotNow(
            "This checkout is on no branch (a detached head), so there is nowhere to commit to.",
            fix="Go to one: git switch main",
        )
    return head.text.removeprefix("refs/heads/")


def staged(checkout: Checkout) -> list[str]:
    """What somebody prepared for a commit of their own."""
    return checkout.git.must("diff", "--cached", "--name-only", "--no-renames", "--no-ext-diff", "-z").names


def require_nothing_staged(checkout: Checkout) -> None:
    names = staged(checkout)
    if names:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        raise NotNow(
            f"Somebody prepared a commit in this checkout ({names[0]}{more}); nothing was done.",
            fix="Commit it, or take it back: git commit, or git restore --staged .",
        )
