"""Seen before: the posts that have a page already, under whatever address, said at the moment when it is saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.folder.posts import PostFiles
from newsletter.ports.folder import Issues
from newsletter.words.canonical import canonical, links_in
from newsletter.words.domain import unicode_domain
from newsletter.words.mistake import NewsletterError
from newsletter.words.post import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSeen:
    """A post that has the page: as its source, or as a link in its text. `issues` are those that use it."""

    post: str
    title: str
    issues: tuple[int, ...]
    is_source: bool

    @property
    def sentence(self) -> str:
        has = "is about it" if self.is_source else "links to it"
        numbers = ", ".join(map(str, self.issues))
        where = f" in issue{'s' if len(self.issues) > 1 else ''} {numbers}" if self.issues else ", in no issue yet"
        return f"Seen before: “{self.title}” (posts/{self.post}.md{where}) {has}."


def seen_before(url: str, posts: PostFiles, issues: Issues) -> list[PostSeen]:
    """The posts that have this page, oldest file first. A post or an issue that can't be read tells nothing."""
    page = canonical(url)
    host = page.partition("/")[0].partition("?")[0]
    # A file may name a host in the letters of its country, or as DNS spells them.
    found = [
        (post, has) for post in posts.mentioning((host, unicode_domain(host))) if (has := _has(post, page)) is not None
    ]
    used = issues_by_post(issues) if found else {}
    return [
        PostSeen(post=post.slug, title=post.title, issues=tuple(used.get(post.slug, ())), is_source=is_source)
        for post, is_source in found
    ]


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
