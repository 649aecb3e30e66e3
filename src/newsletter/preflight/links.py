"""Links that lead nowhere, twice to the same page, or over an open line. Nothing is fetched here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from newsletter.compose.press import Proof
from newsletter.words.finding import Finding, Severity
from newsletter.words.mistake import Place
from newsletter.words.post import Post

_EMPTY = re.compile(r"(?<!!)\[([^\]\n]*)\]\(\s*(#?)\s*\)")


def findings(proof: Proof) -> Iterator[Finding]:
    """Empty links, links without https, and posts that share a page."""
    seen: dict[str, Post] = {}
    for post in proof.posts.values():
        yield from _empty(post)
        if not post.url:
            continue
        if urlsplit(post.url).scheme == "http":
            yield Finding(
                code="http-link",
                severity=Severity.WARNING,
                place=Place(post.file, 1),
                message=f"“{post.title}” links without https: mail clients warn of it, and anybody on the way can read it.",
                fix="Try the same address with https:// and keep it if it works.",
            )
        first = seen.setdefault(post.url.rstrip("/"), post)
        if first is not post:
            yield Finding(
                code="same-link-twice",
                severity=Severity.WARNING,
                place=Place(post.file, 1),
                message=f"“{post.title}” links to the page that “{first.title}” links to.",
                fix="Keep one of the two posts in this issue.",
            )


def _empty(post: Post) -> Iterator[Finding]:
    for number, line in enumerate(post.body.splitlines(), start=post.body_line):
        for found in _EMPTY.finditer(line):
            yield Finding(
                code="empty-link",
                severity=Severity.ERROR,
                place=Place(post.file, number, found.start() + 1),
                message=f"The link “{found.group(1)}” leads nowhere.",
                fix="Put the address between the round brackets.",
            )
