"""An issue as the parts that one writes at a time: the inbox line, the opening, each section's title and posts, the closing."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.compose.draft import unused_posts
from newsletter.web.studio.issue.broken import readable
from newsletter.wiring import Parts
from newsletter.words.issue import Issue
from newsletter.words.mistake import Missing, Mistake, NewsletterError
from newsletter.words.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineLine:
    """A line of the outline. `key` names the part in an address; `file` is where its words are."""

    key: str
    title: str
    file: str
    slug: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineSection:
    """A section of the outline with its posts; `number` counts from 1."""

    key: str
    number: int
    title: str
    posts: tuple[OutlineLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What an issue is made of, in reading order."""

    issue: Issue
    inbox: OutlineLine
    opening: OutlineLine
    headings: tuple[OutlineSection, ...]
    closing: OutlineLine

    def titles(self) -> list[str]:
        return [post.title for heading in self.headings for post in heading.posts]

    def all_keys(self) -> list[str]:
        inside = [key for heading in self.headings for key in (heading.key, *(post.key for post in heading.posts))]
        return [self.inbox.key, self.opening.key, *inside, self.closing.key]


def outline_of(parts: Parts, number: int) -> Outline:
    """Raises Missing for an issue that does not exist, and Mistake where its file can't be read."""
    issue = parts.issues.get_issue(number)
    return Outline(
        issue=issue,
        inbox=OutlineLine(key="inbox", title=issue.subject, file=issue.file),
        opening=OutlineLine(key="opening", title=_first_line(issue.intro) or "Opening", file=issue.file),
        headings=tuple(
            OutlineSection(
                key=f"section-{at}",
                number=at,
                title=section.title,
                posts=tuple(_entry(parts, slug) for slug in section.posts),
            )
            for at, section in enumerate(issue.sections, 1)
        ),
        closing=OutlineLine(key="closing", title=_first_line(issue.outro) or "Closing", file=issue.file),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPart:
    """The part that is open: its kind, its file in the version that was read, and its words."""

    key: str
    kind: str
    file: str
    version: str
    issue: Issue
    post: Post | None = None
    heading: OutlineSection | None = None
    problem: NewsletterError | None = None
    text: str = ""


def part_of(parts: Parts, outline: Outline, key: str) -> OpenPart:
    """The part with this key, or the post on the shortlist; the first post, or the opening, where none has this key (any more)."""
    is_there = key in outline.all_keys() or parts.posts.has(key.removeprefix("post:"))
    wanted = key if is_there else _first(outline)
    kind = wanted.partition("-")[0] if wanted.startswith("section-") else wanted
    if wanted.startswith("post:"):
        return _post_part(parts, outline, wanted)
    heading = next((one for one in outline.headings if one.key == wanted), None)
    sheet = parts.sheets.note(outline.issue.file, at=parts.clock.now())
    return OpenPart(key=wanted, kind=kind, file=sheet.file, version=sheet.version, issue=outline.issue, heading=heading)


def _post_part(parts: Parts, outline: Outline, key: str) -> OpenPart:
    slug = key.removeprefix("post:")
    file = f"posts/{slug}.md"
    try:
        sheet = parts.sheets.note(file, at=parts.clock.now())
    except Missing as missing:
        return OpenPart(key=key, kind="lost", file=file, version="", issue=outline.issue, problem=missing)
    try:
        post = parts.posts.get_post(slug)
    except Mistake as mistake:
        # It can't be parsed, but it can be repaired as plain text.
        return OpenPart(
            key=key, kind="raw", file=file, version=sheet.version, issue=outline.issue, problem=mistake, text=sheet.text
        )
    return OpenPart(key=key, kind="post", file=file, version=sheet.version, issue=outline.issue, post=post)


def _first(outline: Outline) -> str:
    return next((post.key for heading in outline.headings for post in heading.posts), outline.opening.key)


def _entry(parts: Parts, slug: str) -> OutlineLine:
    file = f"posts/{slug}.md"
    try:
        return OutlineLine(key=f"post:{slug}", title=parts.posts.get_post(slug).title, file=file, slug=slug)
    except NewsletterError as error:
        return OutlineLine(key=f"post:{slug}", title=slug, file=file, slug=slug, problem=error.message)


def _first_line(text: str) -> str:
    """How a part begins, as its name in the outline."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 60 else f"{line[:59].rstrip()}…"


def number_after(parts: Parts, number: int) -> int:
    """The number of the issue that comes next, whether it was begun or not."""
    return min((issue.number for issue in readable(parts).issues if issue.number > number), default=number + 1)


def unused_in(parts: Parts) -> list[Post]:
    """The posts that no issue uses, newest first."""
    found = readable(parts)
    return list(reversed(unused_posts(found.posts, found.issues)))
