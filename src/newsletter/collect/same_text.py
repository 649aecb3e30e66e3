"""Words that are in a post already, found when somebody adds them a second time."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsletter.collect.seen import PostSeen, issues_by_post
from newsletter.folder.posts import PostFiles
from newsletter.ports.folder import Issues

# Fewer words in a row are a phrase that many use.
_FEWEST_WORDS = 12
_LETTERS = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"\]\([^()\s]*+\)")


def same_text(text: str, posts: PostFiles, issues: Issues, *, but: str = "") -> list[PostSeen]:
    """The posts, oldest first, that hold the longest paragraph of this Markdown; `but` is the post that it is meant for."""
    words = max((_words(part) for part in re.split(r"\n\s*\n", text)), key=len, default=[])
    if len(words) < _FEWEST_WORDS:
        return []
    passage = " ".join(words)
    found = [
        post
        for post in posts.mentioning((max(words, key=len),))
        if post.slug != but and passage in " ".join(_words(post.body))
    ]
    used = issues_by_post(issues) if found else {}
    return [
        PostSeen(post=post.slug, title=post.title, issues=tuple(used.get(post.slug, ())), is_source=False)
        for post in found
    ]


def say_same(seen: Sequence[PostSeen]) -> list[str]:
    return [
        f"These words are in “{one.title}” already"
        + (f", in issue {one.issues[-1]}." if one.issues else ", on the shortlist.")
        for one in seen
    ]


def _words(markdown: str) -> list[str]:
    return [word.casefold() for word in _LETTERS.findall(_ADDRESS.sub("] ", markdown))]
