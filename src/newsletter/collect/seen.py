"""Seen before: the posts and old issues that have a page already, under whatever address, said when it is saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from newsletter.folder.posts import PostFiles
from newsletter.ports.folder import Issues
from newsletter.words.canonical import canonical, links_in
from newsletter.words.domain import unicode_domain
from newsletter.words.mistake import NewsletterError
from newsletter.words.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSeen:
    """A post that has the page: as its source, or as a link in its text. `issues` are those that use it.

    An old issue that moved in has no posts: `post` is "" then, and `title` its subject.
    """

    post: str
    title: str
    issues: tuple[int, ...]
    is_source: bool

    @property
    def sentence(self) -> str:
        has = "is about it" if self.is_source else "links to it"
        numbers = ", ".join(map(str, self.issues))
        if not self.post:
            return f"Seen before: “{self.title}” (issue {numbers}) {has}."
        where = f" in issue{'s' if len(self.issues) > 1 else ''} {numbers}" if self.issues else ", in no issue yet"
        return f"Seen before: “{self.title}” (posts/{self.post}.md{where}) {has}."


def seen_before(url: str, posts: PostFiles, issues: Issues) -> list[PostSeen]:
    """The posts that have this page, oldest file first, then old issues that moved in. What can't be read tells nothing."""
    page = canonical(url)
    host = page.partition("/")[0].partition("?")[0]
    # A file may name a host in the letters of its country, or as DNS spells them.
    found = [
        (post, has) for post in posts.mentioning((host, unicode_domain(host))) if (has := _has(post, page)) is not None
    ]
    used = issues_by_post(issues) if found else {}
    seen = [
        PostSeen(post=post.slug, title=post.title, issues=tuple(used.get(post.slug, ())), is_source=is_source)
        for post, is_source in found
    ]
    old = [issue for issue in issues.list_moved_in() if page in pages_in(issue.intro)]
    return seen + [PostSeen(post="", title=one.subject, issues=(one.number,), is_source=False) for one in old]


# Hundreds of old issues have thousands of links, which do not change from one look to the next.
@lru_cache(maxsize=2_000)
def pages_in(text: str) -> frozenset[str]:
    """The pages that a text links to, by their canonical addresses."""
    return frozenset(canonical(url) for url in links_in(text))


def _has(post: Post, page: str) -> bool | None:
    """Whether it is about the page (True), links to it (False), or neither (None)."""
    if post.url and canonical(post.url) == page:
        return True
    return False if any(canonical(link) == page for link in links_in(post.body)) else None


def issues_by_post(issues: Issues) -> dict[str, list[int]]:
    """The numbers of the issues that use each post, by its slug."""
    used: dict[str, list[int]] = {}
    for number, slug in _uses(issues):
        used.setdefault(slug, []).append(number)
    return used


def _uses(issues: Issues) -> Iterator[tuple[int, str]]:
    try:
        for issue in issues.list_issues():
            for slug in issue.slugs():
                yield issue.number, slug
    except NewsletterError:
        return
