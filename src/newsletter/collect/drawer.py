"""The drawer: posts that no issue uses yet, newest first."""

from __future__ import annotations

from newsletter.folder.posts import PostFiles
from newsletter.ports.folder import Issues
from newsletter.words.mistake import NewsletterError
from newsletter.words.post import Post


def find_unused(posts: PostFiles, issues: Issues) -> list[Post]:
    """A file that can't be read is left out."""
    used = _used(issues)
    return [post for post in reversed(posts.mentioning(())) if post.slug not in used]


def _used(issues: Issues) -> set[str]:
    try:
        return {slug for issue in issues.list_issues() for slug in issue.slugs()}
    except NewsletterError:
        return set()
