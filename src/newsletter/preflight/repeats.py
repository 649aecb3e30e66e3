"""Seen before: pages that an earlier issue linked to, under whatever address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from newsletter.collect.seen import pages_in
from newsletter.compose.press import Proof
from newsletter.folder.shelf import Shelf
from newsletter.preflight.author_text import AuthorLink
from newsletter.preflight.rules import finding, link_finding
from newsletter.words.canonical import canonical, links_in
from newsletter.words.finding import Finding
from newsletter.words.issue import Issue
from newsletter.words.mistake import NewsletterError, Place
from newsletter.words.post import Post

_NUMBERS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_ORDINALS = _NUMBERS.split()


def findings(
    proof: Proof, links: Sequence[AuthorLink], shelf: Shelf | None, moved: Mapping[str, str]
) -> Iterator[Finding]:
    """`moved` is where addresses of this issue lead to, as far as the web was asked."""
    if shelf is None:
        return
    try:
        issues = shelf.issues.list_issues()
    except NewsletterError as error:
        place = error.place or Place(proof.issue.file)
        yield finding(
            "not-checked",
            Place(proof.issue.file, 1),
            f"Earlier issues were not compared: {place} can't be read.",
            error.message,
            on_page="Earlier issues were not compared: one of them can't be read.",
            fix_on_page="See under Issues which one.",
        )
        return
    yield from _same_number(proof, issues)
    before = _before(proof, [issue for issue in issues if issue.number < proof.issue.number], shelf)
    for link in links:
        ran = before.get(canonical(link.href)) or before.get(canonical(moved.get(link.href, link.href)))
        if ran and not link.is_picture and not link.has_gap:
            number, item, title = ran
            where = f"issue {number}, {_ordinal(item)} item" if item else f"issue {number}"
            yield link_finding(
                "seen-before",
                link,
                f"“{link.words}” ran in {where} (“{title}”).",
                "Take it out, or say in your words that you come back to it.",
            )


def _before(proof: Proof, issues: Sequence[Issue], shelf: Shelf) -> dict[str, tuple[int, int, str]]:
    """Pages of earlier issues by canonical address: issue, item, title. The first time counts.

    An old issue that moved in has no items: its own title, and 0.
    """
    ran: dict[str, tuple[int, int, str]] = {}
    posts: dict[str, Post | None] = dict(proof.posts)
    for issue in issues:
        for item, slug in enumerate(issue.slugs(), 1):
            if slug not in posts:
                posts[slug] = _post(shelf, slug)
            post = posts[slug]
            for url in _addresses(post) if post else ():
                ran.setdefault(canonical(url), (issue.number, item, post.title if post else slug))
        for page in pages_in(issue.intro) if issue.moved_in else ():
            ran.setdefault(page, (issue.number, 0, issue.subject))
    return ran


def _post(shelf: Shelf, slug: str) -> Post | None:
    """An earlier post that is gone or broken by now tells nothing."""
    try:
        return shelf.posts.get_post(slug)
    except NewsletterError:
        return None


def _addresses(post: Post) -> Iterator[str]:
    if post.url:
        yield post.url
    yield from links_in(post.body)


def _same_number(proof: Proof, issues: Sequence[Issue]) -> Iterator[Finding]:
    if sum(issue.number == proof.issue.number for issue in issues) > 1:
        yield finding(
            "same-number",
            proof.issue.place("number"),
            f"Two files in issues/ say that they are issue {proof.issue.number}.",
            "Give one of them another number, in its name and in `number`.",
            on_page=f"There are two issues with the number {proof.issue.number}.",
            fix_on_page="Give one of them another number.",
        )


def _ordinal(item: int) -> str:
    return _ORDINALS[item - 1] if item <= len(_ORDINALS) else f"{item}th"
