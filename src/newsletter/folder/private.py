"""Keeps `var/`, with readers and secrets in it, closed to everybody else on the machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

ROOM, FILE = 0o700, 0o600
_OTHERS = 0o077
# What a command looks at before it begins; `doctor` looks further. Practice may have left a million mails.
_AT_ONCE, _AT_MOST = 2_000, 200_000
# -1 is what subprocess takes for "as it is".
_before = -1


def close_new_files() -> int:
    """From now on this process makes files that only its owner reads. The answer is the umask before."""
    global _before
    _before = os.umask(_OTHERS)
    return _before


def open_new_files(umask: int) -> None:
    """Take that back."""
    global _before
    os.umask(umask)
    _before = -1


def umask_of_user() -> int:
    """For git, whose files are not ours: the umask that the user had set, or -1 where it is still in force."""
    return _before


def close_room(directory: Path) -> None:
    """Close `var/` and what lies in it, however it came to be: by a clone, a backup, or another umask.

    Only what is this user's own can be closed, and a link is left alone: what it leads to may be meant for others.
    """
    # A system has a var/ too, and that is not ours.
    if not (directory / "newsletter.toml").is_file():
        return
    for path, mode in islice(_walked(directory / "var"), _AT_ONCE):
        if mode & _OTHERS:
            with suppress(OSError):
                path.chmod(ROOM if stat.S_ISDIR(mode) else FILE, follow_symlinks=True)


def open_to_others(directory: Path) -> tuple[list[str], bool]:
    """What in `var/` others on this machine may open, as paths below `directory`, and whether they get at it.

    Nobody gets through a closed `var/`, but a copy of what lies in it is as open as that was.
    """
    found = [path for path, mode in islice(_walked(directory / "var"), _AT_MOST) if mode & _OTHERS]
    return [path.relative_to(directory).as_posix() for path in found], (directory / "var") in found


def _walked(room: Path) -> Iterator[tuple[Path, int]]:
    """Folders and files with their modes, outer ones first; links are neither given nor followed."""
    waiting = [room]
    while waiting:
        path = waiting.pop(0)
        with suppress(OSError):
            mode = path.lstat().st_mode
            if stat.S_ISDIR(mode):
                yield path, mode
                with os.scandir(path) as entries:
                    for entry in entries:
                        about = entry.stat(follow_symlinks=False).st_mode
                        if stat.S_ISDIR(about):
                            waiting.append(Path(entry.path))
                        elif stat.S_ISREG(about):
                            yield Path(entry.path), about
