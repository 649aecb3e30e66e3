"""Posts that are put into a section of an issue, and taken out again, also while somebody else edits that file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.collect.desk import CollectDesk
from newsletter.folder.issue_file import parse_issue
from newsletter.folder.sheet import Clash
from newsletter.folder.touch import with_sections
from newsletter.words.arrangement import Sections, added_to, removed
from newsletter.words.mistake import NotNow

_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePlace:
    """A section of an issue, by its title; "" is the one without a heading."""

    number: int
    section: str

    @property
    def file(self) -> str:
        return f"issues/{self.number:03d}.md"


def require_open(desk: CollectDesk, number: int) -> None:
    """Raises NotNow where an issue was sent, or its words are fixed: what is changed then would not go."""
    if why := desk.why_fixed(number):
        raise NotNow(
            f"{why}; nothing was changed.",
            fix="Unlock it on its page if it has not gone yet, or put the find on the shortlist (e).",
        )


def put_in(desk: CollectDesk, slug: str, place: IssuePlace, *, by: str) -> None:
    """Put a post at the end of a section, which is made where the issue has none of that title."""
    _change(desk, place.number, lambda sections: added_to(sections, slug, place.section), by=by)


def take_out(desk: CollectDesk, slug: str, *, number: int, by: str) -> None:
    """The post leaves the issue; its section stays where it has a title. Raises NotNow where the issue is fixed."""
    require_open(desk, number)
    _change(desk, number, lambda sections: removed(sections, slug), by=by)


def _change(desk: CollectDesk, number: int, arrange: Callable[[Sections], Sections], *, by: str) -> None:
    file = IssuePlace(number=number, section="").file

    def edit(text: str) -> str:
        return with_sections(text, arrange(parse_issue(text, file=file).sections), file=file)

    for _ in range(_TRIES):
        sheet = desk.sheets.note(file, at=desk.now())
        try:
            desk.sheets.change(file, sheet.version, edit, by=by, at=desk.now())
        except Clash:
            continue
        return
    raise NotNow(f"Somebody else is arranging issue {number} right now.", fix="Try again in a moment.")
