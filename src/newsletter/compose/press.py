"""From the folder to an edition: read an issue with its posts and its template, and render it."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.compose.render import Rendered, render
from newsletter.folder.shelf import Shelf
from newsletter.words.issue import Issue
from newsletter.words.mistake import Missing, Mistake, Place
from newsletter.words.newsletter import Newsletter
from newsletter.words.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Manuscript:
    """An issue as its author wrote it, with its posts by slug."""

    issue: Issue
    posts: dict[str, Post]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof(Manuscript):
    """A manuscript beside what became of it."""

    rendered: Rendered


def press(shelf: Shelf, newsletter: Newsletter, number: int) -> Proof:
    """Render issue `number` as it stands in the folder now. Raises Mistake or Missing at the author's line."""
    written = read_manuscript(shelf, number)
    issue, posts = written.issue, written.posts
    template = shelf.templates.get_template(issue.template or newsletter.template)
    return Proof(issue=issue, posts=posts, rendered=render(issue, posts, newsletter, template, shelf.images))


def read_manuscript(shelf: Shelf, number: int) -> Manuscript:
    """Issue `number` and its posts as they stand in the folder now. Raises Mistake or Missing at the author's line."""
    issue = shelf.issues.get_issue(number)
    return Manuscript(issue=issue, posts={slug: _post(shelf, issue, slug) for slug in issue.slugs()})


def _post(shelf: Shelf, issue: Issue, slug: str) -> Post:
    try:
        return shelf.posts.get_post(slug)
    except Missing as missing:
        place = Place(issue.file, issue.line_of(f"sections/{slug}") or issue.line_of("sections"))
        raise Mistake(missing.message, fix=missing.fix, place=place) from missing
