"""Opens files of a newsletter's folder without ever following a link out of it, or waiting at a pipe."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from newsletter.words.mistake import Mistake, Place

_CLOSED = os.O_CLOEXEC | os.O_NOFOLLOW


def real_room(room: Path) -> Path:
    """Where a room such as `posts/` lies. The way to the newsletter may hold links; the room itself may be none."""
    return Path(os.path.realpath(room.parent)) / room.name


def is_within(path: Path, room: Path) -> bool:
    """Whether a path, all links followed, ends inside the room."""
    return Path(os.path.realpath(path)).is_relative_to(real_room(room))


def require_room(room: Path) -> None:
    """Raises Mistake for a room that is a link: whatever is written there would land elsewhere."""
    if room.is_symlink():
        raise Mistake(
            f"{room.name}/ is a link, and links are not followed out of the newsletter's folder.",
            fix="Put a folder in its place, with the files in it.",
            place=Place(room.name),
        )


def open_within(path: Path, room: Path) -> BinaryIO:
    """Open a regular file inside the room for reading.

    Every step of the way is opened by its own name and never through a link, so that a link that is put in between
    changes nothing. Raises OSError where there is none, where it leads out of the room (ELOOP), and for pipes, devices
    and sockets (EINVAL), which would keep a reader waiting.
    """
    home, target = real_room(room), Path(os.path.realpath(path))
    if not target.is_relative_to(home) or target == home:
        raise OSError(errno.ELOOP, f"it is a link that leads out of {room.name}/")
    *above, name = target.relative_to(home).parts
    folder = os.open(home, os.O_RDONLY | os.O_DIRECTORY | _CLOSED)
    try:
        for part in above:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | _CLOSED, dir_fd=folder)
            os.close(folder)
            folder = inner
        # Without O_NONBLOCK a pipe that nobody writes to is waited for, before anything can be asked about it.
        handle = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | _CLOSED, dir_fd=folder)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no regular file")
    return os.fdopen(handle, "rb")
