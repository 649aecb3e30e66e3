"""Links as they are written: empty, dropped, over an open line, full of tracking, twice, vague. Nothing is fetched here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from newsletter.compose.press import Manuscript
from newsletter.ports.fetcher import Fetched
from newsletter.preflight.author_text import AuthorLink, AuthorText
from newsletter.preflight.mends import other_address
from newsletter.preflight.rules import link_finding
from newsletter.preflight.web.ask import Replies
from newsletter.words.canonical import canonical, tracking_in, without_tracking
from newsletter.words.domain import scheme_of
from newsletter.words.finding import Finding, Mend

_VAGUE = re.compile(
    r"(?:click |tap |read |see |look )?(?:here|this|more|link|this link|read on|read more|learn more|more here|click|hier|mehr"
    r"|weiterlesen|ici|aquí|qui)",
    re.IGNORECASE,
)
_BRANCH = re.compile(r"\{%-?\s*(if|elif|else|endif)\b[^%]{0,400}%\}")
_WEB = frozenset({"http", "https"})


def links_of(manuscript: Manuscript, readings: Sequence[AuthorText]) -> list[AuthorLink]:
    """Every link of the issue in reading order: each post's own address before those in its text."""
    own = {post.slug: _title_link(manuscript, post.slug) for post in manuscript.posts.values() if post.url}
    found: list[AuthorLink] = []
    for read in readings:
        if read.post in own:
            found.append(own[read.post])
        found += read.links
    return found


def findings(links: Sequence[AuthorLink], replies: Replies) -> Iterator[Finding]:
    """What an address shows by itself. `replies` tell whether an open line could be a secure one."""
    for link in links:
        yield from _one(link, replies)
    yield from _twice(links)


def secure(href: str) -> str:
    """The same address over https."""
    return f"https{href[4:]}" if href[:5].lower() == "http:" else href


def mend_of(link: AuthorLink, new: str, *, is_sure: bool) -> Mend | None:
    """Another address for a link's, where the line holds it as it is."""
    if link.has_gap or not link.is_verbatim:
        return None
    return other_address(link.place, link.href, new, is_sure=is_sure)


def _title_link(manuscript: Manuscript, slug: str) -> AuthorLink:
    post = manuscript.posts[slug]
    place = post.place("url")
    return AuthorLink(href=post.url or "", words=post.title, place=place, post=slug, is_title=True, is_verbatim=True)


def _one(link: AuthorLink, replies: Replies) -> Iterator[Finding]:
    if link.has_gap and empty_for_some(link.href):
        yield link_finding(
            "empty-link",
            link,
            f"The {_kind(link)} “{link.words[:60]}” leads nowhere for some readers: {link.href[:100]}",
            "Give it an address for everybody else: {% else %}https://...{% endif %}, or put the whole link into the branch.",
        )
        return
    if link.href.strip() in {"", "#"}:
        yield link_finding(
            "empty-link",
            link,
            f"The {_kind(link)} “{link.words}” leads nowhere.",
            "Put the address between the round brackets.",
            fix_on_page="Give it an address, or take the link away.",
        )
        return
    scheme = scheme_of(link.href)
    if not link.is_picture and not link.has_gap and scheme not in {*_WEB, "mailto"}:
        yield link_finding(
            "dropped-link",
            link,
            f"“{link.words}” links to {link.href[:80]}, which is neither a web nor a mail address.",
            "Write the whole address, with https:// or mailto:.",
            mend=mend_of(link, f"https://{link.href}", is_sure=False) if link.href.startswith("www.") else None,
        )
        return
    if scheme == "http":
        yield _open_line(link, replies)
    if scheme in _WEB and (junk := tracking_in(link.href)):
        bare = without_tracking(link.href)
        yield link_finding(
            "tracking-link",
            link,
            f"The address behind “{link.words}” carries {', '.join(junk[:4])}.",
            f"Shorten it: {bare}",
            mend=mend_of(link, bare, is_sure=True),
        )
    if not link.is_picture and not link.is_title:
        yield from _words(link)


def _open_line(link: AuthorLink, replies: Replies) -> Finding:
    better = secure(link.href)
    reply = replies.get(better)
    works = isinstance(reply, Fetched) and 200 <= reply.status < 300 and reply.url.startswith("https://")
    return link_finding(
        "http-link",
        link,
        f"The {_kind(link)} “{link.words}” is fetched without https{', and would be there with it' if works else ''}.",
        f"Write {better}" if works else f"Try {better} and keep it if it works.",
        mend=mend_of(link, better, is_sure=works),
    )


def _words(link: AuthorLink) -> Iterator[Finding]:
    words = link.words.strip(" .,:;!?…→»>[]")
    if words and empty_for_some(link.words):
        yield link_finding(
            "link-without-words",
            link,
            f"The words of the link to {link.href[:80]}, “{link.words[:60]}”, are empty for some readers.",
            "Give it words for everybody else: {% else %}...{% endif %}, or put the whole link into the branch.",
        )
    elif not words:
        yield link_finding(
            "link-without-words",
            link,
            f"The link to {link.href[:80]} has no words.",
            "Write between the square brackets what one finds there.",
            fix_on_page="Give it words that say what one finds there.",
        )
    elif _VAGUE.fullmatch(words):
        yield link_finding(
            "vague-link",
            link,
            f"“{link.words}” is all that the link says.",
            "Link the words that name what one finds there.",
        )


def _twice(links: Sequence[AuthorLink]) -> Iterator[Finding]:
    seen: dict[str, AuthorLink] = {}
    for link in links:
        if link.is_picture or link.has_gap or scheme_of(link.href) not in _WEB:
            continue
        first = seen.setdefault(canonical(link.href), link)
        # A post that names its own page again, or one text that links a page twice, is a way of writing.
        if first is link or first.post == link.post:
            continue
        yield link_finding(
            "same-link-twice",
            link,
            f"“{link.words}” leads to the page that “{first.words}” leads to ({first.place}).",
            "Keep one of the two in this issue.",
            on_page=f"“{link.words}” leads to the same page as “{first.words}”.",
        )


def empty_for_some(text: str) -> bool:
    """Whether a text with branches is nothing in one of them. A value counts as something: others look at those."""
    stack: list[list[bool]] = [[True]]
    has_else: list[bool] = []
    offset = 0
    for tag in _BRANCH.finditer(text):
        stack[-1][-1] = stack[-1][-1] and not text[offset : tag.start()].strip()
        offset = tag.end()
        if tag[1] == "if":
            stack.append([True])
            has_else.append(False)
        elif tag[1] == "endif" and len(stack) > 1:
            branches = stack.pop()
            closed = has_else.pop()
            stack[-1][-1] = stack[-1][-1] and (any(branches) or not closed)
        elif len(stack) > 1:
            has_else[-1] = has_else[-1] or tag[1] == "else"
            stack[-1].append(True)
    return offset > 0 and stack[0][-1] and not text[offset:].strip()


def _kind(link: AuthorLink) -> str:
    return "picture" if link.is_picture else "link"
