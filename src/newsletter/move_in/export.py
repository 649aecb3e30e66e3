"""What an export holds, whatever the system: old issues, what is left out of them and why, and files with readers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup

from newsletter.move_in.export_files import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveInOptions:
    """What the owner asked for. `zone` tells which day an hour was; `url` is where the newsletter was on the web, if known.

    `with_closed` brings issues that not everybody could read: anybody can here, in the archive.
    """

    zone: ZoneInfo
    url: str | None = None
    with_closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OldIssue:
    """An issue as its system has it. `name` is what that calls it, and never changes; `path` is where it was on its web.

    `html` is read when it is needed. `sent_at` is wall time, without a zone, where the system does not say which.
    """

    name: str
    title: str
    sent_at: datetime
    html: Callable[[], str]
    preheader: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something in an export that does not become an issue, and why. `is_closed` where the owner may ask for it."""

    title: str
    why: str
    is_closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export that was looked through. `title` is what people call the system.

    `prepare` takes out of an issue's tree what only worked there, such as a button to subscribe. `has_headline` where readers
    saw the title above the words, although it is not part of them.
    """

    title: str
    found: Sequence[OldIssue | LeftOut]
    readers: Sequence[Member]
    prepare: Callable[[BeautifulSoup], None]
    has_headline: bool = True

    @property
    def issues(self) -> list[OldIssue]:
        return [one for one in self.found if isinstance(one, OldIssue)]

    @property
    def left_out(self) -> list[LeftOut]:
        return [one for one in self.found if isinstance(one, LeftOut)]


CLOSED = "Not everybody could read it there, and here anybody could."
DRAFT = "It is a draft."
PAGE = "It is a page, not an issue."
NO_DATE = "The export does not say when it was sent."
NO_TEXT = "The export holds no text of it."
