"""The drawer: posts that no issue uses yet, newest first, and a search in them."""

from __future__ import annotations

import unicodedata

from newsletter.folder.posts import PostFiles
from newsletter.ports.folder import Issues
from newsletter.words.mistake import NewsletterError
from newsletter.words.post import Post


def find_unused(posts: PostFiles, issues: Issues, matching: str = "") -> list[Post]:
    """Those that hold every word of `matching`, in whatever case and with or without accents. A broken file is left out."""
    used = _used(issues)
    words = _plain(matching).split()
    found = [post for post in posts.mentioning(()) if post.slug not in used]
    return [post for post in reversed(found) if all(word in _text(post) for word in words)]


def _used(issues: Issues) -> set[str]:
    try:
        return {slug for issue in issues.list_issues() for slug in issue.slugs()}
    except NewsletterError:
        return set()


def _text(post: Post) -> str:
    facts = (post.title, post.body, post.url, post.source, post.author, post.byline, post.slug, *post.tags)
    return _plain("\n".join(fact for fact in facts if fact))


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
