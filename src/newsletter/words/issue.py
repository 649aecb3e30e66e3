"""A numbered, dated choice of posts with a word before and a word after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from newsletter.words.mistake import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A titled run of posts, named by their slugs in reading order; `title` may be empty."""

    title: str
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPlan:
    """A section that issues have, and how many posts it has places for; None where that is left open."""

    title: str
    places: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A file in `issues/`. It never carries state: when and to whom it went is in the database.

    `intro` and `outro` are Markdown. `waivers` are findings its author knows of and accepts: (what, reason), where what is
    a code, or a code, a space and a place.
    `lists` are the lists it is meant for; `template` None takes the newsletter's. `moved_in` says where an old issue was
    published before, such as `Substack, 1234.the-winter-boat`: it stands in the archive, and is not sent.
    `intro_line`, `outro_line`, `key_lines` (line of each front-matter key) and `key_columns` (where the subject and the
    preheader begin in theirs) let errors point into the file.
    """

    number: int
    subject: str
    preheader: str = ""
    template: str | None = None
    lists: tuple[str, ...] = ()
    dated_on: date | None = None
    sections: tuple[Section, ...] = ()
    intro: str = ""
    outro: str = ""
    intro_line: int = 1
    outro_line: int = 1
    key_lines: tuple[tuple[str, int], ...] = ()
    key_columns: tuple[tuple[str, int], ...] = ()
    waivers: tuple[tuple[str, str], ...] = ()
    moved_in: str = ""

    @property
    def moved_from(self) -> str:
        """The system or the place where an old issue was published; empty for an issue of this newsletter's own."""
        return self.moved_in.partition(",")[0].strip()

    @property
    def file(self) -> str:
        return f"issues/{self.number:03d}.md"

    def slugs(self) -> Iterator[str]:
        for section in self.sections:
            yield from section.posts

    def section_of(self, slug: str) -> str:
        """The title of the section that a post stands in; "" where it has none."""
        return next((section.title for section in self.sections if slug in section.posts), "")

    def line_of(self, key: str) -> int | None:
        return dict(self.key_lines).get(key)

    def place(self, *keys: str) -> Place:
        """The line of the first of these keys that the file has; its first line where it has none of them."""
        return Place(self.file, next((line for key in keys if (line := self.line_of(key))), 1))

    def column_of(self, key: str) -> int | None:
        return dict(self.key_columns).get(key)
