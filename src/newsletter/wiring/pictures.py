"""Keeps the pictures of the folder ready for mail, and those that mails point to where every machine sees them."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.folder.pictures.crops import crops_of
from newsletter.folder.pictures.images import ImageFolder
from newsletter.words.mistake import Missing, NewsletterError

if TYPE_CHECKING:
    from newsletter.archive.pictures_sql import SharedPictures
    from newsletter.wiring import Parts

log = logging.getLogger(__name__)

_LONGEST_BEAT = 30.0


class PictureBeat:
    """One of each process: pages find a picture ready, so that nobody waits for it."""

    def __init__(self, parts: Parts, stop: threading.Event) -> None:
        self._parts, self._stop = parts, stop
        self._shares = True

    def beat(self) -> None:
        """Make what is new in `images/` ready, and what posts crop of it, for half a minute at most; end early once told to stop."""
        until = time.monotonic() + _LONGEST_BEAT
        try:
            self._parts.images.make_ready(
                lambda: time.monotonic() < until and not self._stop.is_set(), crops=crops_of(self._parts.posts)
            )
            if self._shares:
                share_mailed(self._parts)
                self._shares = False
        except NewsletterError as error:
            log.warning("making pictures ready: %s", error.message)
        except Exception:
            log.exception("making pictures ready: a fault of the program itself")


def share_mailed(parts: Parts) -> None:
    """Keep for all machines what editions point to and only this one has: they are of before, or of another database."""
    if parts.shared_pictures is None:
        return
    plain = ImageFolder(parts.directory)
    for name in set(parts.shared_pictures.list_mailed()):
        with suppress(Missing):
            parts.shared_pictures.keep(plain.find(name))


def images_of_all(directory: Path, shared: SharedPictures) -> ImageFolder:
    """The pictures of the folder, and those that another machine has mailed."""

    def keep(path: Path) -> None:
        try:
            shared.keep(path)
        except NewsletterError as error:
            # A database that is away keeps nobody from looking at a page; before anything is sent it is asked again.
            log.warning("a picture is not kept for all machines yet: %s", error.message)

    return ImageFolder(directory, keep=keep, fetch=shared.find)
