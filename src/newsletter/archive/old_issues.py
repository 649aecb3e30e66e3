"""Old issues that were published elsewhere, as anybody may read them: rendered from their files, for the archive."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from newsletter.compose.press import press
from newsletter.folder.shelf import Shelf
from newsletter.words.edition import Edition
from newsletter.words.mistake import Missing, NewsletterError
from newsletter.words.newsletter import Newsletter

log = logging.getLogger(__name__)

# Rendering one takes some 60 ms, and a reader who walks through the archive asks for one after the other.
_KEPT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class OldTitle:
    """An old issue in a list. `published_on` is the date that its file gives, None where it gives none."""

    number: int
    subject: str
    published_on: date | None


class OldIssues:
    """The old issues of the folder. They have no frozen version, since nothing was sent from here: their files are it."""

    def __init__(self, shelf: Shelf, newsletter: Newsletter) -> None:
        self._shelf, self._newsletter = shelf, newsletter
        self._kept: OrderedDict[object, Edition] = OrderedDict()
        self._lock = threading.Lock()

    def list_titles(self, *, most: int, before: int | None = None) -> Sequence[OldTitle]:
        """The highest numbers first, those smaller than `before`."""
        found = [one for one in self._shelf.issues.list_moved_in() if before is None or one.number < before]
        return [
            OldTitle(number=one.number, subject=one.subject, published_on=one.dated_on) for one in found[::-1][:most]
        ]

    def find_edition(self, number: int) -> Edition | None:
        """None where there is no such old issue, or its file or template has a mistake; then the log says so."""
        try:
            return self._edition(number)
        except NewsletterError as error:
            log.warning("archive: issue %s can't be shown: %s", number, error)
            return None

    def _edition(self, number: int) -> Edition | None:
        try:
            issue = self._shelf.issues.get_issue(number)
        except Missing:
            return None
        if not issue.moved_in:
            return None
        posts = tuple(self._shelf.posts.get_post(slug) for slug in issue.slugs())
        template = self._shelf.templates.get_template(issue.template or self._newsletter.template)
        # All that its page is made of: an edit of any of them is seen at once.
        key = (issue, posts, tuple(sorted(template.files.items())))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        edition = press(self._shelf, self._newsletter, number).rendered.edition
        with self._lock:
            self._kept[key] = edition
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return edition
