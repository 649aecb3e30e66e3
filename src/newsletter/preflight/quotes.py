"""Quotes: whether their source is linked, whether it still says so, and whether they leave us room to speak."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Sequence

from newsletter.compose.press import Proof
from newsletter.ports.fetcher import Fetched
from newsletter.preflight.author_text import AuthorText, Quote
from newsletter.preflight.rules import finding
from newsletter.preflight.web.ask import Replies
from newsletter.words.cadence_text import say_list
from newsletter.words.finding import Finding
from newsletter.words.mistake import Place
from newsletter.words.plain import letters_of, shortened
from newsletter.words.post import Post

_HIDDEN = re.compile(
    r"<(script|style|template|noscript)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*\b[^>]*+(?:>|\Z)|<[!?/][^>]*+(?:>|\Z)")
_CHARSET = re.compile(rb"<meta(?:(?!<meta)[^>])+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
# Editors leave words out (… or [...]), and put one letter or word of their own into brackets.
_CUT = re.compile(r"(?:\[|(?<!\s))\s*+(?:…|\.\s?\.\s?\.)\s*+\]?|\[[^\]]{0,300}+\]|\n\n")
_SHORTEST = 24


def findings(
    proof: Proof, readings: Sequence[AuthorText], replies: Replies, also: Collection[str]
) -> Iterator[Finding]:
    """Read post by post."""
    for read in readings:
        post = proof.posts.get(read.post or "")
        if post is None or not read.quotes:
            continue
        yield from _unlinked(post, read)
        yield from _not_there(post, read, replies)
        if "long-quote" in also:
            yield from _long(post, read)


def _unlinked(post: Post, read: AuthorText) -> Iterator[Finding]:
    """One warning a post, however many of its sources are unlinked."""
    missing = [
        quote for quote in read.quotes if quote.attribution and not quote.is_linked and not _is_its_own(post, quote)
    ]
    if not missing:
        return
    names = list(dict.fromkeys(quote.attribution for quote in missing))
    yield finding(
        "unlinked-source",
        missing[0].place,
        f"“{post.title}” names {say_list(names)} and links to none of them."
        if len(names) > 1
        else f"“{post.title}” names {names[0]} and does not link there.",
        "Link the name: > — [Name, Publication](https://...). Where it is the whole post's source, give the post its `url`.",
        post=post.slug,
    )


def _is_its_own(post: Post, quote: Quote) -> bool:
    """The post links to its source by its title; a quote that names somebody else needs a link of its own."""
    if post.url is None:
        return False
    publication = quote.attribution.rpartition(", ")[2].casefold().strip(" .")
    known = {name.casefold() for name in (post.source, post.author, post.title) if name}
    return (
        not post.source
        or ", " not in quote.attribution
        or any(publication in one or one in publication for one in known)
    )


def _not_there(post: Post, read: AuthorText, replies: Replies) -> Iterator[Finding]:
    reply = replies.get(post.url or "")
    if not isinstance(reply, Fetched) or reply.status != 200:
        return
    page = text_of_page(reply)
    for quote in read.quotes:
        if not _is_its_own(post, quote) or quote.is_linked:
            continue
        absent = [piece for piece in _pieces(quote.words) if letters_of(piece) not in page]
        if not absent:
            continue
        if not reply.is_whole or len(page) < 200:
            yield finding(
                "not-checked",
                quote.place,
                f"The quote could not be looked for: the page of “{post.title}” is too long, or shows its text by script only.",
                "Compare it yourself.",
                post=post.slug,
            )
            return
        yield finding(
            "quote-not-on-page",
            quote.place,
            f"The page of “{post.title}” does not say “{shortened(' '.join(absent[0].split()), 80)}”.",
            "Compare it with the page; mark what you left out with … and what you changed with [brackets].",
            post=post.slug,
            url=post.url,
        )


def _long(post: Post, read: AuthorText) -> Iterator[Finding]:
    quoted = sum(len(quote.words.split()) for quote in read.quotes)
    own = sum(len(line.split()) for _, line in read.own)
    if quoted > own:
        yield finding(
            "long-quote",
            Place(read.quotes[0].place.file, read.quotes[0].place.line),
            f"“{post.title}” quotes {quoted} words and says {own} of its own.",
            "Shorten the quote, or say more about it.",
            post=post.slug,
        )


def text_of_page(page: Fetched) -> str:
    """The letters of an HTML page, for comparison."""
    declared = re.search(r"charset=[\"']?([\w-]+)", page.headers.get("content-type", ""))
    inside = _CHARSET.search(page.body[:4096])
    name = declared[1] if declared else inside[1].decode("ascii") if inside else "utf-8"
    try:
        source = page.body.decode(name, errors="replace")
    except LookupError:
        source = page.body.decode("utf-8", errors="replace")
    return letters_of(html.unescape(_TAG.sub("", _HIDDEN.sub("", source))))


def _pieces(words: str) -> list[str]:
    """The runs of words that must stand on the page as they are."""
    return [piece for piece in _CUT.split(words) if len(letters_of(piece)) >= _SHORTEST]
