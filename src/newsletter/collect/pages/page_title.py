"""The title of a page's article, which is not the name of its site."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from bs4.element import Tag

_BETWEEN = re.compile(r"\s[-–—|·•:»«‹›/]{1,3}\s")
_NAME_OF_SITE = re.compile(r"(?:site|blog)-?(?:title|name)|logo|brand|masthead", re.IGNORECASE)
_HEADLINES = "article h2, main h2, .entry-title, .post-title, [itemprop=headline]"


def page_title(page: BeautifulSoup, *, site: str | None, guessed: str | None) -> str | None:
    """The one `<h1>` that is not the site's name, else what the page calls itself, else its article's first heading.

    `guessed` is a library's guess from `<title>`, without the site's name.
    """
    name = _words(page.title) if page.title else ""
    whole = [heading for heading in page.find_all("h1") if _words(heading)]
    headings = [heading for heading in whole if not _is_site(heading, name, site)]
    for inside in ("article", "main", None):
        there = [heading for heading in headings if inside is None or heading.find_parent(inside)]
        if len(there) == 1:
            return _words(there[0])
    sites = {_words(heading).casefold() for heading in whole if heading not in headings} | {(site or "").casefold()}
    og = page.select_one('meta[property="og:title"][content], meta[name="og:title"][content]')
    called = _without_site(" ".join(str(og["content"]).split()), sites) if og else ""
    if called and called.casefold() not in sites:
        return called
    if len(whole) > len(headings) and (headline := _headline(page, name)):
        return headline
    shown = _without_site(name, sites)
    if guessed and guessed in name and guessed.casefold() not in sites:
        return guessed
    return shown or guessed


def drop_site_name(page: BeautifulSoup, site: str | None) -> None:
    """Take out the large heading that is only the name of the site."""
    name = _words(page.title) if page.title else ""
    for heading in page.find_all("h1"):
        if _is_site(heading, name, site):
            heading.decompose()


def _is_site(heading: Tag, name: str, site: str | None) -> bool:
    """Whether it is the name of the site: as the page says, as a link to its front page, or behind the page's title."""
    words = _words(heading).casefold()
    if words == (site or "").casefold():
        return True
    link = heading.find("a", href=True) or heading.find_parent("a", href=True)
    if isinstance(link, Tag) and _words(link).casefold() == words and _leads_home(str(link["href"])):
        return True
    if heading.find_parent(["article", "main"]) is not None:
        return False
    classes = [*(heading.get("class") or []), str(heading.get("id") or "")]
    parts = _BETWEEN.split(name)
    return any(_NAME_OF_SITE.fullmatch(one) for one in classes) or (len(parts) > 1 and words == parts[-1].casefold())


def _leads_home(href: str) -> bool:
    try:
        parts = urlsplit(href.strip())
    except ValueError:
        return False
    return (parts.path == "/" or bool(parts.netloc and not parts.path)) and not parts.query and not parts.fragment


def _headline(page: BeautifulSoup, name: str) -> str:
    """The article's heading below the site's: one that `<title>` holds, else one that its text begins with."""
    headlines = [words for tag in page.select(_HEADLINES) if (words := _words(tag))]
    if named := next((words for words in headlines if words in name), ""):
        return named
    article = page.find(["article", "main"])
    first = article.find(["h2", "h3", "p"]) if isinstance(article, Tag) else None
    return _words(first) if isinstance(first, Tag) and first.name != "p" else ""


def _without_site(name: str, sites: set[str]) -> str:
    """`Real title - Tide Blog` without the blog, where that is known to be the site."""
    parts = _BETWEEN.split(name)
    if len(parts) > 1 and parts[-1].casefold() in sites:
        return name[: name.rindex(parts[-1])].rstrip(" -–—|·•:»«‹›/")
    return name


def _words(tag: Tag) -> str:
    buttons = {id(piece) for button in tag.find_all("button") for piece in button.strings}
    return " ".join("".join(piece for piece in tag.strings if id(piece) not in buttons).split())
