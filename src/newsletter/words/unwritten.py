"""What of an issue nobody has written yet: a subject, an opening that issues before had, posts without words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from newsletter.words.find import is_unread_title
from newsletter.words.issue import Issue
from newsletter.words.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwritten:
    """`words` say what is missing, as it stands in a list; `part` is the part of the issue where it is written."""

    words: str
    part: str


def unwritten(issue: Issue, posts: Mapping[str, Post], issues: Iterable[Issue]) -> list[Unwritten]:
    """In reading order. `posts` are by their slug; `issues` are all there are, this one among them."""
    before = max((one for one in issues if one.number < issue.number), key=lambda one: one.number, default=None)
    return list(_found(issue, posts, before))


def _found(issue: Issue, posts: Mapping[str, Post], before: Issue | None) -> Iterator[Unwritten]:
    if issue.subject.strip() in ("", f"Issue {issue.number}"):
        yield Unwritten(words="the subject", part="inbox")
    if before and before.intro.strip() and not issue.intro.strip():
        yield Unwritten(words="the opening", part="opening")
    if not list(issue.slugs()):
        yield Unwritten(words="all posts", part="inbox")
    for slug in issue.slugs():
        post = posts.get(slug)
        if post is not None and (not post.body.strip() or is_unread_title(post.title)):
            yield Unwritten(words=f"“{post.title}”", part=f"post:{slug}")
