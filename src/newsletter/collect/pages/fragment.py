"""HTML that is all text, such as an old issue, as Markdown: no guessing where the text is."""

from __future__ import annotations

from collections.abc import Callable

from bs4 import BeautifulSoup

from newsletter.collect.pages.html_markdown import html_to_markdown
from newsletter.collect.pages.layout_tables import open_layout
from newsletter.collect.pages.page_body import clean_html, prune
from newsletter.collect.pages.page_tree import parse_page


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
    open_layout(page, is_mail=True)
    return html_to_markdown(clean_html(str(page.body or page), base=base))
