"""A post from an address: the page is fetched, and its text is taken without menus and footers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from newsletter.collect.quote import as_quotes, on_top
from newsletter.collect.web_address import site_of, whole_address
from newsletter.collect.wordless import require_words
from newsletter.ports.fetcher import MAX_BYTES, Fetched, Fetcher, NotFetched, WhyNot
from newsletter.words.canonical import canonical
from newsletter.words.find import Excerpt
from newsletter.words.mistake import Mistake
from newsletter.words.post import Post

_PAGES = {"text/html", "application/xhtml+xml", ""}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_AGAIN = {WhyNot.TOO_SLOW, WhyNot.UNREACHABLE, WhyNot.OFFLINE}
_BY_HAND = "Open it in your browser, save it as an .html file, and add that file."


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPage:
    """A page that was fetched: where it came from in the end, and its text, as the server says it is encoded."""

    url: str
    html: bytes
    is_plain: bool = False


def fetch_page(url: str, fetcher: Fetcher) -> WebPage:
    """Fetch an address that is meant to be read. Raises Mistake where it is no address of the web, is refused, or does not answer."""
    address = whole_address(url)
    if address is None:
        raise Mistake(f"This is not an address of the web: {url[:200]}", fix="Write it whole: https://example.com/page")
    try:
        answer = fetcher.fetch(address, limit=MAX_BYTES)
    except NotFetched as error:
        fix = f"Try again later. {_BY_HAND}" if error.why in _AGAIN else _BY_HAND
        raise Mistake(f"{address} was not fetched: {error.reason}.", fix=fix) from None
    if answer.status != 200:
        raise Mistake(f"{address} answers {answer.status}{_said(answer.status)}.", fix=_BY_HAND)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
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
    post = read_fetched(page, on=on, with_text=not excerpts)
    if excerpts:
        post = replace(post, body=as_quotes(excerpts, post.source or site_of(page.url), post.url))
    elif not note:
        require_words(post)
    return replace(post, body=on_top(note, post.body), title=post.title or title)


def read_fetched(page: WebPage, *, on: date, with_text: bool = True) -> Post:
    """What a page says, even if that is only its title. Raises Mistake where it says nothing."""
    from newsletter.collect.charset import decoded, decoded_page
    from newsletter.collect.outside import open_page
    from newsletter.collect.plain_text import read_plain_text

    if page.is_plain:
        post = replace(read_plain_text(decoded(page.html, name=page.url), on=on), url=page.url)
        post = post if with_text else replace(post, body="", checks=())
    else:
        post = open_page(decoded_page(page.html, name=page.url), on=on, at=page.url, with_text=with_text)
    return _at_its_own_site(post, page.url)


def _at_its_own_site(post: Post, fetched: str) -> Post:
    """A page may name a better address of its own; one on another site is not believed, but shown."""
    own = whole_address(fetched) or fetched
    if post.url is None or post.url == own:
        return replace(post, url=own)
    if canonical(post.url).partition("/")[0] == canonical(own).partition("/")[0]:
        return post
    check = f"The page says that its own address is {post.url}: link there instead if that is where it first stood."
    return replace(post, url=own, checks=(*post.checks, check))


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
