"""HTML that is all text, such as an old issue, as Markdown: no guessing where the text is, and what is embedded stays as a link."""

from __future__ import annotations

import re
from collections.abc import Callable

from bs4 import BeautifulSoup
from bs4.element import Tag

from newsletter.collect.pages.html_markdown import host_in, html_to_markdown
from newsletter.collect.pages.page_body import clean_html, prune
from newsletter.collect.pages.page_tree import parse_page
from newsletter.collect.web_address import whole_address

_BLOCKS = ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "figure", "img", "hr")
_GRID = ("tbody", "thead", "tfoot", "tr", "td", "th")
_YOUTUBE = re.compile(r"https://www\.youtube(?:-nocookie)?\.com/embed/([\w-]{6,20}).*")


def fragment_to_markdown(
    html: str, *, prepare: Callable[[BeautifulSoup], None] | None = None, base: str | None = None
) -> str:
    """Markdown of a page or a piece of one. `prepare` may change its tree before anything is taken out.

    Raises Mistake where it is larger or deeper than anybody writes.
    """
    page = parse_page(html)
    if prepare:
        prepare(page)
    prune(page)
    for tag in page.find_all(["iframe", "embed", "audio", "video"]):
        _as_link(page, tag)
    for table in page.find_all("table"):
        _open_layout(table)
    return html_to_markdown(clean_html(str(page.body or page), base=base))


def _as_link(page: BeautifulSoup, tag: Tag) -> None:
    """What plays in a page can't play in a mail."""
    source = tag.find("source")
    src = str(tag.get("src") or (source.get("src") if isinstance(source, Tag) else "") or "")
    address = whole_address(f"https:{src}" if src.startswith("//") else src)
    if address is None:
        tag.decompose()
        return
    address = _YOUTUBE.sub(r"https://www.youtube.com/watch?v=\1", address)
    tag.replace_with(link_paragraph(page, address, str(tag.get("title") or "") or host_in(address)))


def link_paragraph(page: BeautifulSoup, address: str, words: str) -> Tag:
    """A paragraph that begins with a link."""
    paragraph, link = page.new_tag("p"), page.new_tag("a", href=address)
    link.string = words
    paragraph.append(link)
    return paragraph


def _open_layout(table: Tag) -> None:
    """Mails put everything into tables. One that only places things becomes blocks, one after the other."""
    own = [tag for tag in table.find_all(_GRID) if tag.find_parent("table") is table]
    rows = [
        [cell for cell in own if cell.parent is row and cell.name in {"td", "th"}] for row in own if row.name == "tr"
    ]
    is_layout = (
        table.get("role") in {"presentation", "none"}
        or all(len(row) < 2 for row in rows)
        or any(cell.find(_BLOCKS) is not None for row in rows for cell in row)
    )
    if is_layout:
        for tag in (table, *own):
            tag.name = "div"
