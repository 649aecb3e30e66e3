"""Moves a branch, its index and the files from one commit to another, so that a process killed in between loses nothing.

A note beside the repository says what is being done; the next process finishes it.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsletter.folder.edit import edit_lock
from newsletter.folder.file_bytes import replace_bytes
from newsletter.folder.git.aside import keep_both
from newsletter.folder.git.checkout import Checkout
from newsletter.folder.text_files import write_over
from newsletter.words.mistake import NotNow

_NOTE, _INDEX = "newsletter-sync", "newsletter-index"
_GONE = "0" * 6
PLAIN = frozenset({"100644", "100755"})
_PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class PathChange:
    """A path that differs between two commits; the mode "000000" says that it is not there."""

    path: str
    old_mode: str
    new_mode: str
    old: str
    new: str

    @property
    def is_plain(self) -> bool:
        """Whether it is a file before and after: no link, no repository of its own."""
        return {self.old_mode, self.new_mode} <= PLAIN | {_GONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchMove:
    """From `old` ("" for a branch without a commit) to `new`; with `files`, what lies in the folder goes along."""

    branch: str
    old: str
    new: str
    files: bool


def changed_paths(checkout: Checkout, old: str, new: str) -> list[PathChange]:
    """What differs between two commits, path by path."""
    start = old or checkout.git.must("hash-object", "-t", "tree", "--stdin").text
    fields = checkout.git.must("diff-tree", "-r", "-z", "--raw", "--no-renames", start, new).names
    found = []
    for about, path in zip(fields[::2], fields[1::2], strict=True):
        old_mode, new_mode, old_blob, new_blob, _ = about.removeprefix(":").split(" ")
        found.append(PathChange(path, old_mode, new_mode, old_blob, new_blob))
    return found


def own_index(checkout: Checkout) -> Path:
    """A place for an index of our own; nothing lies there."""
    path = checkout.room / _INDEX
    path.unlink(missing_ok=True)
    return path


def move_branch(checkout: Checkout, step: BranchMove, at: datetime) -> bool:
    """Do it; False where somebody changed one of the files in this moment, so that the branch stays where it was.

    The files come first, then the branch, then the index. Killed before the branch moved, the files that went ahead are
    changes like any other, and the next merge finds them the same on both sides.
    """
    note = checkout.room / _NOTE
    write_over(note, json.dumps({"branch": step.branch, "old": step.old, "new": step.new}))
    moved = changed_paths(checkout, step.old, step.new)
    if step.files and not _bring(checkout, step, moved, at):
        note.unlink(missing_ok=True)
        return False
    expected = step.old or "0" * len(step.new)
    checkout.git.must("update-ref", "-m", "newsletter: sync", f"refs/heads/{step.branch}", step.new, expected)
    _tell_index(checkout, moved)
    note.unlink(missing_ok=True)
    return True


def end_interrupted(checkout: Checkout, branch: str) -> None:
    """Finish what a killed process had begun: the branch moved, and the index was not told yet."""
    note = checkout.room / _NOTE
    _take_back_lock(checkout)
    try:
        said = json.loads(note.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    if said["branch"] == branch and said["new"] == checkout.commit_of(f"refs/heads/{branch}"):
        _tell_index(checkout, changed_paths(checkout, said["old"], said["new"]))
    note.unlink(missing_ok=True)


def states(checkout: Checkout, paths: list[str]) -> dict[str, str]:
    """The name that git would give to what lies at each path; "" where nothing does, "other" for anything but a file."""
    found: dict[str, str] = {}
    regular = []
    for path in paths:
        try:
            mode = (checkout.top / path).lstat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            found[path] = ""
            continue
        found[path] = "other"
        if stat.S_ISREG(mode) and "\n" not in path:
            regular.append(path)
    if regular:
        given = b"".join(os.fsencode(path) + b"\n" for path in regular)
        names = checkout.git.must("hash-object", "--stdin-paths", given=given).text.split("\n")
        found |= dict(zip(regular, names, strict=True))
    return found


def in_the_way(checkout: Checkout, old: str, new: str) -> list[str]:
    """The paths that would have to change, and hold something else than the commit that was left."""
    moved = changed_paths(checkout, old, new)
    there = states(checkout, [change.path for change in moved])
    return [change.path for change in moved if there[change.path] not in {_name(change.old), _name(change.new)}]


def _bring(checkout: Checkout, step: BranchMove, moved: list[PathChange], at: datetime) -> bool:
    with edit_lock(checkout.directory):
        for change in moved:
            there = states(checkout, [change.path])[change.path]
            if there == _name(change.new):
                continue
            if there != _name(change.old):
                return False
            _bring_one(checkout, step, change, at)
    return True


def _bring_one(checkout: Checkout, step: BranchMove, change: PathChange, at: datetime) -> None:
    path = checkout.top / change.path
    if not path.parent.resolve().is_relative_to(checkout.top.resolve()):
        raise NotNow(f"{change.path} lies behind a link that leads out of the checkout.", fix="Remove that link.")
    if change.new_mode == _GONE:
        keep_both(checkout, change.path, None, step.new, at)
        path.unlink(missing_ok=True)
        _clear(checkout, path.parent)
        return
    data = checkout.git.must("cat-file", "--filters", f"{step.new}:{change.path}").out
    keep_both(checkout, change.path, data, step.new, at)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_bytes(path, data, mode=0o755 if change.new_mode == "100755" else 0o644)


def _clear(checkout: Checkout, folder: Path) -> None:
    """Take away folders that became empty, as git does; the newsletter's own rooms stay."""
    rooms = {checkout.top, checkout.directory, *(checkout.directory / name for name in ("posts", "issues", "images"))}
    rooms.add(checkout.directory / "templates")
    with suppress(OSError):
        while folder not in rooms and folder.is_relative_to(checkout.top):
            folder.rmdir()
            folder = folder.parent


def _name(blob: str) -> str:
    return "" if set(blob) == {"0"} else blob


def _tell_index(checkout: Checkout, moved: list[PathChange]) -> None:
    """Let the user's index know of the new commit; what it says of other paths stays."""
    real, own = checkout.room / "index", own_index(checkout)
    lock = checkout.room / "index.lock"
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        if real.exists():
            # With its time: git compares the text of files that are as young as the index, and trusts the size of others.
            shutil.copy2(real, own)
        before = _stamp(real)
        lines = [f"{change.new_mode} {change.new}\t".encode() + os.fsencode(change.path) for change in moved]
        index = checkout.in_index(own)
        checkout.git.must("update-index", "-z", "--index-info", given=b"\0".join([*lines, b""]), settings=index)
        checkout.git.ask("update-index", "-q", "--refresh", settings=index)
        with suppress(FileExistsError):
            # git's own lock, made of our file: after a crash it can be told that it was ours.
            os.link(own, lock)
            if _stamp(real) == before:
                lock.replace(real)
                own.unlink()
                return
            lock.unlink()
        own = own_index(checkout)
        if time.monotonic() > until:
            raise NotNow(
                "Another git is at work in this checkout, or one was killed and left .git/index.lock.",
                fix="When no git runs any more, remove that file. Then sync again: it goes on.",
            )
        time.sleep(0.1)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        about = path.stat()
    except FileNotFoundError:
        return None
    return about.st_ino, about.st_mtime_ns, about.st_size


def _take_back_lock(checkout: Checkout) -> None:
    lock, own = checkout.room / "index.lock", checkout.room / _INDEX
    with suppress(FileNotFoundError):
        if lock.samefile(own):
            lock.unlink()
    own.unlink(missing_ok=True)
