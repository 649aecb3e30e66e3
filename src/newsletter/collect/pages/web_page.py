"""A post from an address: the page is fetched, and its text is taken without menus and footers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from newsletter.collect.pages.details import PageDetails
from newsletter.collect.quote import as_quotes, on_top
from newsletter.collect.web_address import site_of, whole_address
from newsletter.collect.wordless import require_words
from newsletter.ports.fetcher import MAX_BYTES, Fetched, Fetcher, NotFetched, WhyNot
from newsletter.words.canonical import canonical
from newsletter.words.find import Excerpt, read_title, unread_title
from newsletter.words.mistake import Mistake
from newsletter.words.plain import minutes_to_read
from newsletter.words.post import Post

_PAGES = {"text/html", "application/xhtml+xml", ""}
_PDF = "application/pdf"
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_AGAIN = {WhyNot.TOO_SLOW, WhyNot.UNREACHABLE, WhyNot.OFFLINE}
# Too many questions, and servers that are ill: RFC 6585 and RFC 9110.
_FOR_NOW = frozenset({408, 425, 429, 500, 502, 503, 504})
_BY_HAND = "Open it in your browser, save it as an .html file, and add that file."


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPage:
    """A page that was fetched: where it came from in the end, and its text, as the server says it is encoded."""

    url: str
    html: bytes
    is_plain: bool = False
    is_pdf: bool = False


class NoAnswerNow(Mistake):
    """The page may well be there later."""


def fetch_page(url: str, fetcher: Fetcher) -> WebPage:
    """Fetch an address that is meant to be read. Raises Mistake where it is no address of the web, is refused,
    or does not answer: NoAnswerNow where it may later.
    """
    address = whole_address(url)
    if address is None:
        raise Mistake(f"This is not an address of the web: {url[:200]}", fix="Write it whole: https://example.com/page")
    try:
        answer = fetcher.fetch(address, limit=MAX_BYTES)
    except NotFetched as error:
        fix = f"Try again later. {_BY_HAND}" if error.why in _AGAIN else _BY_HAND
        kind_of = NoAnswerNow if error.why in _AGAIN else Mistake
        raise kind_of(f"{address} was not fetched: {error.reason}.", fix=fix) from None
    if answer.status != 200:
        kind_of = NoAnswerNow if answer.status in _FOR_NOW else Mistake
        raise kind_of(f"{address} answers {answer.status}{_said(answer.status)}.", fix=_BY_HAND)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _PDF:
        return WebPage(url=answer.url, html=answer.body, is_pdf=True)
    if kind not in _PAGES | {"text/plain"}:
        raise Mistake(
            f"{address} is not a page but {kind[:80]}.",
            fix="Add the page that tells of it, and link to it in your words.",
        )
    return WebPage(url=answer.url, html=_marked(answer), is_plain=kind == "text/plain")


def post_of(page: WebPage, *, on: date, note: str = "", excerpts: Sequence[Excerpt] = (), title: str = "") -> Post:
    """Make a post of a page. Raises Mistake where it has no words, and there is neither a note nor an excerpt.

    `note` goes on top; with `excerpts` these stand below it, and the page gives only its title, author, day and picture.
    """
    return post_from(details_of(page, on=on), note=note, excerpts=excerpts, title=title)


def post_from(details: PageDetails, *, note: str = "", excerpts: Sequence[Excerpt] = (), title: str = "") -> Post:
    """The same of a page that was read before."""
    post = details.without_text if excerpts else details.post
    if excerpts:
        post = replace(post, body=as_quotes(excerpts, post.source or site_of(post.url or ""), post.url))
    elif not note:
        require_words(post)
    title = read_title(post.title) or read_title(title) or unread_title(post.url or "")
    return replace(post, body=on_top(note, post.body), title=title)


def read_fetched(page: WebPage, *, on: date, with_text: bool = True) -> Post:
    """What a page says, even if that is only its title. Raises Mistake where it says nothing."""
    details = details_of(page, on=on)
    return details.post if with_text else details.without_text


def details_of(page: WebPage, *, on: date) -> PageDetails:
    """What a page says, with its length and language. Raises Mistake where it says nothing."""
    from newsletter.collect.charset import decoded, decoded_page
    from newsletter.collect.outside import open_details, open_pdf
    from newsletter.collect.plain_text import read_plain_text

    if page.is_pdf:
        post = open_pdf(page.html, on=on, at=page.url)
        return PageDetails(post=post, n_checks_of_facts=0, minutes=minutes_to_read(post.body) or None)
    if page.is_plain:
        post = replace(read_plain_text(decoded(page.html, name=page.url), on=on), url=page.url)
        details = PageDetails(post=post, n_checks_of_facts=0, minutes=minutes_to_read(post.body) or None)
    else:
        details = open_details(decoded_page(page.html, name=page.url), on=on, at=page.url)
    return _at_its_own_site(details, page.url)


def _at_its_own_site(details: PageDetails, fetched: str) -> PageDetails:
    """A page may name a better address of its own; one on another site is not believed, but shown."""
    own, post = whole_address(fetched) or fetched, details.post
    if post.url is None or post.url == own:
        return replace(details, post=replace(post, url=own))
    if canonical(post.url).partition("/")[0] == canonical(own).partition("/")[0]:
        return details
    check = f"The page says that its own address is {post.url}: link there instead if that is where it first stood."
    n_of_facts = details.n_checks_of_facts
    checks = (*post.checks[:n_of_facts], check, *post.checks[n_of_facts:])
    return replace(details, post=replace(post, url=own, checks=checks), n_checks_of_facts=n_of_facts + 1)


def _marked(answer: Fetched) -> bytes:
    """The page, beginning with what the server says of its letters, unless the page can tell on its own."""
    match = _CHARSET.search(answer.headers.get("content-type", ""))
    label = match[1].encode() if match else b""
    says_utf8 = label.lower() in {b"utf-8", b"utf8"}
    if (
        not label
        or (says_utf8 and _CHARSET.search(answer.body[:4096].decode("ascii", errors="replace")))
        or answer.body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))
    ):
        return answer.body
    if answer.headers.get("content-type", "").lower().startswith("text/plain"):
        return answer.body
    return b"<meta charset=" + label + b">" + answer.body


def _said(status: int) -> str:
    known = {
        401: ": it wants a password",
        403: ": it does not let programs in",
        404: ": there is nothing",
        410: ": it is gone",
    }
    return known.get(status, ": it does not want to be asked so often" if status == 429 else "")
