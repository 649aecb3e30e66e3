"""What a system that a newsletter moves out to looks like from here: its addresses, its tables, how it takes issues."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.folder.pictures.images import ImageFolder
from newsletter.move_out.issues_out import LeavingIssue
from newsletter.move_out.outlet import Open
from newsletter.move_out.people import ReaderForm
from newsletter.words.newsletter import Newsletter


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What a system's writer is given: the issues, the pictures, and the new addresses by number.

    Each was read once before, so none is refused now. Drafts have no new address. `step` is called for each issue written.
    """

    newsletter: Newsletter
    issues: Sequence[LeavingIssue]
    album: ImageFolder
    new: Mapping[int, str]
    now: datetime
    step: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSystem:
    """`path` is where an issue will be found, by its slug, and `feed` its feed; "" where that is not known.

    `form` is the table of readers that it imports; None where it takes ours. `write_issues` writes what it imports, and
    `steps` say in order what is to be done there. `losses` are what it has no place for.
    """

    name: str
    title: str
    path: Callable[[str], str]
    feed: str = ""
    form: ReaderForm | None
    write_issues: Callable[[Leaving, Open], None]
    steps: Sequence[str]
    losses: Sequence[str] = ()
