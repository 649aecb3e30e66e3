"""What is known of a page once it is read: the post that it makes, how long it is, in which language, and whether it is free."""

from __future__ import annotations

from dataclasses import dataclass, replace

from newsletter.words.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDetails:
    """A page as a post. The first `n_checks_of_facts` of its checks are not about its text.

    `minutes` is how long it takes to read, to watch or to hear; None where that can't be told. `language` is the first part
    of the tag that the page gives, such as `de`, or ""; `is_paid` that the page itself says that it is not free.
    """

    post: Post
    n_checks_of_facts: int
    minutes: int | None = None
    language: str = ""
    is_paid: bool = False

    @property
    def without_text(self) -> Post:
        """Its title, author, day and picture only."""
        return replace(self.post, body="", checks=self.post.checks[: self.n_checks_of_facts])
