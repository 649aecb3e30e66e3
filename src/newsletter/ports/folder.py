"""The newsletter's folder: posts, issues, templates and settings as files that people can read and diff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from newsletter.words.issue import Issue
from newsletter.words.mistake import NewsletterError
from newsletter.words.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFiles:
    """A template by name: every file of it as text, keyed by its path inside the template (`issue.mjml`)."""

    name: str
    files: dict[str, str]
    location: str


class Posts(Protocol):
    def list_posts(self) -> Sequence[Post]:
        """Every post, oldest file first. Raises Mistake for one that can't be read."""
        ...

    def get_post(self, slug: str) -> Post:
        """Raises Missing, or Mistake with the line."""
        ...

    def add_post(self, post: Post) -> Post:
        """Write a new file; where the slug is taken, under the next free one. Returns the post as written."""
        ...


class Issues(Protocol):
    def list_issues(self) -> Sequence[Issue]: ...

    def list_readable(self) -> tuple[Sequence[Issue], Sequence[NewsletterError]]:
        """The issues that can be read, by number, and what is wrong with the others."""
        ...

    def get_issue(self, number: int) -> Issue:
        """Raises Missing, or Mistake with the line."""
        ...

    def add_issue(self, issue: Issue) -> Issue:
        """Write a new file. Raises Mistake where the number is taken: nothing is ever overwritten."""
        ...

    def list_moved_in(self) -> Sequence[Issue]:
        """The old issues that were published elsewhere, by number. One that can't be read is left out."""
        ...
