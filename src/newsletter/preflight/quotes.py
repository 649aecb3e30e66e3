"""Quotes: whether their source is linked, whether it still says so, and whether they leave us room to speak."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence

from newsletter.compose.press import Proof
from newsletter.ports.fetcher import Fetched
from newsletter.preflight.author_text import AuthorText, Quote
from newsletter.preflight.rules import finding
from newsletter.preflight.web.ask import Replies
from newsletter.words.finding import Finding
from newsletter.words.mistake import Place
from newsletter.words.plain import letters_of, shortened
from newsletter.words.post import Post
from newsletter.words.times.cadence_text import say_list

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
    missing = [quote for quote in read.quotes if quote.attribution and not quote.link and not _is_its_own(post, quote)]
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
        fix_on_page="Make the name a link. Where the whole post is about that page, give the post the page's address.",
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
    pages: dict[str, str] = {}
    for quote in read.quotes:
        url = quote.link or (post.url if post.url and _is_its_own(post, quote) else "")
        reply = replies.get(url)
        if not isinstance(reply, Fetched) or reply.status != 200:
            continue
        if url not in pages:
            pages[url] = text_of_page(reply)
        page = pages[url]
        absent = [piece for piece in _pieces(quote.words) if letters_of(piece) not in page]
        if not absent or (quote.link and not _is_from(absent[0], page)):
            continue
        what = f"page of “{post.title}”" if url == post.url else f"page {url[:100]}"
        if not reply.is_whole or len(page) < 200:
            yield finding(
                "not-checked",
                quote.place,
                f"The quote could not be looked for: the {what} is too long, or shows its text by script only.",
                "Compare it yourself.",
                post=post.slug,
            )
            return
        yield finding(
            "quote-not-on-page",
            quote.place,
            f"The {what} does not say {_difference(absent[0], page)}.",
            "Compare it with the page; mark what you left out with … and what you changed with [brackets].",
            post=post.slug,
            url=url,
        )


def _is_from(piece: str, page: str) -> bool:
    """Whether the page holds half of the words: a name may link to a person's own page, where nothing of a quote stands."""
    words = piece.split()
    begin, end = _standing(words, page)
    return begin + end >= len(words) / 2


def _difference(piece: str, page: str) -> str:
    """The words that differ, among those beside them; the whole beginning, where nothing of it stands there."""
    words = piece.split()
    begin, end = _standing(words, page)
    differing = words[begin : max(begin + 1, len(words) - end)]
    if not begin + end or len(differing) > 12:
        return f"“{shortened(' '.join(words), 80)}”"
    around = words[max(0, begin - 3) : max(begin + 1, len(words) - end) + 3]
    return f"“{' '.join(differing)}” where the quote has “{' '.join(around)}”"


def _standing(words: Sequence[str], page: str) -> tuple[int, int]:
    """How many of the first and of the last words stand on the page in a row."""
    begin = bisect_left(range(len(words) + 1), True, key=lambda n: letters_of("".join(words[:n])) not in page) - 1
    rest = words[begin:]
    end = (
        bisect_left(range(len(rest) + 1), True, key=lambda n: letters_of("".join(rest[len(rest) - n :])) not in page)
        - 1
    )
    return begin, end


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
