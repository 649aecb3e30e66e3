"""Keeps the pictures of the folder ready for mail, and those that mails point to where every machine sees them."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.db.lease import Lease
from newsletter.folder.pictures.crops import crops_of
from newsletter.folder.pictures.images import ImageFolder
from newsletter.words.mistake import Missing, NewsletterError

if TYPE_CHECKING:
    from newsletter.archive.pictures_sql import SharedPictures
    from newsletter.wiring import Parts

log = logging.getLogger(__name__)

_LONGEST_BEAT = 30.0
_SECONDS_BETWEEN_SHARES = 3_600.0


def make_pictures(parts: Parts, stop: threading.Event) -> None:
    """Make what is new in `images/` ready, and what posts crop of it, for half a minute at most; end early once `stop` is set.

    One process does it at a time: in a folder that several see, two would make the same pictures.
    """
    alone = nullcontext(True) if parts.shared_pictures is None else Lease(parts.engine, "pictures").try_hold()
    with alone as mine:
        if not mine:
            return
        until = time.monotonic() + _LONGEST_BEAT
        try:
            parts.images.make_ready(lambda: time.monotonic() < until and not stop.is_set(), crops=crops_of(parts.posts))
        except Exception:
            log.exception("making pictures ready: a fault of the program itself")


class SharingBeat:
    """One of each process: at its start, and every hour while a picture is missing, it keeps for all machines what only this one has."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._next_at: float | None = 0.0

    def beat(self) -> None:
        if self._next_at is None or time.monotonic() < self._next_at:
            return
        try:
            is_missing = share_mailed(self._parts) > 0
            self._next_at = time.monotonic() + _SECONDS_BETWEEN_SHARES if is_missing else None
        except NewsletterError as error:
            log.warning("pictures of mails are shared later: %s", error.message)


def share_mailed(parts: Parts) -> int:
    """Keep for all machines what editions point to and only this one has: they are of before, or of another database.

    Returns how many of them are missing here and there. This folder may hold them once it has made them ready.
    """
    shared, plain = parts.shared_pictures, ImageFolder(parts.directory)
    if shared is None:
        return 0
    n_missing = 0
    for name in {name for name in shared.list_mailed() if not shared.has(name)}:
        try:
            shared.keep(plain.find(name))
        except Missing:
            n_missing += 1
    return n_missing


def images_of_all(directory: Path, shared: SharedPictures) -> ImageFolder:
    """The pictures of the folder, and those that another machine has mailed."""

    def keep(path: Path) -> None:
        try:
            shared.keep(path)
        except NewsletterError as error:
            # A database that is away keeps nobody from looking at a page; before anything is sent it is asked again.
            log.warning("a picture is not kept for all machines yet: %s", error.message)

    return ImageFolder(directory, keep=keep, fetch=shared.find)
