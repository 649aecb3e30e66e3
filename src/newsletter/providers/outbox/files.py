"""Mails as files on disk: each appears whole or not at all, none is ever overwritten, and a try can be closed for good."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, count
from pathlib import Path

ATTEMPT_HEADER = "X-Newsletter-Attempt"
# Long enough for the header that comes first in every file.
_HEAD_BYTES = 1024


class AttemptClosed(Exception):
    """Somebody has looked this attempt up and heard what was missing: nothing more may appear."""


class Staging:
    """Where the mails of one attempt are written before they appear in the folder of their issue.

    Appearing is a link out of this folder. Closing the attempt takes the folder away in one step, so a writer that was
    frozen and wakes up late finds nothing to link: what was found absent stays absent.
    """

    def __init__(self, directory: Path, attempt: str) -> None:
        # Attempts are random names that we make; a name from a database that was tampered with must not become a path.
        is_plain = re.fullmatch("[A-Za-z0-9_-]{1,100}", attempt)
        self._attempt = attempt if is_plain else hashlib.blake2s(attempt.encode("utf-8", "replace")).hexdigest()
        self._header = f"{ATTEMPT_HEADER}: {self._attempt}\r\n".encode("ascii")
        self._directory = directory
        self._is_open = False
        self._folder = directory / f".{self._attempt}"

    def open(self) -> None:
        """Raises AttemptClosed if the attempt has been closed already, OSError for what disks do."""
        self._directory.mkdir(parents=True, exist_ok=True)
        try:
            self._folder.mkdir()
        except FileExistsError:
            raise AttemptClosed from None
        self._is_open = True

    def write(self, delivery: int, message: bytes) -> None:
        try:
            (self._folder / f"{delivery}.eml").write_bytes(self._header + message)
        except (FileNotFoundError, NotADirectoryError):
            raise AttemptClosed from None

    def publish(self, delivery: int, issue: Path) -> None:
        """Let one mail appear as `<delivery>.eml`; a second one for that delivery appears as a second file."""
        source = self._folder / f"{delivery}.eml"
        names = [f"{delivery}.eml", f"{delivery}.{self._attempt}.eml"]
        for name in chain(names, (f"{delivery}.{self._attempt}.{n}.eml" for n in count(2))):
            try:
                _linked(source, issue / name)
            except FileExistsError:
                continue
            except (FileNotFoundError, NotADirectoryError):
                raise AttemptClosed from None
            return

    def clear(self) -> None:
        """Remove what this writer staged; what another one of the same name staged is not ours."""
        if self._is_open:
            shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        """End the attempt, even for a process that is still working on it. A file of its name stays, so it can't be opened again."""
        aside = self._directory / f".{self._attempt}.closed"
        while not self._folder.is_file():
            with suppress(FileNotFoundError):
                self._folder.rename(aside)
            shutil.rmtree(aside, ignore_errors=True)
            with suppress(FileExistsError):
                self._directory.mkdir(parents=True, exist_ok=True)
                self._folder.open("xb").close()

    def holds(self, delivery: int) -> bool:
        """Whether this attempt's mail for a delivery has appeared, in whatever issue."""
        names = (f"{delivery}.eml", f"{delivery}.{self._attempt}.eml")
        return any(self._is_ours(issue / name) for issue in issues(self._directory) for name in names)

    def _is_ours(self, path: Path) -> bool:
        try:
            with path.open("rb") as file:
                return file.read(_HEAD_BYTES).startswith(self._header)
        except FileNotFoundError:
            return False


def issues(directory: Path) -> Iterator[Path]:
    """The folders of the issues, in the order of their numbers."""
    if directory.is_dir():
        yield from sorted(
            (path for path in directory.iterdir() if path.name.isdecimal()), key=lambda path: int(path.name)
        )


def settled(folder: Path) -> None:
    """Make the names in a folder survive a power cut. The contents are left to the system: this is practice mail."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _linked(source: Path, target: Path) -> None:
    """Like a rename that refuses to replace: raises FileExistsError, and FileNotFoundError where the source is gone."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}:
            raise
        # A file system without links, such as a USB stick's. The ledger lets only one attempt hold a delivery anyway.
        if target.exists():
            raise FileExistsError from None
        source.rename(target)
