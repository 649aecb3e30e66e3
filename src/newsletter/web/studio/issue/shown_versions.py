"""The versions of issues that pages showed, so that a click on an outdated page can say what changed."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from newsletter.folder.text_files import write_over
from newsletter.words.edition import Edition

# A version is about as large as its mail.
_MOST = 50
_DIGEST = re.compile("[0-9a-f]{64}")


class ShownVersions:
    """The last versions that pages showed, by digest, in `var/cache/shown`: the click may reach another process."""

    def __init__(self, directory: Path) -> None:
        self._room = directory / "var" / "cache" / "shown"

    def show(self, edition: Edition) -> str:
        """Remember a version that is on a page now. Returns its digest, for the page's form."""
        digest = edition.digest
        path = self._room / f"{digest}.json"
        # A page is shown also where the disk is full: then a change is announced without its lines.
        with suppress(OSError):
            if path.exists():
                path.touch()
            else:
                self._room.mkdir(parents=True, exist_ok=True)
                write_over(path, edition.to_json())
                self._forget_old()
        return digest

    def find(self, digest: str) -> Edition | None:
        """None where it is not remembered, or was not one of ours: a page's form can say anything."""
        if not _DIGEST.fullmatch(digest):
            return None
        with suppress(OSError, ValueError, KeyError, TypeError):
            edition = Edition.from_json((self._room / f"{digest}.json").read_text(encoding="utf-8"))
            return edition if edition.digest == digest else None
        return None

    def _forget_old(self) -> None:
        kept = sorted(self._room.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-_MOST]:
            path.unlink(missing_ok=True)
