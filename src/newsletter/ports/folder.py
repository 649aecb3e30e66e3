"""The newsletter's folder: posts, issues, templates and settings as files that people can read and diff."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from newsletter.words.issue import Issue
from newsletter.words.mistake import Place
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


class PostShelf(Posts, Protocol):
    """Posts, as far as collecting needs more of them."""

    def mentioning(self, needles: Collection[str]) -> Sequence[Post]:
        """The posts whose file holds one of these, in whatever case; all for none. A file that can't be read is left out."""
        ...

    def has(self, slug: str) -> bool: ...

    def free_slug(self, wanted: str) -> str:
        """The slug that `add_post` would take now."""
        ...

    def digest(self, slug: str) -> str:
        """SHA-256 of the file, 64 hexadecimal digits. Raises Missing."""
        ...

    def remove_post(self, slug: str, *, digest: str) -> None:
        """Delete the file if it is still that one. Raises Missing, and NotNow where it was changed."""
        ...


class Issues(Protocol):
    def list_issues(self) -> Sequence[Issue]: ...

    def get_issue(self, number: int) -> Issue:
        """Raises Missing, or Mistake with the line."""
        ...

    def add_issue(self, issue: Issue) -> Issue:
        """Write a new file. Raises Mistake where the number is taken: nothing is ever overwritten."""
        ...

    def list_moved_in(self) -> Sequence[Issue]:
        """The old issues that were published elsewhere, by number. One that can't be read is left out."""
        ...


class Templates(Protocol):
    def get_template(self, name: str) -> TemplateFiles:
        """The folder's own `templates/NAME`, else the built-in one. Raises Missing, naming what there is."""
        ...


class Album(Protocol):
    def add(self, name: str, data: bytes) -> str:
        """Keep a picture under a name like the one it had; its path, `images/...`. The same one again keeps its name.

        Raises Mistake for what is no picture that mail can show.
        """
        ...


class Images(Protocol):
    def publish(self, src: str, place: Place | None = None) -> str:
        """Make `images/...` ready for mail; its name, `DIGEST.ext`. Raises Missing, or Mistake at `place`."""
        ...

    def width(self, name: str) -> int:
        """How wide a published picture is, in its own pixels. Raises Missing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Everything in the folder that an issue is made of. Without `images`, pictures are named but not made ready."""

    posts: Posts
    issues: Issues
    templates: Templates
    images: Images | None = None
