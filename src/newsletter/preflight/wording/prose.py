"""What authors wrote themselves: the fields of an issue and its posts, and their paragraphs without code, addresses and tags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.compose.press import Manuscript
from newsletter.preflight.author_text import GAP, AuthorText
from newsletter.words.mistake import Place

# Stands for code, addresses and tags. It is neither a letter nor a blank, so that words beside it are not neighbours.
_HOLE = "\ufffc"
_NOT_WORDS = re.compile(
    r"(?<!`)(`++)[^`]*+\1(?!`)|~~[^~]++~~|<[a-z][a-z0-9+.-]*+:[^<>\s]*+>|(?<![\w/.])(?:https?://|www\.)[^\s<>)\]]++"
    r"|\]\((?:[^()\n]|\([^()\n]*+\))*+\)|\]\[[^\[\]\n]*+\]|!?\[(?=[^\[\]]*+\][(\[])|(?<!\\)[*_]++(?!\s)|(?<!\s)[*_]++|\\",
    re.IGNORECASE,
)
_ITEM = re.compile(r"\s{0,12}(?:[-+*]|\d{1,3}[.)]|#{1,6}|\|)\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadField:
    """A value in the front matter. `is_ours` where nobody else can have written it; `column` is where it begins, where known."""

    key: str
    text: str
    place: Place
    post: str | None = None
    is_ours: bool = True
    column: int | None = None

    def at(self, offset: int) -> Place:
        return Place(self.place.file, self.place.line, self.column + offset if self.column else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnParagraph:
    """A paragraph, list item or heading of ours: `text` has the letters of its lines at their columns."""

    file: str
    first_line: int
    post: str | None
    text: str

    def at(self, offset: int) -> Place:
        before = self.text[:offset]
        return Place(self.file, self.first_line + before.count("\n"), offset - before.rfind("\n"))


def fields_of(manuscript: Manuscript) -> Iterator[HeadField]:
    """In the order of the files. The title of a post about a page is that page's, as far as anybody knows."""
    issue = manuscript.issue
    for key, text in (("subject", issue.subject), ("preheader", issue.preheader)):
        yield HeadField(key=key, text=text, place=issue.place(key), column=issue.column_of(key))
    for number, section in enumerate(issue.sections, 1):
        yield HeadField(key="section", text=section.title, place=issue.place(f"section {number}", "sections"))
    for post in manuscript.posts.values():
        values = {"title": post.title, "source": post.source, "author": post.author, "byline": post.byline}
        for key, value in values.items():
            ours = key == "title" and post.url is None
            yield HeadField(key=key, text=value or "", place=post.place(key), post=post.slug, is_ours=ours)
        if post.image:
            yield HeadField(key="alt", text=post.image.alt, place=post.place("alt", "image"), post=post.slug)


def paragraphs_of(readings: Sequence[AuthorText]) -> Iterator[OwnParagraph]:
    """The author's own paragraphs; quotes and code blocks are none."""
    for read in readings:
        lines: list[str] = []
        for number, line in [*read.own, (read.first_line + len(read.own), "")]:
            if lines and (not line.strip() or _ITEM.match(line)):
                yield _paragraph(read, number - len(lines), lines)
                lines = []
            if line.strip():
                lines.append(line)


def _paragraph(read: AuthorText, first_line: int, lines: Sequence[str]) -> OwnParagraph:
    text = GAP.sub(_hole, "\n".join(lines))
    return OwnParagraph(file=read.file, first_line=first_line, post=read.post, text=_NOT_WORDS.sub(_hole, text))


def _hole(found: re.Match[str]) -> str:
    return "".join("\n" if letter == "\n" else _HOLE for letter in found[0])
