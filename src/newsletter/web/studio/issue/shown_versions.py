"""The versions of issues that pages showed, so that a click on an outdated page can say what changed."""

from __future__ import annotations

import threading

from newsletter.words.edition import Edition

# A version is about as large as its mail.
_MOST = 50


class ShownVersions:
    """The last versions that pages showed, by digest. A restart forgets them: then a change is announced without its lines."""

    def __init__(self) -> None:
        self._shown: dict[str, Edition] = {}
        self._lock = threading.Lock()

    def show(self, edition: Edition) -> str:
        """Remember a version that is on a page now. Returns its digest, for the page's form."""
        digest = edition.digest
        with self._lock:
            self._shown.pop(digest, None)
            self._shown[digest] = edition
            while len(self._shown) > _MOST:
                del self._shown[next(iter(self._shown))]
        return digest

    def find(self, digest: str) -> Edition | None:
        with self._lock:
            return self._shown.get(digest)
