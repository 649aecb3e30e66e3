"""What the web answered about the issue's links and pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from newsletter.ports.fetcher import Fetched, NotFetched, WhyNot
from newsletter.preflight.author_text import AuthorLink
from newsletter.preflight.links import mend_of
from newsletter.preflight.rules import link_finding
from newsletter.preflight.web.ask import Replies
from newsletter.preflight.web.memory import GUARDED, Answered
from newsletter.words.canonical import canonical
from newsletter.words.finding import Finding

_GONE = frozenset({404, 410})
# Servers that ask for a name, a cookie or patience are there; whether the page is, they do not tell a program.
_GUARDED = GUARDED | {408, 425}


def moved_to(replies: Replies) -> dict[str, str]:
    """Where the addresses led to that answered."""
    return {url: reply.url for url, reply in replies.items() if isinstance(reply, Fetched) and reply.redirects}


def findings(links: Sequence[AuthorLink], told: Answered) -> Iterator[Finding]:
    """Dead, unreachable and moved links. Where nothing is known, it is said so; an old answer says how old it is."""
    for link in links:
        reply = told.replies.get(link.href)
        age = told.age_of(link.href)
        if isinstance(reply, NotFetched):
            found = _unanswered(link, reply)
        elif reply is not None:
            found = _answered(link, reply)
        else:
            continue
        yield from (replace(one, message=f"{one.message.removesuffix('.')}{age}.") for one in found)


def _unanswered(link: AuthorLink, reply: NotFetched) -> Iterator[Finding]:
    what = "The picture" if link.is_picture else "The link"
    message = f"{what} “{link.words}” was asked for: {reply.reason}."
    match reply.why:
        case WhyNot.OFFLINE | WhyNot.TOO_SLOW | WhyNot.TOO_LARGE:
            yield link_finding("not-checked", link, message, "Open it yourself, or check again later.")
        case WhyNot.NO_SUCH_HOST:
            code = "missing-image" if link.is_picture else "dead-link"
            yield link_finding(code, link, message, "Correct the address, or take it out.")
        case _:
            code = "unreachable-image" if link.is_picture else "unreachable-link"
            yield link_finding(code, link, message, "Open it in a browser of your own, then correct it.")


def _answered(link: AuthorLink, reply: Fetched) -> Iterator[Finding]:
    what = "picture" if link.is_picture else "link"
    if reply.status in _GONE:
        yield link_finding(
            "missing-image" if link.is_picture else "dead-link",
            link,
            f"The {what} “{link.words}” leads to a page that is not there ({reply.status}).",
            "Correct the address, or take it out.",
        )
    elif reply.status in _GUARDED:
        yield link_finding(
            "not-checked",
            link,
            f"The {what} “{link.words}” is behind a door that does not open for programs ({reply.status}).",
            "Open it in a browser of your own.",
        )
    elif reply.status >= 400 or reply.status < 200:
        yield link_finding(
            "unreachable-image" if link.is_picture else "unreachable-link",
            link,
            f"The {what} “{link.words}” answers with an error ({reply.status}).",
            "Open it in a browser of your own, and check again later.",
        )
    elif link.is_picture:
        yield from _picture(link, reply)
    elif reply.redirects and _is_elsewhere(link.href, reply):
        yield link_finding(
            "redirected-link",
            link,
            f"The link “{link.words}” leads on to {reply.url[:200]}.",
            "Look whether it is still the page you mean, and link to it directly.",
            mend=mend_of(link, reply.url, is_sure=False),
        )


def _picture(link: AuthorLink, reply: Fetched) -> Iterator[Finding]:
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and not kind.startswith("image/"):
        yield link_finding(
            "unreachable-image",
            link,
            f"What is at the address of the picture “{link.words}” is not a picture ({kind[:40]}).",
            "Link the picture itself, or put it into images/.",
            fix_on_page="Insert the picture itself.",
        )


def _is_elsewhere(href: str, reply: Fetched) -> bool:
    """A page that moved permanently, or one that became the site's front page; not a detour for the day or a language."""
    if canonical(href) == canonical(reply.url):
        return False
    landed_in_front = urlsplit(reply.url).path in {"", "/"} and urlsplit(href).path not in {"", "/"}
    return reply.is_permanent or landed_in_front or urlsplit(href).hostname != urlsplit(reply.url).hostname
