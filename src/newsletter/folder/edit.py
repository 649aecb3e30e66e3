"""What every change of the newsletter's files keeps to: one change at a time, and nothing that can't be read again."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsletter.folder.issue_file import parse_issue
from newsletter.folder.post_file import parse_post
from newsletter.words.mistake import Mistake, Place


@contextmanager
def edit_lock(directory: Path) -> Iterator[None]:
    """One change at a time in this folder, whatever processes there are; a killed one lets go."""
    room = directory / "var"
    room.mkdir(exist_ok=True)
    handle = os.open(room / "editing.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def require_readable(file: str, text: str) -> None:
    """Raises Mistake where this text, as that post or issue, could not be read again."""
    room, _, name = file.removesuffix(".md").partition("/")
    if room == "posts":
        parse_post(text, slug=name, file=file)
    elif parse_issue(text, file=file).number != int(name):
        raise Mistake("An issue's number can't be changed here.", fix="Rename the file too.", place=Place(file))
